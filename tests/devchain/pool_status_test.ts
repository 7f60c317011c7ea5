/** What the pool says of extrinsics that are overtaken, outdated or taken back. */

import assert from "node:assert/strict";
import { RpcSocket } from "./rpc_socket.ts";
import { type Account, type StockClient, testStockClient } from "./stock_client.ts";

const NETWORK = {
  genesis: {
    balances: { "//Alice": "1000 tao", "//Hot//0": "1 tao" },
    neurons: [0, 1].map((uid) => ({
      hotkey: `//Hot//${uid}`,
      coldkey: "//Alice",
      stake: "100 tao",
    })),
  },
  seal: "manual",
} as const;

function weights(client: StockClient) {
  return client.call("subtensorModule", "setWeights", [0, 1], [1, 1]);
}

/** Submits an extrinsic on a connection of its own, which hears what becomes of it. */
async function watch(client: StockClient, extrinsic: string): Promise<RpcSocket> {
  const rpc = await RpcSocket.open(client.chain.endpoint);
  await rpc.result("author_submitAndWatchExtrinsic", extrinsic);
  return rpc;
}

function sign(client: StockClient, signer: Account, options = {}): Promise<`0x${string}`> {
  return client.sign(weights(client), signer, { nonce: 0, ...options });
}

testStockClient("weights with a tip usurp those of the same nonce", async (client) => {
  const hotkey = client.account("//Hot//0");
  const [cheap, dear] = [
    await sign(client, hotkey),
    await sign(client, hotkey, { tip: 1000 }),
  ];
  await using first = await watch(client, cheap);
  await using second = await watch(client, dear);
  assert.equal(await first.notification(), "ready");
  const { hash } = client.api.createType("Extrinsic", dear);
  assert.deepEqual(await first.notification(), { usurped: hash.toHex() });
  assert.equal(await second.notification(), "ready");
  assert.deepEqual(await second.result("author_pendingExtrinsics"), [dear]);
  // The other way round it is too little.
  assert.equal((await second.ask("author_submitExtrinsic", cheap)).error?.code, 1014);
}, NETWORK);

testStockClient("weights stand behind all other calls, the dearest first", async (client) => {
  const [hot0, hot1] = [client.account("//Hot//0"), client.account("//Hot//1")];
  const remark = client.call("system", "remark", "0x01");
  const free = await sign(client, hot1);
  const tipped = await sign(client, hot0, { tip: 1000 });
  const paid = await client.sign(remark, client.account("//Alice"), { nonce: 0 });
  await using rpc = await RpcSocket.open(client.chain.endpoint);
  for (const extrinsic of [free, tipped, paid]) {
    await rpc.result("author_submitExtrinsic", extrinsic);
  }
  assert.deepEqual(await rpc.result("author_pendingExtrinsics"), [paid, tipped, free]);
  await client.chain.mine();
  const { block } = await client.api.rpc.chain.getBlock();
  const extrinsics = block.extrinsics.map((extrinsic) => extrinsic.toHex());
  assert.deepEqual(extrinsics.slice(1), [paid, tipped, free]);
}, NETWORK);

testStockClient("weights that wait longer than a block are invalid", async (client) => {
  const later = await sign(client, client.account("//Hot//0"), { nonce: 1 });
  await using rpc = await watch(client, later);
  assert.equal(await rpc.notification(), "future");
  await client.chain.mine(3);
  assert.equal(await rpc.notification(), "invalid");
}, NETWORK);

testStockClient(
  "extrinsics of a block that is reverted are retracted and dropped",
  async (client) => {
    const alice = client.account("//Alice");
    const remark = client.call("system", "remark", "0x01");
    const snapshot = client.chain.snapshot();
    await using rpc = await watch(client, await client.sign(remark, alice, { nonce: 0 }));
    assert.equal(await rpc.notification(), "ready");
    await client.chain.mine();
    const { inBlock } = await rpc.notification() as { inBlock: string };
    await using waiting = await watch(client, await client.sign(remark, alice, { nonce: 1 }));
    assert.equal(await waiting.notification(), "ready");
    client.chain.revert(snapshot);
    assert.deepEqual(await rpc.notification(), { retracted: inBlock });
    assert.equal(await rpc.notification(), "dropped");
    assert.equal(await waiting.notification(), "dropped");
    assert.deepEqual(await rpc.result("author_pendingExtrinsics"), []);
  },
  { ...NETWORK, finalityDelayMs: 60_000 },
);

testStockClient("an extrinsic can be taken out of the pool", async (client) => {
  const alice = client.account("//Alice");
  const remark = client.call("system", "remark", "0x01");
  const signed = await client.sign(remark, alice, { nonce: 0 });
  await using rpc = await watch(client, signed);
  assert.equal(await rpc.notification(), "ready");
  await using operator = await RpcSocket.open(client.chain.endpoint);
  const hash = client.api.createType("Extrinsic", signed).hash.toHex();
  const unknown = `0x${"00".repeat(32)}`;
  const removed = await operator.result("author_removeExtrinsic", [
    { extrinsic: signed },
    { hash: unknown },
  ]);
  assert.deepEqual(removed, [hash]);
  assert.equal(await rpc.notification(), "invalid");
}, NETWORK);
