/** Weights of neurons, in parts of {@linkcode FULL_WEIGHT}. */

/** A weight of 1. */
export const FULL_WEIGHT = 4_294_967_295;

/**
 * The weights that the chain stores for those of a call: parts of 4294967295 in proportion, each
 * truncated, so that a row may sum to a little less. All zeros stay.
 */
export function normalizeWeights(weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (sum === 0) return weights;
  const divisor = BigInt(sum);
  return weights.map((weight) => Number(BigInt(weight) * BigInt(FULL_WEIGHT) / divisor));
}
