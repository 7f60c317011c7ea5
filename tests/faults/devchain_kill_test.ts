/** A dev chain that is killed at any moment loses nothing that it said is final. */

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { delay } from "../../lib/base/deadline.ts";
import { SqliteStore } from "../../lib/devchain/state/sqlite_store.ts";
import { EMPTY_ROOT, nextStateRoot } from "../../lib/devchain/state/state_root.ts";
import { RpcSocket } from "../devchain/rpc_socket.ts";
import { createSigners, type Signers, submitUntilGone } from "./devchain_load.ts";

const KILLS = 32;

/** How long a chain lives under load, in milliseconds. */
const lifetime = fc.integer({ min: 0, max: 300 });

Deno.test("devchain() loses nothing final when it is killed", async () => {
  const seed = Date.now() % 2 ** 31;
  const folder = await Deno.makeTempDir();
  const path = `${folder}/chain.db`;
  /** Extrinsics that the chain said are final, with the hash of their block. */
  const acknowledged = new Map<string, string>();
  let signers: Signers | undefined;
  let checked = 0;
  let context = "";
  try {
    for (const [kill, lifeMs] of fc.sample(lifetime, { seed, numRuns: KILLS }).entries()) {
      context = `kill ${kill} of seed ${seed}, ${lifeMs} ms after the start of the load`;
      await using chain = await startChain(path);
      await checkFinal(chain.endpoint, [...acknowledged].slice(checked));
      checked = acknowledged.size;
      signers ??= await createSigners(chain.endpoint);
      await using rpc = await RpcSocket.open(chain.endpoint);
      const load = submitUntilGone(rpc, signers, acknowledged);
      await Promise.race([load, delay(lifeMs)]);
      await chain.kill();
      await load;
      await checkFile(path);
    }
    context = `the end of seed ${seed}`;
    await using chain = await startChain(path);
    await checkFinal(chain.endpoint, [...acknowledged]);
    checked = acknowledged.size;
    await using rpc = await RpcSocket.open(chain.endpoint);
    const load = submitUntilGone(rpc, signers!, acknowledged);
    while (acknowledged.size === checked) await Promise.race([load, delay(10)]);
    await chain.kill();
    await load;
    assert(checked > KILLS, `only ${checked} extrinsics became final in ${KILLS} lives`);
  } catch (cause) {
    throw new Error(`The chain did not survive ${context}`, { cause });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

interface ChainProcess extends AsyncDisposable {
  readonly endpoint: string;
  /** Ends it at once, with whatever it does. */
  kill(): Promise<void>;
}

async function startChain(path: string): Promise<ChainProcess> {
  const script = new URL("./devchain_process.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "-P=local", script, path],
    stdout: "piped",
  }).spawn();
  let killed = false;
  const kill = async () => {
    if (killed) return;
    killed = true;
    child.kill("SIGKILL");
    await Promise.all([child.status, output.cancel()]);
  };
  const output = child.stdout.getReader();
  const { value } = await output.read();
  return { endpoint: new TextDecoder().decode(value).trim(), kill, [Symbol.asyncDispose]: kill };
}

/** Every extrinsic is in its block, and that is final and of the chain. */
async function checkFinal(
  endpoint: string,
  acknowledged: readonly (readonly [extrinsic: string, block: string])[],
): Promise<void> {
  await using rpc = await RpcSocket.open(endpoint);
  const head = await header(rpc, await rpc.result("chain_getFinalizedHead"));
  for (const [extrinsic, hash] of acknowledged) {
    const { block } = await rpc.result("chain_getBlock", hash) as { block: Block };
    assert(block.extrinsics.includes(extrinsic));
    assert(Number(block.header.number) <= Number(head.number));
    assert.equal(await rpc.result("chain_getBlockHash", block.header.number), hash);
  }
}

interface Header {
  readonly number: string;
}

interface Block {
  readonly header: Header;
  readonly extrinsics: readonly string[];
}

async function header(rpc: RpcSocket, hash: unknown): Promise<Header> {
  return await rpc.result("chain_getHeader", hash) as Header;
}

/** A copy of the file, so that the chain itself has to get along with the file as it was left. */
async function checkFile(path: string): Promise<void> {
  const copy = `${path}.copy`;
  for (const end of ["", "-wal"]) await Deno.copyFile(path + end, copy + end);
  {
    using store = new SqliteStore({ path: copy });
    for (let number = 1; number <= store.latest; number++) {
      assert.equal(store.block(number)?.header.parentHash, store.block(number - 1)?.hash);
    }
    const keys = store.keys({ prefix: "0x", limit: Number.MAX_SAFE_INTEGER }, store.latest);
    const state = new Map(keys.map((key) => [key, store.read(key, store.latest)] as const));
    const root = nextStateRoot(EMPTY_ROOT, state, () => undefined);
    assert.equal(store.block(store.latest)?.header.stateRoot, root);
  }
  using database = new DatabaseSync(copy);
  assert.deepEqual({ ...database.prepare("pragma integrity_check").get() }, {
    integrity_check: "ok",
  });
}
