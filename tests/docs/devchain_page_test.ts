/** What docs/devchain.md says that its own examples do not show. */

import assert from "node:assert/strict";
import { devchain } from "../../lib/devchain/devchain.ts";
import { SPEC_100_PARAMETERS } from "../../lib/devchain/runtime/subtensor/parameters.ts";
import { readGenesis } from "../../lib/devchain/genesis/read_genesis.ts";
import { cryptoReady } from "../../lib/devchain/scale/crypto.ts";
import { RpcSocket } from "../devchain/rpc_socket.ts";

const PAGE = await Deno.readTextFile(new URL("../../docs/devchain.md", import.meta.url));
const GENESIS = JSON.parse(/```json\n([^]*?)```/.exec(PAGE)![1]!);

Deno.test("the genesis of docs/devchain.md has every field, and the values of 2021", async () => {
  await cryptoReady();
  const { neurons, parameters } = readGenesis(GENESIS);
  assert.equal(neurons.length, 2);
  assert.deepEqual(parameters, SPEC_100_PARAMETERS);
  for (const field of ["hotkey", "coldkey", "stake", "weights", "ip", "port", "lastEmit"]) {
    assert(GENESIS.neurons.some((neuron: object) => field in neuron), field);
  }
  await using chain = await devchain({ genesis: GENESIS });
  assert.equal(chain.balanceOf("//Bob"), 1_500_000_000n);
});

Deno.test("docs/devchain.md lists the control methods, and only those", async () => {
  await using chain = await devchain();
  await using rpc = await RpcSocket.open(chain.endpoint);
  const { methods } = await rpc.result("rpc_methods") as { methods: string[] };
  const listed = PAGE.matchAll(/^\| `(dev_\w+)\(/gm).map(([, name]) => name!);
  assert.deepEqual([...listed].sort(), methods.filter((name) => name.startsWith("dev_")));
});
