/** The state of earlier blocks, as the stock client reads it, and what is left of it when pruned. */

import assert from "node:assert/strict";
import { RpcSocket } from "./rpc_socket.ts";
import { type Account, type StockClient, testStockClient } from "./stock_client.ts";

const TAO = 1_000_000_000n;

/** Sends 1, 2, … tao to an account, each in a block of its own. @returns the hashes of the blocks */
async function pay(client: StockClient, to: Account, count: number): Promise<string[]> {
  const hashes: string[] = [];
  for (let tao = 1n; tao <= count; tao++) {
    const call = client.call("balances", "transfer", to.address, tao * TAO);
    const { status } = await client.submit(call, client.account("//Alice"));
    hashes.push(status.asFinalized.toHex());
  }
  return hashes;
}

const quick = { finalityDelayMs: 5 };

testStockClient("api.at() reads the state after every block", async (client) => {
  const { api } = client;
  const payee = client.account("//Payee");
  const hashes = await pay(client, payee, 4);
  const { genesisHash } = client.chain;
  const free = await Promise.all([genesisHash, ...hashes].map(async (hash) => {
    const account = await (await api.at(hash)).query.system!.account!(payee.address);
    return BigInt(JSON.parse(JSON.stringify(account)).data.free);
  }));
  assert.deepEqual(free, [0n, 1n, 3n, 6n, 10n].map((tao) => tao * TAO));
  const entries = await (await api.at(hashes[0]!)).query.system!.account!.entries();
  const before = await (await api.at(genesisHash)).query.system!.account!.entries();
  assert.equal(entries.length, before.length + 1);
}, quick);

testStockClient("state_queryStorage tells what changed in a range of blocks", async (client) => {
  const payee = client.account("//Payee");
  const hashes = await pay(client, payee, 3);
  const key = client.api.query.system!.account!.key(payee.address);
  await using rpc = await RpcSocket.open(client.chain.endpoint);
  const { genesisHash } = client.chain;
  const found = await rpc.result("state_queryStorage", [key], genesisHash, hashes[2]) as {
    readonly block: string;
    readonly changes: [string, string | null][];
  }[];
  assert.deepEqual(found.map(({ block }) => block), [genesisHash, ...hashes]);
  assert.deepEqual(found[0]?.changes, [[key, null]]);
  assert.equal(new Set(found.map(({ changes }) => changes[0]![1])).size, 4);
  const [last] = await rpc.result("state_queryStorageAt", [key], hashes[2]) as typeof found;
  assert.deepEqual(last, found.at(-1));
}, quick);

testStockClient(
  "pruned states are refused as a node refuses them, and blocks stay",
  async (client) => {
    const payee = client.account("//Payee");
    const [first, ...later] = await pay(client, payee, 4);
    const key = client.api.query.system!.account!.key(payee.address);
    await using rpc = await RpcSocket.open(client.chain.endpoint);
    const discarded = {
      code: 4003,
      message: `Client error: UnknownBlock: State already discarded for ${first}`,
    };
    const questions: [method: string, ...params: unknown[]][] = [
      ["state_getStorage", key, first],
      ["state_getKeysPaged", "0x", 10, null, first],
      ["state_queryStorageAt", [key], first],
      ["state_queryStorage", [key], first],
      ["state_call", "Core_version", "0x", first],
      ["system_dryRun", "0x00", first],
    ];
    for (const [method, ...params] of questions) {
      assert.deepEqual((await rpc.ask(method, ...params)).error, discarded, method);
    }
    for (const hash of later.slice(-2)) {
      assert.notEqual(await rpc.result("state_getStorage", key, hash), null);
    }
    const { block } = await rpc.result("chain_getBlock", first) as { block: { header: object } };
    assert.deepEqual(block.header, await rpc.result("chain_getHeader", first));
  },
  { ...quick, keepBlocks: 2 },
);
