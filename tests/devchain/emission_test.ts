/** Replays the recorded emission of blocks without extrinsics, and its payment. */

import assert from "node:assert/strict";
import { emitPending } from "../../lib/devchain/runtime/subtensor/emission.ts";
import {
  lastEmit,
  nextUid,
  pendingEmission,
  stake,
  totalStake,
  transactionFeePool,
  weightUids,
  weightVals,
} from "../../lib/devchain/runtime/subtensor/storage.ts";
import { initializeSubtensor } from "../../lib/devchain/runtime/subtensor/subtensor.ts";
import { SqliteStore } from "../../lib/devchain/state/sqlite_store.ts";
import { Overlay } from "../../lib/devchain/state/overlay.ts";
import vectors from "../vectors/emission_akatsuki.json" with { type: "json" };

interface Neuron {
  readonly uid: number;
  readonly stake: string;
  readonly pendingEmission?: string;
  readonly lastEmit?: number;
  readonly weightUids?: readonly number[];
  readonly weightVals?: readonly number[];
}

interface Block {
  /** So many blocks without calls, one if it is missing. */
  readonly empty?: number;
  readonly jumpTo?: number;
  readonly calls?: readonly { readonly signer: string; readonly call: string }[];
  readonly after: { readonly number: number; readonly neurons: readonly Neuron[] };
}

interface Scenario {
  readonly name: string;
  readonly genesis: { readonly neurons?: readonly Neuron[]; readonly transactionFeePool?: string };
  readonly blocks: readonly Block[];
}

/** Scenarios of stake that only emission moves: without self-weights set_weights is free. */
const SCENARIOS = [
  "fee-pool",
  "halving",
  "last-emit-lookback",
  "three-neurons-cross-weights",
  "zero-and-empty-weights",
];

for (const { name, genesis, blocks } of vectors.vectors as unknown as Scenario[]) {
  if (!SCENARIOS.includes(name)) continue;
  Deno.test(`emission of ${name} is that of the real runtime, block for block`, () => {
    const state = startState(genesis);
    for (const number of [1, 2]) initializeSubtensor(state, number);
    const foreign = blocks.findIndex(({ calls = [] }) =>
      calls.some(({ call }) => call !== "set_weights")
    );
    const replayed = foreign === -1 ? blocks : blocks.slice(0, foreign);
    assert.notEqual(replayed.length, 0);
    for (const block of replayed) replayBlock(state, block);
  });
}

function replayBlock(state: Overlay, { empty = 1, jumpTo, calls = [], after }: Block): void {
  const first = jumpTo ?? after.number - empty + 1;
  for (let number = first; number <= after.number; number++) initializeSubtensor(state, number);
  for (const { signer } of calls) {
    const uid = Number(/^\/\/Hot(\d+)$/.exec(signer)?.[1]);
    emitPending(state, BigInt(uid), after.number);
    // What else set_weights does: the weights as they were recorded afterwards.
    const { weightUids: uids = [], weightVals: vals = [] } = after.neurons[uid]!;
    weightUids.put(state, BigInt(uid), uids.map(BigInt));
    weightVals.put(state, BigInt(uid), vals);
  }
  for (const neuron of after.neurons) assert.deepEqual(readNeuron(state, neuron.uid), neuron);
}

function readNeuron(state: Overlay, index: number): Neuron {
  const uid = BigInt(index);
  return {
    uid: index,
    stake: String(stake.get(state, uid)),
    pendingEmission: String(pendingEmission.get(state, uid)),
    lastEmit: lastEmit.get(state, uid),
    weightUids: weightUids.get(state, uid).map(Number),
    weightVals: weightVals.get(state, uid),
  };
}

function startState({ neurons = [], transactionFeePool: pool = "0" }: Scenario["genesis"]) {
  const state = new Overlay(new SqliteStore(), -1);
  nextUid.put(state, BigInt(neurons.length));
  transactionFeePool.put(state, BigInt(pool));
  neurons.forEach((neuron, index) => {
    const uid = BigInt(index);
    const { weightUids: uids = [index], weightVals: vals = [4294967295] } = neuron;
    stake.put(state, uid, BigInt(neuron.stake));
    totalStake.put(state, totalStake.get(state) + BigInt(neuron.stake));
    pendingEmission.put(state, uid, BigInt(neuron.pendingEmission ?? 0));
    lastEmit.put(state, uid, neuron.lastEmit ?? 0);
    weightUids.put(state, uid, uids.map(BigInt));
    weightVals.put(state, uid, vals);
  });
  return state;
}
