/** The same genesis, seed and calls give the same blocks and the same state on every machine. */

import assert from "node:assert/strict";
import type { Genesis } from "../../lib/devchain/genesis/genesis.ts";
import { tutorialGenesis } from "../../lib/devchain/genesis/tutorial.ts";
import { RpcSocket } from "./rpc_socket.ts";
import { type StockClient, testStockClient } from "./stock_client.ts";

/** What the session below leads to. It changes only with the runtime or the preset. */
const KNOWN = {
  genesisHash: "0x366f3e802c6da59dceb3ec67ead3ca192327045bb8e25c093e364a8fc3f93994",
  blockHash: "0x1286f16402542843f4bbf022eaf79ad1d8ae9343d82c2ad28d985c01425eb3b7",
  stateRoot: "0x119f9ed78089cc34eaaf676a5ceb74fbd137e8bc699ee320d957ebeb5e4d24d3",
};

const GENESIS: Genesis = tutorialGenesis({ seed: 2021 });

testStockClient(
  "a scripted session with a stopped clock leads to a known state",
  async (client) => {
    await runSession(client);
    const { chain } = client;
    assert.deepEqual({
      genesisHash: chain.genesisHash,
      blockHash: chain.snapshot(),
      stateRoot: chain.exportState().root,
    }, KNOWN);
  },
  { genesis: GENESIS, seal: "manual" },
);

testStockClient(
  "a session that is repeated after a revert leads to the same blocks, though signatures differ",
  async (client) => {
    const { chain } = client;
    const start = chain.snapshot();
    const first = await runSession(client);
    const hash = chain.snapshot();
    chain.revert(start);
    const second = await runSession(client);
    assert.notDeepEqual(first, second);
    assert.equal(chain.snapshot(), hash);
  },
  { genesis: GENESIS, seal: "manual" },
);

/** @returns the extrinsics. */
async function runSession(client: StockClient): Promise<readonly string[]> {
  const { chain } = client;
  await using rpc = await RpcSocket.open(chain.endpoint);
  const address = (uri: string) => client.account(uri).address;
  chain.setTime(1_630_000_000_000);
  chain.setBalance("//Greta", "12.5 tao");
  const signed = [
    await client.sign(
      client.call("balances", "transfer", address("//Bob"), 7_000_000_000),
      client.account("//Alice"),
      { nonce: 0 },
    ),
    await client.sign(
      client.call("subtensorModule", "setWeights", [1, 2, 3], [5, 3, 2]),
      client.account("//Tutorial//0"),
      { nonce: 0 },
    ),
    await client.sign(
      client.call("subtensorModule", "subscribe", 0x08080808, 8091, 4, 0, address("//Greta")),
      client.account("//Greta//hotkey"),
      { nonce: 0 },
    ),
    await client.sign(
      client.call("subtensorModule", "addStake", address("//Greta//hotkey"), 3_000_000_000),
      client.account("//Greta"),
      { nonce: 0, tip: 5 },
    ),
  ];
  for (const extrinsic of signed) {
    await rpc.result("author_submitExtrinsic", extrinsic);
    await chain.mine();
  }
  await chain.mine(20);
  return signed;
}
