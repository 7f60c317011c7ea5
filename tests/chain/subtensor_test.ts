import assert from "node:assert/strict";
import { ExtrinsicError } from "../../lib/chain/extrinsic_error.ts";
import { subtensor } from "../../lib/chain/subtensor.ts";
import { writeSetting } from "../../lib/domain/config.ts";
import { devchain } from "../../lib/devchain/devchain.ts";
import { keypairFromUri } from "../../lib/wallet/keypair.ts";

const alice = keypairFromUri("//Alice");
const bob = keypairFromUri("//Bob");
const hotkey = keypairFromUri("//hotkey");
const place = { hotkey, coldkey: alice.address, ip: "203.0.113.7", port: 8091 };

Deno.test("subtensor() reads the block, balances and neurons of a fresh chain", async () => {
  await using chain = await devchain();
  await using client = await subtensor({ network: chain.endpoint });
  assert.equal(String(client), `Subtensor (${chain.endpoint})`);
  assert.equal(await client.getCurrentBlock(), 0);
  assert.equal(await client.getBalance(alice.address), 1_000_000_000_000n);
  assert.equal(await client.getBalance(hotkey.address), 0n);
  assert.deepEqual(await client.neurons(), []);
});

Deno.test("subtensor() finds the network in the environment, and in the config file", async () => {
  await using chain = await devchain();
  const folder = await Deno.makeTempDir();
  const [network, config] = ["BT_NETWORK", "BT_CONFIG"].map((name) => Deno.env.get(name));
  try {
    const path = `${folder}/config.json`;
    await writeSetting("network", chain.endpoint, { path });
    Deno.env.set("BT_CONFIG", path);
    Deno.env.set("BT_NETWORK", "akatsuki");
    await assert.rejects(subtensor(), { message: /akatsuki: its chain stopped/ });
    Deno.env.delete("BT_NETWORK");
    await using client = await subtensor();
    assert.equal(client.network, chain.endpoint);
    await assert.rejects(subtensor({ network: "nowhere" }), { code: "chain/unknown-network" });
  } finally {
    for (const [name, value] of [["BT_NETWORK", network], ["BT_CONFIG", config]] as const) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("subscribe() registers a neuron, and then moves it", async () => {
  await using chain = await devchain();
  await using client = await subtensor({ network: chain.endpoint });
  const receipt = await client.subscribe(place);
  assert.equal(receipt.finalized, true);
  assert.deepEqual(receipt.events.slice(0, 1), ["SubtensorModule.NeuronAdded"]);

  const expected = { uid: 0, ipType: 4, modality: 0, hotkey: hotkey.address, ip: place.ip };
  const [neuron] = await client.neurons();
  assert.deepEqual({ ...neuron }, { ...expected, port: 8091, coldkey: alice.address });

  const moved = await client.subscribe({ ...place, ip: "2001:db8::7", port: 1 });
  assert.deepEqual(moved.events.slice(0, 1), ["SubtensorModule.NeuronUpdated"]);
  const [now] = await client.neurons();
  assert.deepEqual([now?.ip, now?.ipType, now?.port], ["2001:db8::7", 6, 1]);
  assert.deepEqual((await client.neurons({ block: 1 }))[0], neuron);
  assert.deepEqual(await client.neurons({ block: 0 }), []);
});

Deno.test("subscribe() returns as early as it is told to", async () => {
  await using chain = await devchain();
  await using client = await subtensor({ network: chain.endpoint });
  const early = await client.subscribe({
    ...place,
    waitForInclusion: true,
    waitForFinalization: false,
  });
  assert.equal(early.finalized, false);
  assert.match(early.blockHash ?? "", /^0x[0-9a-f]{64}$/);
  const moved = { ...place, port: 8092 };
  const { hash, ...submitted } = await client.subscribe({ ...moved, waitForFinalization: false });
  assert.match(hash ?? "", /^0x[0-9a-f]{64}$/);
  assert.deepEqual(submitted, { fee: 0n, finalized: false, events: [] });
});

Deno.test("subscribe() carries the chain's own error", async () => {
  await using chain = await devchain();
  await using client = await subtensor({ network: chain.endpoint });
  await client.subscribe(place);
  const failures = [
    [{ ...place, ip: "127.0.0.1" }, "SubtensorModule.InvalidIpAddress"],
    [{ ...place, coldkey: bob.address }, "SubtensorModule.NonAssociatedColdKey"],
    [{ ...place, modality: 1 as const }, "SubtensorModule.InvalidModality"],
  ] as const;
  for (const [options, chainError] of failures) {
    await assert.rejects(client.subscribe(options), (error) => {
      assert.ok(error instanceof ExtrinsicError);
      assert.equal(error.code, "chain/extrinsic-failed");
      assert.equal(error.chainError, chainError);
      return true;
    });
  }
});

Deno.test("subscribe() rejects when the node does not take the extrinsic", async () => {
  await using chain = await devchain();
  await using client = await subtensor({ network: chain.endpoint });
  const { address, publicKey } = hotkey;
  const forger = { address, publicKey, sign: () => new Uint8Array(64).fill(1) };
  await assert.rejects(client.subscribe({ ...place, hotkey: forger }), {
    code: "chain/extrinsic-refused",
    message: /SubtensorModule\.subscribe.*bad signature/,
  });
  assert.equal(chain.block, 0);
});

Deno.test("subscribe() refuses a bad address before anything is sent", async () => {
  await using chain = await devchain();
  await using client = await subtensor({ network: chain.endpoint });
  await assert.rejects(client.subscribe({ ...place, ip: "localhost" }), { code: "ip/invalid" });
  for (const port of [0, 65_536, 1.5, NaN]) {
    await assert.rejects(client.subscribe({ ...place, port }), { code: "chain/invalid-port" });
  }
  assert.equal(chain.block, 0);
});

Deno.test("subscribe() of several neurons at once gives each its own uid", async () => {
  await using chain = await devchain();
  await using client = await subtensor({ network: chain.endpoint });
  const hotkeys = Array.from({ length: 8 }, (_, index) => keypairFromUri(`//hotkey//${index}`));
  await Promise.all(hotkeys.map((hotkey) => client.subscribe({ ...place, hotkey })));
  const neurons = await client.neurons();
  assert.deepEqual(neurons.map(({ uid }) => uid), [0, 1, 2, 3, 4, 5, 6, 7]);
  const byText = (a: string, b: string) => a < b ? -1 : 1;
  assert.deepEqual(
    neurons.map(({ hotkey }) => hotkey).sort(byText),
    hotkeys.map(({ address }) => address).sort(byText),
  );
});

Deno.test("getBalance() at a block that does not exist says so", async () => {
  await using chain = await devchain();
  await using client = await subtensor({ network: chain.endpoint });
  await assert.rejects(client.getBalance(alice.address, { block: 99 }), {
    code: "chain/unknown-block",
    message: /block 99/,
  });
});

Deno.test("subtensor() rejects at a closed port", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await assert.rejects(subtensor({ network: `ws://127.0.0.1:${port}` }), {
    code: "chain/unreachable",
    message: new RegExp(`127\\.0\\.0\\.1:${port}`),
  });
});

Deno.test("subtensor() rejects in time where nothing answers, and keeps credentials to itself", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener.accept();
  const network = `ws://user:secret@127.0.0.1:${listener.addr.port}`;
  await assert.rejects(subtensor({ network, timeoutMs: 200 }), (error: Error) => {
    assert.match(error.message, /no answer within 200 ms/);
    assert.doesNotMatch(Deno.inspect(error), /secret/);
    return true;
  });
  (await accepted).close();
  listener.close();
});

Deno.test("subtensor() rejects with the caller's reason when it is aborted", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const controller = new AbortController();
  const connecting = subtensor({
    network: `ws://127.0.0.1:${listener.addr.port}`,
    signal: controller.signal,
  });
  using _connection = await listener.accept();
  const reason = new Error("changed my mind");
  controller.abort(reason);
  await assert.rejects(connecting, (error) => error === reason);
  listener.close();
});

Deno.test("getCurrentBlock() rejects when the connection was lost", async () => {
  await using chain = await devchain();
  await using client = await subtensor({ network: chain.endpoint });
  await chain.close();
  await assert.rejects(client.getCurrentBlock({ timeoutMs: 300 }), {
    code: "chain/connection-lost",
  });
});
