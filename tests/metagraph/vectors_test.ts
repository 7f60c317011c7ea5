/** The original metagraph on a chain of four neurons: what it showed, and what ours shows. */

import assert from "node:assert/strict";
import { endpointFromTensor } from "../../lib/domain/endpoint_tensor.ts";
import type { NDArray } from "../../lib/metagraph/arrays.ts";
import { toTensor } from "../../lib/metagraph/arrays.ts";
import { type Metagraph, metagraph } from "../../lib/metagraph/metagraph.ts";
import { list, recordedGraph as sync, recordedMaps } from "./recorded_graph.ts";
import vectors from "../vectors/metagraph.json" with { type: "json" };

const { empty, synced } = vectors;

function assertClose(actual: NDArray, expected: readonly number[]): void {
  const values = actual.toArray() as number[];
  assert.equal(values.length, expected.length);
  for (const [uid, value] of expected.entries()) {
    assert.ok(Math.abs(values[uid]! - value) <= 1e-6 * value, `${values[uid]} is not ${value}`);
  }
}

Deno.test("sync() shows what the original shows of the same chain", async () => {
  const graph = await sync();
  assert.equal(String(graph), synced.str);
  assert.deepEqual(graph.hotkeys, synced.hotkeys);
  assert.deepEqual(graph.coldkeys, synced.coldkeys);
  assert.deepEqual(graph.modalities, synced.modalities);
  assert.deepEqual(graph.addresses, synced.addresses);
  assertClose(graph.S, synced.S);
  assertClose(graph.R, synced.R);
  assertClose(graph.I, synced.I);
  assert.deepEqual(graph.W.tolist(), synced.W);
});

/** The arrays that are not those of the original, and what they are. */
const DEVIATIONS: Readonly<Record<string, readonly number[]>> = {
  // The original gave a coldkey's balance to the first of its neurons only.
  balances: [12.5, 12.5, 9.999999717180685e-10, 0],
};

Deno.test("stateDict() has the arrays of the original, in its order", async () => {
  const state = (await sync()).stateDict();
  assert.deepEqual(Object.keys(state), synced.state_dict.map(({ key }) => key));
  for (const { key, dtype, shape, values } of synced.state_dict) {
    const array = state[key as keyof typeof state];
    assert.deepEqual([key, array.dtype, [...array.shape]], [key, dtype, shape]);
    if (key === "endpoints") continue;
    const numbers = JSON.parse(
      JSON.stringify(
        array.tolist(),
        (_, value) => typeof value === "bigint" ? Number(value) : value,
      ),
    );
    assert.deepEqual(numbers, DEVIATIONS[key] ?? values);
  }
});

Deno.test("stateDict() encodes endpoints as the original does", async () => {
  const { endpoints } = (await sync()).stateDict();
  for (const [uid, json] of synced.endpoints_json.entries()) {
    const row = endpoints.row(uid);
    const bytes = (row.toArray() as bigint[]).filter((byte) => byte >= 0n).map(Number);
    assert.equal(new TextDecoder().decode(Uint8Array.from(bytes)), json);
    assert.equal(endpointFromTensor(toTensor(row)).hotkey, synced.hotkeys[uid]);
  }
});

Deno.test("stateDict() of nothing has the arrays of the original, empty", () => {
  const graph = metagraph({ network: "akatsuki" });
  assert.equal(String(graph), empty.str);
  for (const { key, shape, values } of empty.state_dict) {
    const array = graph.stateDict()[key as keyof ReturnType<Metagraph["stateDict"]>];
    // Of weights and endpoints the original forgot the second dimension.
    assert.equal(array.size, shape[0]);
    assert.deepEqual((array.toArray() as (bigint | number)[]).map(Number), values);
  }
});

Deno.test("sync() gives zeros where nobody has stake", async () => {
  const graph = await sync({ ...recordedMaps(), Stake: new Map() });
  assert.deepEqual(graph.S.tolist(), vectors.all_stake_zero.S);
  assert.deepEqual(graph.R.tolist(), vectors.all_stake_zero.R);
  assert.deepEqual(graph.I.tolist(), vectors.all_stake_zero.I);
});

Deno.test("sync() of another block says so", async () => {
  assert.equal(String(await sync(undefined, 100)), vectors.str_after_sync_block_100);
});

Deno.test("sync() reads what was never written as the chain does: as nothing", async () => {
  const maps = recordedMaps();
  const graph = await sync({
    ...maps,
    Stake: new Map([...maps["Stake"]!].filter(([uid]) => uid === 0 || uid === 2)),
    WeightUids: new Map([...maps["WeightUids"]!].filter(([uid]) => uid !== 3)),
    WeightVals: new Map([...maps["WeightVals"]!].filter(([uid]) => uid !== 3)),
  });
  assert.deepEqual(graph.S.tolist(), [1.5, 0, 0, 0]);
  assert.deepEqual(graph.W.row(3).tolist(), [0, 0, 0, 0]);
});

Deno.test("sync() refuses a weight of a neuron that is not there", async () => {
  const maps = recordedMaps();
  const WeightUids = new Map([...maps["WeightUids"]!, [0, list([9], 8)]]);
  await assert.rejects(sync({ ...maps, WeightUids }), { code: "metagraph/malformed" });
});
