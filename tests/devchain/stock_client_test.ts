/** What scripts do with `@polkadot/api`, without any type of their own. */

import assert from "node:assert/strict";
import { eventsOf, type StockClient, testStockClient } from "./stock_client.ts";

const TAO = 1_000_000_000n;

const NETWORK = {
  genesis: {
    balances: { "//Alice": "1000 tao", "//Bob": "1000 tao" },
    neurons: [
      { hotkey: "//Hot//0", coldkey: "//Alice", stake: "100 tao" },
      { hotkey: "//Hot//1", coldkey: "//Bob", stake: "300 tao" },
    ],
  },
  finalityDelayMs: 10,
} as const;

const names = (events: unknown[][]) => events.map(([name]) => name);

testStockClient("a script transfers and subscribes a hotkey", async (client) => {
  const [alice, hotkey] = [client.account("//Alice"), client.account("//New")];
  const transfer = client.call("balances", "transfer", hotkey.address, 7n * TAO);
  const transferred = eventsOf(await client.submit(transfer, alice));
  assert.deepEqual(names(transferred), [
    "system.NewAccount",
    "balances.Endowed",
    "balances.Transfer",
    "system.ExtrinsicSuccess",
  ]);
  const endpoint = [0x08080808, 8091, 4, 0, alice.address];
  const subscribe = client.call("subtensorModule", "subscribe", ...endpoint);
  const subscribed = eventsOf(await client.submit(subscribe, hotkey));
  assert.deepEqual(subscribed[0], ["subtensorModule.NeuronAdded", 2]);
  assert.equal(await client.free(hotkey), 7n * TAO);
  assert.equal(await client.read("subtensorModule", "active", hotkey.address), 2);
}, NETWORK);

testStockClient("a script stakes and takes stake back", async (client) => {
  const [alice, hotkey] = [client.account("//Alice"), client.account("//Hot//0")];
  const stake = async () => BigInt(await client.read("subtensorModule", "stake", 0) as number);
  const add = client.call("subtensorModule", "addStake", hotkey.address, 50n * TAO);
  const added = eventsOf(await client.submit(add, alice));
  assert.deepEqual(added[0], [
    "subtensorModule.StakeAdded",
    hotkey.address,
    Number(50n * TAO),
  ]);
  // What the neuron had accrued by then is paid out to it as well.
  assert(await stake() > 150n * TAO);
  const before = await client.free(alice);
  const remove = client.call("subtensorModule", "removeStake", hotkey.address, 20n * TAO);
  assert.equal((await client.submit(remove, alice)).dispatchError, undefined);
  assert(await stake() < 132n * TAO);
  // Mortal, as the client signs: 147 bytes. 1 rao for each before the call, 100 rao after it.
  const fee = 125_000_000n + 147n + 14_700n;
  assert.equal(await client.free(alice), before + 20n * TAO - fee);
  const error = (await client.submit(remove, client.account("//Bob"))).dispatchError;
  assert.equal(
    client.api.registry.findMetaError(error!.asModule).name,
    "NonAssociatedColdKey",
  );
}, NETWORK);

testStockClient("a script sets weights and reads them, now and as they were", async (client) => {
  const { api, chain } = client;
  const hotkey = client.account("//Hot//0");
  const call = client.call("subtensorModule", "setWeights", [0, 1], [1, 3]);
  const { status, dispatchError } = await client.submit(call, hotkey);
  assert.equal(dispatchError, undefined);
  assert.deepEqual(await client.read("subtensorModule", "weightUids", 0), [0, 1]);
  const row = await client.read("subtensorModule", "weightVals", 0);
  assert.deepEqual(row, [1073741823, 3221225471]);
  const before = await api.at(chain.genesisHash);
  assert.deepEqual((await before.query.subtensorModule!.weightVals!(0)).toJSON(), [4294967295]);
  const after = await api.at(status.asFinalized);
  const rows = await after.query.subtensorModule!.weightVals!.entries();
  assert.deepEqual(rows.map(([, value]) => value.toJSON()), [row, [4294967295]]);
}, NETWORK);

testStockClient("a script asks what an extrinsic will cost", async (client) => {
  const { api } = client;
  const alice = client.account("//Alice");
  const call = client.call("balances", "transfer", client.account("//Bob").address, TAO);
  const { partialFee } = await call.paymentInfo(alice);
  const signed = await call.signAsync(alice, { tip: 500 });
  const fee = 125_000_000n + BigInt(signed.encodedLength);
  const { weight } = await api.rpc.payment.queryInfo(signed.toHex());
  assert.equal(weight.toString(), "198268000");
  const details = await api.rpc.payment.queryFeeDetails(signed.toHex());
  const { baseFee, lenFee } = details.inclusionFee.unwrap();
  assert.equal(baseFee.toBigInt() + lenFee.toBigInt(), fee);
  assert(partialFee.toBigInt() >= fee - 2n && partialFee.toBigInt() <= fee + 2n);
  const free = client.call("subtensorModule", "setWeights", [0], [1]);
  assert.equal((await free.paymentInfo(client.account("//Hot//0"))).partialFee.toBigInt(), 0n);
}, NETWORK);

testStockClient("a script looks at what waits, and tries an extrinsic out", async (client) => {
  const { api, chain } = client;
  const alice = client.account("//Alice");
  const remark = client.call("system", "remark", "0x01");
  const outcome = await api.rpc.system.dryRun(await client.sign(remark, alice, { nonce: 0 }));
  assert(outcome.isOk && outcome.asOk.isOk);
  const stale = await api.rpc.system.dryRun(await client.sign(remark, alice, { nonce: 7 }));
  assert(stale.isErr && stale.asErr.isInvalid && stale.asErr.asInvalid.isFuture);
  await api.rpc.author.submitExtrinsic(await client.sign(remark, alice, { nonce: 0 }));
  const pending = await api.rpc.author.pendingExtrinsics();
  assert.deepEqual(pending.map(({ nonce }) => nonce.toNumber()), [0]);
  assert.equal((await api.rpc.system.accountNextIndex(alice.address)).toNumber(), 1);
  await chain.mine();
  assert.equal((await api.rpc.author.pendingExtrinsics()).length, 0);
}, { ...NETWORK, seal: "manual" });

testStockClient("a script follows heads and a storage item", async (client) => {
  const { api } = client;
  const heads: number[] = [];
  const stakes: string[] = [];
  const stop = await Promise.all([
    api.rpc.chain.subscribeNewHeads(({ number }) => void heads.push(number.toNumber())),
    api.query.subtensorModule!.stake!(0, (stake: { toString(): string }) => {
      stakes.push(stake.toString());
    }),
  ]);
  await restake(client, 2);
  for (const unsubscribe of stop) (unsubscribe as unknown as () => void)();
  assert.deepEqual(heads, [0, 1, 2]);
  assert.equal(new Set(stakes).size, 3);
}, NETWORK);

async function restake(client: StockClient, times: number): Promise<void> {
  const hotkey = client.account("//Hot//0").address;
  for (let time = 0; time < times; time++) {
    const call = client.call("subtensorModule", "addStake", hotkey, TAO);
    await client.submit(call, client.account("//Alice"));
  }
}
