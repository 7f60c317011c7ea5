import assert from "node:assert/strict";
import { type Subtensor, subtensor } from "../../lib/chain/subtensor.ts";
import { storageKey } from "../../lib/chain/storage_key.ts";
import { devchain } from "../../lib/devchain/devchain.ts";
import { tao } from "../../lib/domain/balance.ts";
import { keypairFromUri } from "../../lib/wallet/keypair.ts";
import { RpcSocket } from "../devchain/rpc_socket.ts";
import { CuttingProxy, type Fate } from "./cutting_proxy.ts";

const alice = keypairFromUri("//Alice");
const bob = keypairFromUri("//Bob");
const hotkey = keypairFromUri("//hotkey");

/** One of everything: reads, extrinsics, and a subscription that lives through it all. */
async function session(client: Subtensor): Promise<unknown> {
  const blocks: number[] = [];
  const following = (async () => {
    for await (const { number } of client.blocks({ from: 0 })) {
      blocks.push(number);
      if (number === 3) break;
    }
  })();
  // When the session fails before, that says why.
  following.catch(() => {});
  const amount = tao("1.5");
  const place = { ip: "203.0.113.7", port: 8091, coldkey: alice.address };
  const early = { waitForInclusion: true, waitForFinalization: false };
  const before = await client.getBalance(bob.address);
  const receipts = [
    await client.transfer({ coldkey: alice, dest: bob.address, amount }),
    await client.subscribe({ hotkey, ...place, ...early }),
    await client.setWeights({ hotkey, uids: [0], weights: [1], ...early }),
  ];
  await following;
  const results = receipts.map(({ finalized, fee, events }) => ({ finalized, fee, events }));
  return { blocks, before, results, neurons: await client.neurons() };
}

/** All accounts, the whole pallet, and how many extrinsics each block holds. */
async function chainState(endpoint: string): Promise<unknown> {
  await using rpc = await RpcSocket.open(endpoint);
  const accounts = await rpc.result("state_getPairs", storageKey("System", "Account"));
  const pallet = await rpc.result("state_getPairs", storageKey("SubtensorModule", "").slice(0, 34));
  const { number } = await rpc.result("chain_getHeader") as { number: string };
  const extrinsics: number[] = [];
  for (let block = 0; block <= Number(number); block++) {
    const hash = await rpc.result("chain_getBlockHash", block);
    const { block: body } = await rpc.result("chain_getBlock", hash) as SignedBlock;
    extrinsics.push(body.extrinsics.length);
  }
  return { accounts, pallet, extrinsics };
}

interface SignedBlock {
  readonly block: { readonly extrinsics: readonly string[] };
}

/** Runs the session on a fresh chain, behind a proxy. */
async function runSession(fateOf: (message: number) => Fate) {
  await using chain = await devchain({ finalityDelayMs: 10 });
  await using proxy = new CuttingProxy(chain.endpoint, fateOf);
  await using client = await subtensor({ network: proxy.endpoint });
  const seen = await session(client);
  const { cuts, messages } = proxy;
  return { cuts, messages, end: { seen, chain: await chainState(chain.endpoint) } };
}

/** Sessions that run at the same time: each of them mostly waits. */
const AT_ONCE = 8;

Deno.test("a session ends the same, whichever of its messages the connection is cut at", async () => {
  const { end, messages } = await runSession(() => "pass");
  let cut = 0;
  let uncut = 0;
  for (let first = 1; uncut === 0; first += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, index) => first + index);
    await Promise.all(numbers.map(async (nth) => {
      const run = await runSession((message) => message === nth ? "cut" : "pass");
      assert.deepEqual(run.end, end, `cut at message ${nth}`);
      if (run.cuts === 0) uncut++;
      else cut++;
    }));
  }
  assert.ok(cut > messages / 2, `${cut} of about ${messages} messages were cut`);
});

Deno.test("a session ends the same when every 25th message cuts the connection", async () => {
  const { end } = await runSession(() => "pass");
  const run = await runSession((message) => message % 25 === 0 ? "cut" : "pass");
  assert.deepEqual(run.end, end);
  assert.ok(run.cuts > 3, `cut ${run.cuts} times`);
});
