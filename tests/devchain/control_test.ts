import assert from "node:assert/strict";
import { type DevChain, devchain } from "../../lib/devchain/devchain.ts";
import { tutorialGenesis } from "../../lib/devchain/genesis/tutorial.ts";
import { RpcSocket } from "./rpc_socket.ts";
import { type StockClient, testStockClient } from "./stock_client.ts";

const ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

async function withRpc(
  work: (rpc: RpcSocket, chain: DevChain) => Promise<void>,
): Promise<void> {
  await using chain = await devchain({ seal: "manual" });
  await using rpc = await RpcSocket.open(chain.endpoint);
  await work(rpc, chain);
}

async function timeOf(client: StockClient): Promise<number> {
  return Number(await client.read("timestamp", "now"));
}

Deno.test("dev_mine seals blocks and answers with the hash of the last", () =>
  withRpc(async (rpc, chain) => {
    const hash = await rpc.result("dev_mine");
    assert.equal(chain.block, 1);
    assert.equal(await rpc.result("chain_getBlockHash"), hash);
    await rpc.result("dev_mine", 250);
    assert.equal(chain.block, 251);
  }));

Deno.test("mine() seals many empty blocks", async () => {
  await using chain = await devchain({ seal: "manual" });
  await chain.mine(2_000);
  assert.equal(chain.block, 2_000);
});

Deno.test("control methods refuse wrong arguments and say why", () =>
  withRpc(async (rpc, chain) => {
    const wrong: [method: string, params: unknown[], why: RegExp][] = [
      ["dev_mine", [0], /^Cannot mine 0 blocks: it is a whole number to 1000000$/],
      ["dev_mine", [1_000_001], /^Cannot mine 1000001 blocks/],
      ["dev_mine", ["many"], /expected a number/],
      ["dev_setSeal", ["often"], /^Cannot seal "often": it is "instant", "manual" or/],
      ["dev_setSeal", [{ intervalMs: 0 }], /^Cannot use seal\.intervalMs 0/],
      ["dev_setTime", [-1], /expected a number/],
      ["dev_setTime", [0.5], /expected a number/],
      ["dev_setBalance", ["//Alice", "5"], /balance is "5": expected an amount; write it with its/],
      ["dev_setBalance", ["//Alice", "499 rao"], /expected 0 rao, or at least 500 rao/],
      ["dev_setBalance", ["//Alice", "9999999999 tao"], /expected no more than \d+ rao in all/],
      ["dev_setBalance", ["Alice", "1 tao"], /account is "Alice": expected an account/],
      ["dev_revert", [`0x${"11".repeat(32)}`], /^Cannot revert to 0x1111/],
      ["dev_revert", ["0x11"], /expected a hash of 32 bytes/],
      ["dev_importState", [{}], /format is missing/],
      ["dev_importState", [null], /it is null: expected an object/],
    ];
    for (const [method, params, why] of wrong) {
      const { error } = await rpc.ask(method, ...params);
      assert.equal(error?.code, -32602, method);
      assert.match(error.data ?? "", why);
    }
    assert.equal(chain.block, 0);
    await assert.rejects(chain.mine(1.5), RangeError);
    assert.throws(() => chain.setTime(-1), RangeError);
  }));

Deno.test("revert() refuses a block whose state is not kept", async () => {
  await using chain = await devchain({ seal: "manual", keepBlocks: 3 });
  await chain.mine(5);
  assert.throws(() => chain.revert(chain.genesisHash), { code: "devchain/unknown-snapshot" });
});

/** Storage key of Timestamp.Now. */

const TIMESTAMP_NOW = "0xf0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb";

function differing(one: Readonly<Record<string, string>>, other: typeof one): string[] {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].filter((key) => one[key] !== other[key]);
}

Deno.test("devchain() starts from a state that was exported", async () => {
  await using first = await devchain({ seal: "manual", genesis: tutorialGenesis() });
  await first.mine(10);
  const state = first.exportState();
  await using second = await devchain({ genesis: state });
  assert.equal(second.block, 0);
  assert.equal(second.exportState().root, state.root);
  assert.notEqual(second.genesisHash, first.genesisHash);
});

Deno.test("importState() refuses what was changed after its export", async () => {
  await using chain = await devchain();
  const state = chain.exportState();
  const [key] = Object.keys(state.storage);
  const changed = { ...state, storage: { ...state.storage, [key!]: "0x00" as const } };
  assert.throws(() => chain.importState(changed), {
    code: "devchain/invalid-state",
    hint: "the state was changed after it was exported",
  });
  assert.throws(() => chain.importState({ ...state, version: 2 }), /expected version 1/);
  await assert.rejects(devchain({ genesis: changed }), { code: "devchain/invalid-state" });
  assert.equal(chain.block, 0);
});

// Last, as the stock client keeps timers for a while that the tests above would be blamed for.

testStockClient("dev_setTime stops the clock, which runs again without a time", async (client) => {
  const { chain } = client;
  await using rpc = await RpcSocket.open(chain.endpoint);
  const start = 2_000_000_000_000;
  await rpc.result("dev_setTime", start);
  await chain.mine();
  assert.equal(await timeOf(client), start);
  await chain.mine();
  assert.equal(await timeOf(client), start + 3000);
  await rpc.result("dev_setTime", start - 1_000_000);
  await chain.mine();
  assert.equal(await timeOf(client), start + 6000);
  const before = chain.snapshot();
  await rpc.result("dev_setTime", start + 1_000_000);
  await chain.mine();
  assert.equal(await timeOf(client), start + 1_000_000);
  chain.revert(before);
  await rpc.result("dev_setTime", null);
  await chain.mine();
  assert.equal(await timeOf(client), start + 9000);
}, { seal: "manual", now: () => 1_600_000_000_000 });

testStockClient("dev_setBalance issues and burns, in a block with events", async (client) => {
  const { chain, api } = client;
  const bob = client.account("//Bob");
  const issuance = async () => BigInt(String(await api.query.balances!.totalIssuance!()));
  const before = await issuance();
  await using rpc = await RpcSocket.open(chain.endpoint);
  await rpc.result("dev_setBalance", bob.address, "1.5 tao");
  assert.equal(chain.block, 1);
  assert.equal(await client.free(bob), 1_500_000_000n);
  assert.equal(await issuance(), before - 998_500_000_000n);
  const events = (await api.query.system!.events!()).toHuman() as { event: { method: string } }[];
  assert.deepEqual(events.map(({ event }) => event.method), ["BalanceSet", "ExtrinsicSuccess"]);
  chain.setBalance("//Bob", "0 rao");
  assert.equal(await client.free(bob), 0n);
  chain.setBalance("//Newcomer", 500n);
  assert.equal(chain.balanceOf("//Newcomer"), 500n);
});

testStockClient("dev_setSeal changes when blocks are sealed", async (client) => {
  const { chain } = client;
  await using rpc = await RpcSocket.open(chain.endpoint);
  const call = client.call("balances", "transfer", ALICE, 1000);
  const hex = await client.sign(call, client.account("//Bob"));
  await rpc.result("author_submitExtrinsic", hex);
  assert.equal(chain.block, 0);
  await rpc.result("chain_subscribeNewHeads");
  await rpc.notification();
  await rpc.answer("dev_setSeal", "instant");
  await rpc.notification();
  assert.equal(chain.block, 1);
  await rpc.answer("dev_setSeal", { intervalMs: 1 });
  await rpc.notification();
  await rpc.notification();
  assert(chain.block >= 3);
  chain.setSeal("manual");
}, { seal: "manual" });

testStockClient("dev_revert goes back to a snapshot, final blocks and all", async (client) => {
  const { chain, api } = client;
  const [bob, charlie] = [client.account("//Bob"), client.account("//Charlie")];
  await using rpc = await RpcSocket.open(chain.endpoint);
  const before = await client.free(bob);
  const snapshot = await rpc.result("dev_snapshot") as `0x${string}`;
  const state = chain.exportState();
  const transfer = client.call("balances", "transfer", charlie.address, 1_000_000);
  await client.submit(transfer, bob);
  const block = chain.block;
  assert.notEqual(await client.free(bob), before);
  const waiting = await client.sign(transfer, bob, { nonce: 5 });
  await rpc.result("author_submitExtrinsic", waiting);
  assert.equal(await rpc.result("dev_revert", snapshot), snapshot);
  assert.equal(chain.block, 0);
  assert.deepEqual(chain.exportState(), state);
  assert.equal(await client.free(bob), before);
  assert.equal(await rpc.result("system_accountNextIndex", bob.address), 0);
  assert.equal(await rpc.result("chain_getFinalizedHead"), chain.genesisHash);
  await client.submit(transfer, bob);
  assert.equal(chain.block, block);
  assert.equal((await api.rpc.chain.getHeader()).number.toNumber(), block);
  chain.revert(chain.snapshot());
  assert.equal(chain.block, block);
}, { finalityDelayMs: 20 });

testStockClient("importState() brings one chain to the state of another", async (client) => {
  const { chain } = client;
  await using rich = await devchain({ seal: "manual", genesis: tutorialGenesis() });
  await rich.mine(3);
  const state = rich.exportState();
  chain.setBalance("//Gone", "1 tao");
  await using rpc = await RpcSocket.open(chain.endpoint);
  await rpc.result("dev_importState", JSON.parse(JSON.stringify(state)));
  assert.equal(chain.balanceOf("//Gone"), 0n);
  assert.equal(await client.read("subtensorModule", "nextUID"), 37);
  assert.equal(await client.read("system", "number"), 2);
  const differences = differing(chain.exportState().storage, state.storage);
  // The block that imports has a time of its own.
  assert.deepEqual(differences, [TIMESTAMP_NOW]);
  await chain.mine();
  assert.equal(await client.read("system", "number"), 3);
  await client.submit(client.call("system", "remark", "0x01"), client.account("//Alice"));
});
