import assert from "node:assert/strict";
import { type Message, RpcSocket } from "./rpc_socket.ts";
import { testStockClient } from "./stock_client.ts";

/** Resolves with the numbers of the first heads that a subscription sends. */
async function firstHeads(
  subscribe: (listen: (head: { number: { toNumber(): number } }) => void) => Promise<() => void>,
  count: number,
): Promise<number[]> {
  const numbers: number[] = [];
  const enough = Promise.withResolvers<void>();
  const stop = await subscribe(({ number }) => {
    if (numbers.push(number.toNumber()) === count) enough.resolve();
  });
  await enough.promise;
  stop();
  return numbers;
}

testStockClient("heads arrive in order while blocks are sealed on an interval", async ({ api }) => {
  const { chain } = api.rpc;
  const [best, all, finalized] = await Promise.all([
    firstHeads((listen) => chain.subscribeNewHeads(listen), 4),
    firstHeads((listen) => chain.subscribeAllHeads(listen), 4),
    firstHeads((listen) => chain.subscribeFinalizedHeads(listen), 4),
  ]);
  for (const numbers of [best, all, finalized]) {
    assert.deepEqual(numbers, numbers.map((_, index) => numbers[0]! + index));
  }
}, { seal: { intervalMs: 20 }, finalityDelayMs: 5 });

testStockClient(
  "headers hash to the hashes of their blocks and name their parents",
  async (client) => {
    const { api } = client;
    await client.submit(client.call("system", "remark", "0x01"), client.account("//Alice"));
    const { hash, number, parentHash } = await api.rpc.chain.getHeader();
    assert.equal(hash.toHex(), (await api.rpc.chain.getBlockHash(1)).toHex());
    assert.equal(number.toNumber(), 1);
    assert.equal(parentHash.toHex(), client.chain.genesisHash);
    assert.equal(hash.toHex(), (await api.rpc.chain.getFinalizedHead()).toHex());
    assert.equal((await api.rpc.chain.getHeader(parentHash)).number.toNumber(), 0);
    const stored = await client.read("system", "blockHash", 0);
    assert.equal(stored, client.chain.genesisHash);
  },
  { finalityDelayMs: 10 },
);

testStockClient("an extrinsic is ready, then in a block, then in a final block", async (client) => {
  await using rpc = await RpcSocket.open(client.chain.endpoint);
  const remark = client.call("system", "remark", "0x01");
  const signed = await client.sign(remark, client.account("//Alice"));
  await rpc.result("author_submitAndWatchExtrinsic", signed);
  assert.equal(await rpc.notification(), "ready");
  const inBlock = await rpc.notification();
  const hash = (await client.api.rpc.chain.getBlockHash(1)).toHex();
  assert.deepEqual(inBlock, { inBlock: hash });
  assert.deepEqual(await rpc.notification(), { finalized: hash });
}, { finalityDelayMs: 30 });

testStockClient("a batch whose answer would be too large is refused", async (client) => {
  const remark = client.call("system", "remark", `0x${"00".repeat(200_000)}`);
  await client.submit(remark, client.account("//Alice"));
  await using rpc = await RpcSocket.open(client.chain.endpoint);
  const request = (id: number) => ({ jsonrpc: "2.0", id, method: "chain_getBlock" });
  rpc.send(JSON.stringify(Array.from({ length: 100 }, (_, id) => request(id))));
  assert.equal((await rpc.next() as Message).error?.code, -32008);
}, { finalityDelayMs: 10 });

testStockClient("block times follow the clock, at least three seconds apart", async (client) => {
  const times: unknown[] = [];
  for (let block = 0; block < 3; block++) {
    await client.submit(client.call("system", "remark", "0x"), client.account("//Alice"));
    times.push(await client.read("timestamp", "now"));
  }
  const { block } = await client.api.rpc.chain.getBlock();
  assert.equal(block.extrinsics[0]?.method.args[0]?.toString(), String(times[2]));
  assert.deepEqual(times, [1_600_000_000_000, 1_600_000_003_000, 1_600_000_006_000]);
}, { now: () => 1_600_000_000_000, finalityDelayMs: 10 });
