import assert from "node:assert/strict";
import { Subtensor } from "../../lib/chain/subtensor.ts";
import { fetchSnapshot } from "../../lib/metagraph/snapshot.ts";
import { storedChain, uidBytes } from "../chain/stored_chain.ts";

/** A client of a node whose two neurons have these weights, as SCALE. */
function clientOf(weights: { uids: readonly number[]; values: readonly number[] }): Subtensor {
  const neuron = new Uint8Array(92);
  neuron[18] = 4;
  const chain = storedChain({
    NextUID: new Map([[-1, uidBytes(2)]]),
    Neurons: new Map([[0, neuron], [1, neuron]]),
    WeightUids: new Map([[0, Uint8Array.from(weights.uids)]]),
    WeightVals: new Map([[0, Uint8Array.from(weights.values)]]),
  });
  return new Subtensor("test", chain);
}

const ONE_UID = [1 << 2, 1, 0, 0, 0, 0, 0, 0, 0];
const ONE_VALUE = [1 << 2, 9, 0, 0, 0];

Deno.test("fetchSnapshot() keeps the rows of a neuron together", async () => {
  const snapshot = await fetchSnapshot(clientOf({ uids: ONE_UID, values: ONE_VALUE }));
  assert.equal(snapshot.block, 7);
  assert.deepEqual(snapshot.weightUids, [Uint32Array.of(1), new Uint32Array()]);
  assert.deepEqual(snapshot.weightVals, [Uint32Array.of(9), new Uint32Array()]);
});

Deno.test("fetchSnapshot() rejects weights that do not fit together", async () => {
  const unequal = fetchSnapshot(clientOf({ uids: ONE_UID, values: [0] }));
  await assert.rejects(unequal, { code: "metagraph/malformed", message: /1 weight uids and 0/ });
  const unknown = [1 << 2, 2, 0, 0, 0, 0, 0, 0, 0];
  const stranger = fetchSnapshot(clientOf({ uids: unknown, values: ONE_VALUE }));
  await assert.rejects(stranger, { code: "metagraph/malformed", message: /unknown neuron 2/ });
});
