import assert from "node:assert/strict";
import {
  type Account,
  type Call,
  eventsOf,
  type StockClient,
  testStockClient,
} from "./stock_client.ts";

const FAST = { finalityDelayMs: 10 };
const TAO = 1_000_000_000n;
const GENESIS = 1000n * TAO;

/** The part of a fee that is always paid. */
function fee(call: Call): bigint {
  return 125_000_000n + BigInt(call.encodedLength);
}

/** The part that follows a call that succeeded. */
function pooled(call: Call): bigint {
  return 100n * BigInt(call.encodedLength);
}

function transfer(client: StockClient, to: Account, value: bigint, name = "transfer"): Call {
  return client.call("balances", name, to.address, value);
}

/** Submits and gives the events but the last, and the error of that one. */
async function outcome(client: StockClient, call: Call, signer: Account) {
  const result = await client.submit(call, signer, { era: 0 });
  const { dispatchError } = result;
  const error = dispatchError?.isModule
    ? client.api.registry.findMetaError(dispatchError.asModule).name
    : dispatchError?.type;
  return { events: eventsOf(result).slice(0, -1), error };
}

testStockClient("transfer that leaves dust removes the sender's account", async (client) => {
  const [alice, fresh] = [client.account("//Alice"), client.account("//Fresh")];
  const length = 145;
  const value = GENESIS - 125_000_000n - BigInt(length) - 499n;
  const call = transfer(client, fresh, value);
  const { events } = await outcome(client, call, alice);
  assert.equal(call.encodedLength, length);
  assert.deepEqual(events, [
    ["system.KilledAccount", alice.address],
    ["system.NewAccount", fresh.address],
    ["balances.Endowed", fresh.address, Number(value)],
    ["balances.DustLost", alice.address, 499],
    ["balances.Transfer", alice.address, fresh.address, Number(value)],
  ]);
  assert.equal(await client.free(alice), 0n);
  assert.equal((await client.api.query.system!.account!.keys()).length, 6);
  const issuance = await client.api.query.balances!.totalIssuance!();
  assert.equal(BigInt(issuance.toString()), 6n * GENESIS - fee(call) - 499n);
  // The account is gone and cannot pay the second part, yet the pool grows.
  assert.equal(
    BigInt(await client.read("subtensorModule", "transactionFeePool") as number),
    pooled(call),
  );
}, FAST);

testStockClient("transfer_keep_alive that leaves less than 500 rao fails", async (client) => {
  const alice = client.account("//Alice");
  const value = GENESIS - 125_000_500n;
  const call = transfer(client, client.account("//Bob"), value, "transferKeepAlive");
  assert.deepEqual(await outcome(client, call, alice), { events: [], error: "KeepAlive" });
  assert.equal(await client.free(alice), GENESIS - fee(call));
}, FAST);

testStockClient("transfer below 500 rao to nobody fails", async (client) => {
  const call = transfer(client, client.account("//Fresh"), 499n);
  const { error } = await outcome(client, call, client.account("//Alice"));
  assert.equal(error, "ExistentialDeposit");
}, FAST);

testStockClient("transfer of nothing or to oneself does nothing but cost", async (client) => {
  const [alice, bob] = [client.account("//Alice"), client.account("//Bob")];
  const nothing = transfer(client, bob, 0n);
  assert.deepEqual(await outcome(client, nothing, alice), { events: [], error: undefined });
  const toOneself = transfer(client, alice, TAO);
  assert.deepEqual(await outcome(client, toOneself, alice), { events: [], error: undefined });
  const cost = [nothing, toOneself].reduce((sum, call) => sum + fee(call) + pooled(call), 0n);
  assert.equal(await client.free(alice), GENESIS - cost);
}, FAST);

testStockClient("transfer to an address that is no account id fails", async (client) => {
  const bob = client.account("//Bob");
  const call = client.call("balances", "transfer", { Address32: bob.publicKey }, 1000);
  const { error } = await outcome(client, call, client.account("//Alice"));
  assert.equal(error, "CannotLookup");
}, FAST);

testStockClient("transfer to a hotkey that only signed creates its balance", async (client) => {
  const [alice, hotkey] = [client.account("//Alice"), client.account("//Hotkey")];
  const subscribe = client.call("subtensorModule", "subscribe", 2, 1, 4, 0, alice.address);
  await client.submit(subscribe, hotkey);
  assert.deepEqual(await client.read("system", "account", hotkey.address), {
    nonce: 1,
    consumers: 0,
    providers: 0,
    sufficients: 0,
    data: { free: 0, reserved: 0, miscFrozen: 0, feeFrozen: 0 },
  });
  const { events } = await outcome(client, transfer(client, hotkey, TAO), alice);
  assert.deepEqual(events.map(([name]) => name), [
    "system.NewAccount",
    "balances.Endowed",
    "balances.Transfer",
  ]);
  assert.equal(await client.free(hotkey), TAO);
}, FAST);

testStockClient("payment_queryInfo tells the fee that is always paid", async (client) => {
  const alice = client.account("//Alice");
  const paid = transfer(client, client.account("//Bob"), TAO);
  const signed = await client.sign(paid, alice);
  const info = await paid.paymentInfo(alice, { era: 0 });
  assert.equal(info.partialFee.toBigInt(), fee(paid));
  const free = client.call("subtensorModule", "subscribe", 2, 1, 4, 0, alice.address);
  assert.equal((await free.paymentInfo(alice)).partialFee.toBigInt(), 0n);
  const raw = await client.api.rpc.payment.queryInfo(signed);
  assert.equal(raw.partialFee.toBigInt(), fee(paid));
}, FAST);
