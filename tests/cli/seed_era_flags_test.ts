import assert from "node:assert/strict";
import { modernArguments } from "../../cli/seed_era_flags.ts";

const args = (...old: readonly string[]) => modernArguments(old).args;
const ignored = (...old: readonly string[]) => modernArguments(old).ignored;

Deno.test("modernArguments() spells dotted flags as our own", () => {
  assert.deepEqual(
    args("wallet", "show", "--wallet.name", "alice", "--wallet.hotkey=a=b", "--wallet.path", "/w"),
    ["wallet", "show", "--wallet", "alice", "--hotkey=a=b", "--wallet-path", "/w"],
  );
  assert.deepEqual(args("serve", "--axon.port=8092", "--axon.ip", "127.0.0.1", "--logging.debug"), [
    ...["serve", "--port=8092", "--listen", "127.0.0.1", "--verbose"],
  ]);
});

Deno.test("modernArguments() takes the beginning of a flag if it is that of one only", () => {
  assert.deepEqual(args("--wallet.na", "abbrev"), ["--wallet", "abbrev"]);
  assert.deepEqual(args("--subtensor.chain=ws://a:1"), ["--network=ws://a:1"]);
  assert.deepEqual(args("--axon.max", "3"), ["--axon.max", "3"]);
  assert.deepEqual(args("--wallet.nome", "x"), ["--wallet.nome", "x"]);
});

Deno.test("modernArguments() prefers an endpoint to the name of a network", () => {
  const endpoint = ["--subtensor.chain_endpoint", "ws://127.0.0.1:1"];
  const network = ["--subtensor.network", "akatsuki"];
  assert.deepEqual(args(...endpoint, ...network), ["--network", "ws://127.0.0.1:1"]);
  assert.deepEqual(args(...network, ...endpoint), ["--network", "ws://127.0.0.1:1"]);
});

Deno.test("modernArguments() leaves out what counts for nothing, with its value", () => {
  const old = ["--axon.max_workers", "10", "--dendrite.requires_grad", "--axon.port", "1"];
  assert.deepEqual(args(...old), ["--port", "1"]);
  assert.deepEqual(ignored(...old), ["--axon.max_workers", "--dendrite.requires_grad"]);
  assert.deepEqual(args("--dendrite.max_worker_threads=150", "query"), ["query"]);
});

Deno.test("modernArguments() leaves everything else as it is", () => {
  const own = ["query", "--wallet", "a.b", "0.5", "--json", "--", "--wallet.name", "x"];
  assert.deepEqual(args(...own), own);
  assert.deepEqual(ignored(...own), []);
});
