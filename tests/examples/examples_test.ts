/** The scripts in examples/, each run as its first lines say, with those permissions alone. */

import assert from "node:assert/strict";
import { join } from "node:path";
import * as bittensor from "bittensor";

const ROOT = join(import.meta.dirname!, "../..");

/** A script, and what it prints. */
const SCRIPTS: readonly [script: string, ...output: RegExp[]][] = [
  [
    "quickstart",
    /^\[\n? *"float32 \[1, 9, 512\]",/,
    /\[ "Success", "Success", "Success" \]/,
    /^Metagraph \(4,\d+,ws:.*\): the newest neuron is at \/ipv/m,
  ],
  [
    "metagraph",
    /^Metagraph \(37,0,ws:.*\): tau 0\.5, n 37, block 0$/m,
    /^top tenth: (\/ipv4\/203\.0\.113\.\d+:8091(, |$)){4}$/m,
    /^a caller with τ200000\.0$/m,
    /^graph\.npz, weights\.svg$/m,
    /^Metagraph \(37,1,ws:.*\): balances of \d+ neurons changed$/m,
  ],
  ["own_model", /^model\.onnx is served on \w+\nSuccess float32 \[1, 9, 512\]\n$/],
  [
    "wallet",
    /^new hotkey: store its words$/m,
    /^alice 5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV nacl \[ "miner", "validator" \]$/m,
    /^signed: true$/m,
  ],
];

/** The command in the first lines of a script, with `NETWORK` if that takes one. */
async function commandOf(script: string, network?: string): Promise<Deno.Command> {
  const source = await Deno.readTextFile(join(ROOT, `examples/${script}.ts`));
  assert(source.split("\n").length <= 40, `${script}.ts has 40 lines or more`);
  const [, command] = /^\/\/ {3}deno (run .*examples\/\w+\.ts)/m.exec(source)!;
  const args = command!.trim().replaceAll('"', "").split(" ").toSpliced(1, 0, "--no-prompt");
  if (network !== undefined) args.push(network);
  return new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  });
}

/** What a script prints; throws what it wrote to standard error if it fails. */
async function outputOf(process: Deno.ChildProcess): Promise<string> {
  const { code, stdout, stderr } = await process.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

for (const [script, ...output] of SCRIPTS) {
  Deno.test(`examples/${script}.ts runs as its first lines say`, async () => {
    const text = await outputOf((await commandOf(script)).spawn());
    for (const pattern of output) assert.match(text, pattern);
  });
}

Deno.test("examples/train.ts runs as its first lines say, and lowers its loss", async () => {
  const text = await outputOf((await commandOf("train")).spawn());
  const losses = Array.from(text.matchAll(/loss (\d+\.\d+)/g), ([, loss]) => Number(loss));
  assert.equal(losses.length, 20);
  assert(losses.at(-1)! < losses[0]! / 2, text);
});

Deno.test("examples/client.ts is answered by examples/server.ts, on a chain of its own", async () => {
  await using chain = await bittensor.devchain();
  const server = (await commandOf("server", chain.endpoint)).spawn();
  await using subtensor = await bittensor.subtensor({ network: chain.endpoint });
  for await (const { neurons } of subtensor.watchNeurons()) {
    if (neurons.length === 1) break;
  }
  const answers = await outputOf((await commandOf("client", chain.endpoint)).spawn());
  assert.match(answers, /^Forward: 1 of 1 succeeded\n/);
  assert.match(answers, /^ +0 .* Success +\d+ +float32 \[1, 9, 512\] /m);
  server.kill("SIGINT");
  const served = await outputOf(server);
  assert.match(served, /^5\w{47} serves at 127\.0\.0\.2:\d+\nrequests: \{ Success: 1 \}\n$/);
});
