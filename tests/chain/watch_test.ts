import assert from "node:assert/strict";
import { subtensor } from "../../lib/chain/subtensor.ts";
import { devchain } from "../../lib/devchain/devchain.ts";
import { tao } from "../../lib/domain/balance.ts";
import { keypairFromUri } from "../../lib/wallet/keypair.ts";

const alice = keypairFromUri("//Alice");
const bob = keypairFromUri("//Bob");
const FAST = { finalityDelayMs: 10 };

function place(uri: string, port: number) {
  return { hotkey: keypairFromUri(uri), coldkey: alice.address, ip: "203.0.113.7", port };
}

Deno.test("blocks() yields each block once, and starts where it is told to", async () => {
  await using chain = await devchain({ seal: { intervalMs: 10 } });
  await using client = await subtensor({ network: chain.endpoint });
  const seen: number[] = [];
  for await (const { number, hash } of client.blocks({ from: 2 })) {
    seen.push(number);
    if (number === 3) assert.equal(hash, (await client.at(3)).hash);
    if (number === 9) break;
  }
  assert.deepEqual(seen, [2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("blocks() leaves nothing out when the loop is slow, unless it may", async () => {
  await using chain = await devchain(FAST);
  await using client = await subtensor({ network: chain.endpoint });
  const every: number[] = [];
  const latest: number[] = [];
  const followLatest = client.blocks({ latestOnly: true })[Symbol.asyncIterator]();
  latest.push((await followLatest.next()).value!.number);
  for await (const { number } of client.blocks()) {
    every.push(number);
    if (number === 3) break;
    if (number > 0) continue;
    for (const port of [1, 2, 3]) await client.subscribe(place("//hotkey", port));
  }
  latest.push((await followLatest.next()).value!.number);
  await followLatest.return?.();
  assert.deepEqual(every, [0, 1, 2, 3]);
  assert.deepEqual(latest, [0, 3]);
});

Deno.test("blocks() of final blocks waits for their finality", async () => {
  await using chain = await devchain({ finalityDelayMs: 50 });
  await using client = await subtensor({ network: chain.endpoint });
  const included = client.subscribe({ ...place("//hotkey", 1), waitForFinalization: true });
  for await (const { number, hash } of client.blocks({ finalized: true, from: 1 })) {
    assert.equal(number, 1);
    assert.equal((await included).blockHash, hash);
    break;
  }
});

Deno.test("blocks() throws the reason of its signal", async () => {
  await using chain = await devchain();
  await using client = await subtensor({ network: chain.endpoint });
  const controller = new AbortController();
  const reason = new Error("seen enough");
  const following = async () => {
    for await (const _ of client.blocks({ signal: controller.signal })) controller.abort(reason);
  };
  await assert.rejects(following(), (error) => error === reason);
});

Deno.test("blocks() ends with chain/closed when the client is disposed", async () => {
  await using chain = await devchain();
  const client = await subtensor({ network: chain.endpoint });
  const following = async () => {
    for await (const _ of client.blocks()) void client[Symbol.asyncDispose]();
  };
  await assert.rejects(following(), { code: "chain/closed" });
  await client[Symbol.asyncDispose]();
});

Deno.test("watchNeurons() yields the neurons, and those that came or moved", async () => {
  await using chain = await devchain(FAST);
  await using client = await subtensor({ network: chain.endpoint });
  await client.subscribe(place("//one", 1));
  const steps = [
    () => client.subscribe(place("//two", 2)),
    // Neither of these changes a neuron.
    () => client.transfer({ coldkey: alice, dest: bob.address, amount: tao("1") }),
    () => client.subscribe(place("//one", 3)),
  ];
  const seen: unknown[] = [];
  for await (const { neurons, changed } of client.watchNeurons()) {
    seen.push([neurons.length, changed.map(({ uid, port }) => [uid, port])]);
    if (seen.length === 3) break;
    await steps.shift()?.();
    if (seen.length === 2) await steps.shift()?.();
  }
  assert.deepEqual(seen, [[1, [[0, 1]]], [2, [[1, 2]]], [2, [[0, 3]]]]);
});

Deno.test("watchBalance() yields a balance when it changes", async () => {
  await using chain = await devchain(FAST);
  await using client = await subtensor({ network: chain.endpoint });
  const steps = [
    () => client.subscribe(place("//one", 1)),
    () => client.transfer({ coldkey: alice, dest: bob.address, amount: tao("1") }),
  ];
  const seen: [number, bigint][] = [];
  for await (const { block, balance } of client.watchBalance(bob.address)) {
    seen.push([block, balance]);
    if (seen.length === 2) break;
    for (const step of steps) await step();
  }
  assert.deepEqual(seen, [[0, tao("1000")], [2, tao("1001")]]);
});
