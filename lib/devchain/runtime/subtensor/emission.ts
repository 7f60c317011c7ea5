/**
 * Emission: what neurons accrue with every block, and how they pay it out by their weights.
 *
 * The chain computes in U64F64: integers with 64 fractional bits, every product and quotient
 * truncated. The truncations are part of the result.
 */

import type { State } from "../../state/overlay.ts";
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

/** Rao that a block pays before the first halving. */
const BLOCK_REWARD = 500_000_000n;

/** Blocks between two halvings. */
const HALVING_INTERVAL = 21_000_000;

/** A weight of 1. */
const FULL_WEIGHT = 4_294_967_295n;

const FRACTION_BITS = 64n;

/** Shares the reward of a block among the neurons by stake, as pending emission. */
export function accrueEmission(state: State, blockNumber: number): void {
  const total = totalStake.get(state);
  if (total === 0n) return;
  const halvings = BigInt(Math.floor(blockNumber / HALVING_INTERVAL));
  const reward = ((BLOCK_REWARD << FRACTION_BITS) >> halvings) +
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
  targets.forEach((target, index) => {
    if (!stake.has(state, target)) return;
    const weight = (BigInt(weights[index] ?? 0) << FRACTION_BITS) / FULL_WEIGHT;
    const increment = (pending * weight) >> FRACTION_BITS;
    stake.put(state, target, stake.get(state, target) + increment);
    totalStake.put(state, totalStake.get(state) + increment);
  });
  lastEmit.put(state, uid, blockNumber);
}
