/** Weights as the chain stores them: whole numbers that sum to 4294967295, which is 1. */

import { BittensorError } from "../base/errors.ts";
import { WEIGHT_SCALE } from "../domain/constants.ts";

/** A row of weights as the chain takes it. */
export interface ChainWeights {
  readonly uids: readonly number[];
  /** In the order of `uids`; they sum to 4294967295. */
  readonly values: readonly number[];
}

/**
 * Turns weights into what the chain stores, exactly as the client of the seed era did.
 *
 * Each is divided by their sum, scaled and rounded down; the last one gets what is left. Weights
 * that become 0 are left out; if all are 0, nothing is left. The order stays.
 *
 * @throws {BittensorError} `chain/invalid-weights` if there are none, if their number is not that of
 * the uids, if one is negative or no finite number, or if a uid is no whole number from 0 on.
 *
 * @example Two neurons, one weighs three times as much
 * ```ts
 * import { normalizeWeights } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * const { uids, values } = normalizeWeights([4, 7], [1, 3]);
 * assert.deepEqual(uids, [4, 7]);
 * assert.deepEqual(values, [1_073_741_823, 3_221_225_472]);
 * ```
 */
export function normalizeWeights(
  uids: ArrayLike<number | bigint>,
  weights: ArrayLike<number>,
): ChainWeights {
  checkWeights(uids, weights);
  // Doubles, added from left to right: another order gives other values.
  let sum = 0;
  for (let index = 0; index < weights.length; index++) sum += weights[index]!;
  if (!Number.isFinite(sum)) throw invalid("their sum is too large");
  const kept: { uids: number[]; values: number[] } = { uids: [], values: [] };
  if (sum === 0) return kept;
  let rest = WEIGHT_SCALE;
  for (let index = 0; index < weights.length; index++) {
    const last = index === weights.length - 1;
    const share = Math.floor(weights[index]! / sum * WEIGHT_SCALE);
    const value = last ? rest : Math.min(share, rest);
    rest -= value;
    if (value === 0) continue;
    kept.uids.push(Number(uids[index]));
    kept.values.push(value);
  }
  return kept;
}

/**
 * A row of stored weights as floats, from 0 to 1, one for each of `n` neurons.
 *
 * Of a uid that is there twice the last value counts; uids and values beyond the shorter list do not.
 *
 * @throws {RangeError} If a uid is not below n.
 */
export function denseWeights(
  n: number,
  uids: ArrayLike<number>,
  values: ArrayLike<number>,
): Float32Array {
  const row = new Float32Array(n);
  for (let index = 0; index < Math.min(uids.length, values.length); index++) {
    const uid = uids[index]!;
    if (uid >= n) throw new RangeError(`Cannot place the weight of neuron ${uid}: there are ${n}`);
    row[uid] = values[index]! / WEIGHT_SCALE;
  }
  return row;
}

function checkWeights(uids: ArrayLike<number | bigint>, weights: ArrayLike<number>): void {
  if (weights.length === 0) throw invalid("there are none");
  if (weights.length !== uids.length) {
    throw invalid(`there are ${uids.length} uids and ${weights.length} weights`);
  }
  for (let index = 0; index < weights.length; index++) {
    const weight = weights[index]!;
    const uid = Number(uids[index]);
    if (!(weight >= 0 && weight < Infinity)) throw invalid(`the weight of uid ${uid} is ${weight}`);
    if (!Number.isSafeInteger(uid) || uid < 0) throw invalid(`${uid} is no uid`);
  }
}

function invalid(why: string): BittensorError {
  return new BittensorError("chain/invalid-weights", `Cannot use these weights: ${why}`, {
    hint: "pass one weight, 0 or more, for each uid",
  });
}
