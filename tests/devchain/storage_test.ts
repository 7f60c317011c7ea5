import assert from "node:assert/strict";
import vectors from "../vectors/chain.json" with { type: "json" };
import { RpcSocket } from "./rpc_socket.ts";
import { type StockClient, testStockClient } from "./stock_client.ts";

const FAST = { finalityDelayMs: 10 };

function subscription(client: StockClient, ip = 0x01020304) {
  return client.call(
    "subtensorModule",
    "subscribe",
    ip,
    8091,
    4,
    0,
    client.account("//Alice").address,
  );
}

/** Every key and value of the pallet after the last block. */
async function palletStorage(client: StockClient): Promise<Map<string, string>> {
  await using rpc = await RpcSocket.open(client.chain.endpoint);
  const prefix = vectors.storageKeys.prefixes.Active.slice(0, 34);
  const keys = await rpc.result("state_getKeysPaged", prefix, 1000) as string[];
  const [values] = await rpc.result("state_queryStorageAt", keys) as {
    changes: [string, string][];
  }[];
  return new Map(values?.changes);
}

testStockClient("subscribe writes a neuron, stake, weights and last emission", async (client) => {
  await client.submit(subscription(client), client.account("//Other"));
  const before = await palletStorage(client);
  await client.submit(subscription(client), client.account("//Hotkey"));
  const after = await palletStorage(client);
  const prefixes = vectors.storageKeys.prefixes;
  const uid = "0100000000000000";
  const hotkey = client.account("//Hotkey").publicKey.toHex();
  const coldkey = client.account("//Alice").publicKey.toHex();
  const written = [...after].filter(([key, value]) => before.get(key) !== value);
  const active = written.find(([key]) => key.startsWith(prefixes.Active));
  assert.match(active?.[0] ?? "", new RegExp(`^${prefixes.Active}[0-9a-f]{32}${hotkey}$`));
  assert.equal(active?.[1], `0x${uid}`);
  const neuron = `0x${"04030201"}${"00".repeat(12)}9b1f04${uid}00${hotkey}${coldkey}`;
  assert.equal((neuron.length - 2) / 2, vectors.NeuronMetadataOf.bytes);
  const expected = new Map([
    [`${prefixes.Neurons}${uid}`, neuron],
    [`${prefixes.Stake}${uid}`, "0x0000000000000000"],
    [`${prefixes.LastEmit}${uid}`, "0x02000000"],
    [`${prefixes.WeightUids}${uid}`, `0x04${uid}`],
    [`${prefixes.WeightVals}${uid}`, "0x04ffffffff"],
    [prefixes.NextUID, "0x0200000000000000"],
    ["0x658faa385070e074c85bf6b568cf0555e6e284c9da047e90bc22d1a235b88d30", "0x02000000"],
  ]);
  assert.deepEqual(
    new Map(written.filter(([key]) => key !== active?.[0])),
    expected,
  );
}, FAST);

testStockClient(
  "subscribe of a known hotkey changes only endpoint and last emission",
  async (client) => {
    const hotkey = client.account("//Hotkey");
    await client.submit(subscription(client), hotkey);
    await client.submit(subscription(client, 0x05060708), hotkey);
    assert.deepEqual(await client.read("subtensorModule", "neurons", 0), {
      ip: 0x05060708,
      port: 8091,
      ipType: 4,
      uid: 0,
      modality: 0,
      hotkey: hotkey.address,
      coldkey: client.account("//Alice").address,
    });
    assert.equal(await client.read("subtensorModule", "lastEmit", 0), 2);
    assert.equal(await client.read("subtensorModule", "nextUID"), 1);
  },
  FAST,
);

testStockClient("storage keys are those of the 2021 chain", async (client) => {
  const { query } = client.api;
  const { prefixes, examples, System_Account_prefix } = vectors.storageKeys;
  for (const [name, key] of Object.entries(prefixes)) {
    const item = `${name[0]?.toLowerCase()}${name.slice(1)}`;
    assert.equal(query.subtensorModule![item]!.keyPrefix(), key);
  }
  assert.equal(query.subtensorModule!.stake!.key(1), examples["Stake(uid 1)"]);
  assert.equal(query.subtensorModule!.neurons!.key(36), examples["Neurons(uid 36)"]);
  const [hotkey] = /0x[0-9a-f]{64}/.exec(Object.keys(examples)[2]!) ?? [];
  assert.equal(query.subtensorModule!.active!.key(hotkey!), Object.values(examples)[2]);
  assert.equal(query.system!.account!.keyPrefix(), System_Account_prefix);
  assert.equal(await client.read("subtensorModule", "nextUID"), 0);
});

testStockClient("state of earlier blocks stays readable", async (client) => {
  const { api } = client;
  const bob = client.account("//Bob");
  const first = await client.submit(
    client.call("balances", "transfer", bob.address, 1_000_000_000),
    client.account("//Alice"),
  );
  await client.submit(subscription(client), client.account("//Hotkey"));
  const freeAt = async (hash: Parameters<typeof api.at>[0]) => {
    const account = (await (await api.at(hash)).query.system!.account!(bob.address)).toJSON();
    return JSON.parse(JSON.stringify(account)).data.free;
  };
  assert.equal(BigInt(await freeAt(api.genesisHash)), 1_000_000_000_000n);
  assert.equal(BigInt(await freeAt(first.status.asFinalized)), 1_001_000_000_000n);
  const neuronsAt = async (hash: Parameters<typeof api.at>[0]) =>
    (await (await api.at(hash)).query.subtensorModule!.neurons!.entries()).length;
  assert.equal(await neuronsAt(first.status.asFinalized), 0);
  assert.equal(await neuronsAt(await api.rpc.chain.getBlockHash()), 1);
}, FAST);

testStockClient("a storage subscription sends the value and then its changes", async (client) => {
  const bob = client.account("//Bob");
  const seen: bigint[] = [];
  const changed = Promise.withResolvers<void>();
  const stop = await client.api.query.system!.account!(bob.address, (account: unknown) => {
    seen.push(BigInt(JSON.parse(JSON.stringify(account)).data.free));
    if (seen.length === 2) changed.resolve();
  });
  const transfer = client.call("balances", "transfer", bob.address, 5);
  await client.submit(transfer, client.account("//Alice"));
  await changed.promise;
  (stop as unknown as () => void)();
  assert.deepEqual(seen, [1_000_000_000_000n, 1_000_000_000_005n]);
}, FAST);

testStockClient("maps of any size are read in pages", async (client) => {
  await using rpc = await RpcSocket.open(client.chain.endpoint);
  for (let hotkey = 0; hotkey < 20; hotkey++) {
    const signed = await client.sign(subscription(client), client.account(`//H${hotkey}`), {
      nonce: 0,
    });
    await rpc.result("author_submitExtrinsic", signed);
  }
  while (await client.read("subtensorModule", "nextUID") !== 20);
  const prefix = vectors.storageKeys.prefixes.Neurons;
  const keys: string[] = [];
  for (let page: string[] = [], more = true; more; more = page.length === 7) {
    page = await rpc.result("state_getKeysPaged", prefix, 7, keys.at(-1)) as string[];
    keys.push(...page);
  }
  const all = await rpc.result("state_getKeysPaged", prefix, 1000);
  assert.equal(keys.length, 20);
  assert.deepEqual(keys, all);
  assert.equal((await client.api.query.subtensorModule!.neurons!.entries()).length, 20);
}, FAST);

testStockClient("fees of a block are pooled and become part of the next reward", async (client) => {
  const transfer = client.call("balances", "transfer", client.account("//Bob").address, 1e9);
  await client.submit(transfer, client.account("//Alice"), { era: 0 });
  const pooled = 100 * transfer.encodedLength;
  const read = (item: string) => client.read("subtensorModule", item);
  assert.equal(await read("transactionFeePool"), pooled);
  const issued = 6n * 1_000_000_000_000n - 125_000_000n - BigInt(101 * transfer.encodedLength);
  const issuance = await client.api.query.balances!.totalIssuance!();
  assert.equal(BigInt(issuance.toString()), issued);
  await client.submit(subscription(client), client.account("//Hotkey"));
  assert.equal(await read("transactionFeePool"), 0);
  assert.equal(await read("transactionFeesForBlock"), pooled);
}, FAST);
