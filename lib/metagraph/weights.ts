/** Weights as the chain has them, a list for each neuron, and as a matrix. */

import { WEIGHT_SCALE } from "../domain/constants.ts";

/** Whom each neuron weighs, and how much: most neurons weigh few others. */
export interface SparseWeights {
  /** Row i: the uids that neuron i weighs. */
  readonly weightUids: readonly Uint32Array[];
  /** Row i: its weights, in the same order; 4294967295 is 1. */
  readonly weightVals: readonly Uint32Array[];
}

/** Elements of a block, 8 MiB: few blocks, and each stays in the cache while it is used. */
const BLOCK_ELEMENTS = 2 ** 21;

/** The matrix, row-major `[n, n]`: row i holds the weights that neuron i set, from 0 to 1. */
export function weightMatrix(weights: SparseWeights): Float32Array<ArrayBuffer> {
  const n = weights.weightUids.length;
  const matrix = new Float32Array(n * n);
  writeRows(weights, 0, matrix);
  return matrix;
}

/**
 * The matrix in blocks of consecutive rows, `[rows, n]` each, so that it never exists as a whole.
 *
 * Each block lies where the one before it lay: use it before you take the next.
 */
export function* weightBlocks(weights: SparseWeights): Generator<Float32Array<ArrayBuffer>, void> {
  const n = weights.weightUids.length;
  const most = Math.min(n, rowsOfBlock(n));
  const memory = new Float32Array(most * n);
  for (let row = 0; row < n; row += most) {
    const block = memory.subarray(0, Math.min(most, n - row) * n);
    writeRows(weights, row, block.fill(0));
    yield block;
  }
}

/** How many rows of n weights make a block. */
export function rowsOfBlock(n: number): number {
  return Math.max(1, Math.floor(BLOCK_ELEMENTS / n));
}

/** Writes rows, from `first` on, into zeros for whole rows. */
function writeRows(
  { weightUids, weightVals }: SparseWeights,
  first: number,
  target: Float32Array,
): void {
  const n = weightUids.length;
  for (let start = 0, row = first; start < target.length; start += n, row++) {
    const uids = weightUids[row]!;
    const values = weightVals[row]!;
    for (let index = 0; index < uids.length; index++) {
      target[start + uids[index]!] = values[index]! / WEIGHT_SCALE;
    }
  }
}
