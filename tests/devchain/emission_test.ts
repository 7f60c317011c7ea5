/**
 * Replays recorded emission in the runtime alone, where block numbers can jump: the scenarios that no
 * chain can replay, and those of an older runtime (spec 4) with which this one agrees.
 */

import assert from "node:assert/strict";
import { readGenesis } from "../../lib/devchain/genesis/read_genesis.ts";
import { genesisWriter } from "../../lib/devchain/runtime/genesis.ts";
import * as storage from "../../lib/devchain/runtime/subtensor/storage.ts";
import { setWeights } from "../../lib/devchain/runtime/subtensor/set_weights.ts";
import { initializeSubtensor } from "../../lib/devchain/runtime/subtensor/subtensor.ts";
import { cryptoReady, devPublicKeys } from "../../lib/devchain/scale/crypto.ts";
import { toHex } from "../../lib/devchain/scale/hex.ts";
import { struct, u32, u64, vec } from "../../lib/devchain/scale/scale_type.ts";
import { Overlay } from "../../lib/devchain/state/overlay.ts";
import { SqliteStore } from "../../lib/devchain/state/sqlite_store.ts";
import spec4 from "../vectors/emission.json" with { type: "json" };
import {
  genesisOf,
  jumps,
  type RecordedBlock,
  type RecordedCall,
  type RecordedNeuron,
  type Scenario,
  SCENARIOS,
} from "./recorded_scenarios.ts";

const AGREED = ["three-neurons-cross-weights", "zero-and-empty-weights", "halving"];

for (const scenario of SCENARIOS.filter(jumps)) {
  Deno.test(`the runtime emits in ${scenario.name} like the real one`, () => replay(scenario));
}
for (const scenario of spec4.vectors as unknown as readonly Scenario[]) {
  if (!AGREED.includes(scenario.name)) continue;
  Deno.test(`the runtime emits in ${scenario.name} like the older one`, () => replay(scenario));
}

async function replay(scenario: Scenario): Promise<void> {
  await cryptoReady();
  using store = new SqliteStore();
  const state = new Overlay(store, -1);
  genesisWriter(readGenesis(genesisOf(scenario)))(state);
  for (const number of [1, 2]) initializeSubtensor(state, number);
  for (const block of scenario.blocks) replayBlock(state, block);
}

function replayBlock(
  state: Overlay,
  { empty = 1, jumpTo, calls = [], after }: RecordedBlock,
): void {
  const first = jumpTo ?? after.number - empty + 1;
  for (let number = first; number <= after.number; number++) initializeSubtensor(state, number);
  for (const call of calls) runSetWeights(state, after.number, call);
  assert.equal(String(storage.totalStake.get(state)), after.totalStake);
  const recorded = after.neurons ?? [];
  assert.equal(BigInt(recorded.length), storage.nextUid.get(state));
  for (const neuron of recorded) assert.deepEqual(readNeuron(state, neuron.uid), neuron);
}

const weightsArguments = struct("", { dests: vec(u64), weights: vec(u32) });

/** Without weight to itself, which none of these neurons has, the call is free. */
function runSetWeights(state: Overlay, blockNumber: number, { signer, call, args }: RecordedCall) {
  assert.equal(call, "set_weights");
  const hotkey = toHex(devPublicKeys()(signer));
  assert(storage.active.has(state, hotkey));
  const { dests, weights } = args as { dests: readonly number[]; weights: readonly number[] };
  const run = setWeights.bind(weightsArguments.encode({ dests: dests.map(BigInt), weights }));
  run({ state, blockNumber, signer: hotkey, deposit: () => {} });
}

function readNeuron(state: Overlay, index: number): RecordedNeuron {
  const uid = BigInt(index);
  return {
    uid: index,
    stake: String(storage.stake.get(state, uid)),
    pendingEmission: String(storage.pendingEmission.get(state, uid)),
    lastEmit: storage.lastEmit.get(state, uid),
    weightUids: storage.weightUids.get(state, uid).map(Number),
    weightVals: storage.weightVals.get(state, uid),
  };
}
