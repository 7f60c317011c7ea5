/**
 * Emission: what neurons accrue with every block, and how they pay it out by their weights.
 *
 * The chain computes in U64F64: integers with 64 fractional bits, every product and quotient
 * truncated. The truncations are part of the result.
 */

import type { ReadableState, State } from "../../state/overlay.ts";
import { parametersOf } from "./parameters.ts";
import {
  lastEmit,
  nextUid,
  pendingEmission,
  stake,
  totalStake,
  transactionFeesForBlock,
  weightUids,
  weightVals,
} from "./storage.ts";
import { FULL_WEIGHT } from "./weights.ts";

const FRACTION_BITS = 64n;

/** Shares the reward of a block among the neurons by stake, as pending emission. */
export function accrueEmission(state: State, blockNumber: number): void {
  const total = totalStake.get(state);
  if (total === 0n) return;
  const { blockReward, halvingInterval } = parametersOf(state);
  const halvings = BigInt(Math.floor(blockNumber / halvingInterval));
  const reward = ((blockReward << FRACTION_BITS) >> halvings) +
    (transactionFeesForBlock.get(state) << FRACTION_BITS);
  for (let uid = 0n, count = nextUid.get(state); uid < count; uid++) {
    const share = (stake.get(state, uid) << FRACTION_BITS) / total;
    if (share === 0n) continue;
    const accrued = (reward * share) >> (2n * FRACTION_BITS);
    pendingEmission.put(state, uid, pendingEmission.get(state, uid) + accrued);
  }
}

/**
 * Pays out what a neuron has accrued to the stakes of the neurons it gives weight.
 *
 * Nothing happens without anything pending or without weights. What truncation leaves is lost.
 */
export function emitPending(state: State, uid: bigint, blockNumber: number): void {
  const pending = pendingEmission.get(state, uid);
  const targets = weightUids.get(state, uid);
  if (pending === 0n || targets.length === 0) return;
  const weights = weightVals.get(state, uid);
  pendingEmission.put(state, uid, 0n);
  let total = totalStake.get(state);
  targets.forEach((target, index) => {
    if (!stake.has(state, target)) return;
    const increment = partOf(pending, weights[index] ?? 0);
    stake.put(state, target, stake.get(state, target) + increment);
    total += increment;
  });
  totalStake.put(state, total);
  lastEmit.put(state, uid, blockNumber);
}

/** What a neuron would pay to itself if it paid out now. */
export function selfEmission(state: ReadableState, uid: bigint): bigint {
  const index = weightUids.get(state, uid).indexOf(uid);
  if (index < 0) return 0n;
  return partOf(pendingEmission.get(state, uid), weightVals.get(state, uid)[index] ?? 0);
}

function partOf(pending: bigint, weight: number): bigint {
  return (pending * ((BigInt(weight) << FRACTION_BITS) / BigInt(FULL_WEIGHT))) >> FRACTION_BITS;
}
