import assert from "node:assert/strict";
import { join } from "node:path";
import { readDocument, readUntil, ROOT } from "./shell.ts";

const ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

/** The program as `deno task devchain` starts it. */
function devchain(...args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=local", "cli/main.ts", "devchain", ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Starts the program with `--json`, and stops it with Ctrl-C after the work. */
async function withJson(
  args: readonly string[],
  work: (report: Report) => Promise<void>,
): Promise<void> {
  await using process = devchain("--port", "0", "--json", ...args);
  const report = readDocument<Report>("devchain", await readUntil(process.stdout, "\n}"));
  await work(report);
  process.kill("SIGINT");
  const [rest, errors] = await Promise.all([
    readUntil(process.stdout, "\0"),
    new Response(process.stderr).text(),
  ]);
  assert.equal(rest.trim(), "");
  assert.doesNotMatch(errors, /error|at file/i);
  assert.equal((await process.status).code, 130);
  await assert.rejects(fetch(report.endpoint.replace("ws:", "http:")));
}

interface Report {
  readonly endpoint: string;
  readonly genesisHash: string;
  readonly block: number;
  readonly db: string | null;
  readonly publicDevelopmentKeys: readonly {
    readonly uri: string;
    readonly address: string;
    readonly mnemonic: string;
    readonly balance: string;
  }[];
}

async function rpc(endpoint: string, method: string, ...params: unknown[]): Promise<unknown> {
  const socket = new WebSocket(endpoint);
  try {
    return await new Promise((resolve, reject) => {
      socket.onerror = reject;
      socket.onmessage = ({ data }) => resolve(JSON.parse(data).result);
      socket.onopen = () => socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
    });
  } finally {
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
  }
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function fails(args: readonly string[], code: number, message: RegExp): Promise<void> {
  const process = await devchain(...args).output();
  assert.equal(process.code, code, args.join(" "));
  assert.equal(new TextDecoder().decode(process.stdout), "");
  assert.match(new TextDecoder().decode(process.stderr), message);
}

Deno.test("devchain prints its endpoint and its public keys, and ends with Ctrl-C", async () => {
  await using process = devchain("--port", "0", "--preset", "tutorial");
  const text = await readUntil(process.stdout, "└");
  assert.match(text, /^endpoint +ws:\/\/127\.0\.0\.1:\d+$/m);
  assert.match(text, /^genesis +0x[0-9a-f]{64}$/m);
  assert.match(text, /Public development keys: everybody knows their secrets\. Never use them on/);
  assert.match(
    text,
    /^mnemonic +bottom drive obey lake curtain smoke basket hold race lonely fit walk$/m,
  );
  assert.match(text, new RegExp(`//Alice +│ ${ALICE} │ +1000\\.0`));
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text, /\x1b|\r/);
  process.kill("SIGTERM");
  await process.stdout.cancel();
  const errors = await new Response(process.stderr).text();
  assert.match(errors, /Serving until Ctrl-C\./);
  assert.equal((await process.status).code, 143);
});

Deno.test("devchain --json prints one document, and serves", () =>
  withJson(["--seal", "manual"], async ({ endpoint, genesisHash, db, publicDevelopmentKeys }) => {
    assert.equal(db, null);
    assert.equal(publicDevelopmentKeys.length, 6);
    assert.equal(publicDevelopmentKeys[0]?.address, ALICE);
    assert.equal(publicDevelopmentKeys[0]?.balance, "1000000000000");
    assert.equal(await rpc(endpoint, "chain_getBlockHash", 0), genesisHash);
    await rpc(endpoint, "dev_mine", 3);
    const header = await rpc(endpoint, "chain_getHeader") as { number: string };
    assert.equal(header.number, "0x3");
  }));

Deno.test("devchain --db keeps the chain over restarts, --genesis says what it starts with", () =>
  withFolder(async (folder) => {
    const genesis = join(folder, "genesis.json");
    const db = join(folder, "chain.db");
    await Deno.writeTextFile(genesis, JSON.stringify({ balances: { "//Greta": "12.5 tao" } }));
    let hash: unknown;
    await withJson(["--db", db, "--genesis", genesis, "--keep-blocks", "10"], async (report) => {
      assert.equal(report.publicDevelopmentKeys[0]?.uri, "//Greta");
      assert.equal(report.publicDevelopmentKeys[0]?.balance, "12500000000");
      hash = await rpc(report.endpoint, "dev_mine", 7);
    });
    await withJson(["--db", db, "--finality-delay", "0"], async (report) => {
      assert.equal(report.db, db);
      assert.equal(report.block, 7);
      assert.equal(await rpc(report.endpoint, "chain_getBlockHash"), hash);
    });
    await fails(["--db", db, "--preset", "tutorial", "--port", "0"], 1, /devchain\/other-genesis/);
  }));

Deno.test("devchain says which field of a genesis file is wrong", () =>
  withFolder(async (folder) => {
    const genesis = join(folder, "genesis.json");
    await fails(["--genesis", genesis], 4, /there is no such file/);
    await Deno.writeTextFile(genesis, JSON.stringify({ neurons: [{ hotkey: "//Hot" }] }));
    await fails(["--genesis", genesis], 1, /neurons\[0\]\.coldkey is missing: expected a text/);
  }));

Deno.test("devchain refuses a port that is in use, and wrong options", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = String(listener.addr.port);
  await fails(["--port", port], 1, new RegExp(`port ${port} is in use \\(devchain/port-in-use\\)`));
  await fails(["--seal", "often"], 2, /hint: pass instant, manual, or milliseconds/);
  await fails(["--preset", "tutorial", "--genesis", "x.json"], 2, /cannot be used with/);
});
