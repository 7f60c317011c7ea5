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
import { MemoryStore } from "../../lib/devchain/state/memory_store.ts";
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

interface Scenario {
  readonly name: string;
  readonly genesis: { readonly neurons?: readonly Neuron[]; readonly transactionFeePool?: string };
  readonly blocks: readonly {
    readonly empty?: number;
    readonly jumpTo?: number;
    readonly calls?: readonly { readonly call: string; readonly signer: string }[];
    readonly after?: { readonly number: number; readonly neurons: readonly Neuron[] };
  }[];
}

const scenarios = (vectors.vectors as unknown as Scenario[]).filter(({ name, genesis }) =>
  genesis.neurons !== undefined && name !== "subscription-limit"
);

for (const { name, genesis, blocks } of scenarios) {
  Deno.test(`emission of ${name} is that of the real runtime, block for block`, () => {
    const state = startState(genesis);
    let number = 2;
    initializeSubtensor(state, 1);
    initializeSubtensor(state, 2);
    for (const { calls = [], empty = 1, jumpTo, after } of blocks) {
      for (let block = 0; block < empty; block++) {
        number = jumpTo ?? number + 1;
        initializeSubtensor(state, number);
      }
      for (const { call } of calls) if (call !== "subscribe") return;
      for (const { signer } of calls) resubscribe(state, signer, number);
      if (after === undefined) continue;
      assert.equal(after.number, number);
      for (const neuron of after.neurons) assertNeuron(state, neuron);
    }
  });
}

function startState({ neurons = [], transactionFeePool: pool = "0" }: Scenario["genesis"]) {
  const state = new Overlay(new MemoryStore(), -1);
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
