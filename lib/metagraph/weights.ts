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

/** Weights of a block without zeros, half a MiB: to run the core takes little time against one. */
const SPARSE_BLOCK_WEIGHTS = 2 ** 15;

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

/** Consecutive rows of the matrix without its zeros. */
export interface SparseBlock {
  /** Stake of the neurons whose rows they are, `[rows]`. */
  readonly stake: Float32Array;
  /** The weights of all these rows, from 0 to 1, `[weights]`. */
  readonly values: Float32Array;
  /** The uid that each weight is for, `[weights]`. */
  readonly targets: BigInt64Array;
  /** Stake of the neuron that set each weight, `[weights]`. */
  readonly backing: Float32Array;
}

/**
 * The matrix without its zeros, in blocks of consecutive rows; with the stake of each neuron.
 *
 * Where a row names a uid twice, the last weight is the one that counts, as in the matrix. Each block
 * lies where the one before it lay: use it before you take the next.
 */
export function* sparseBlocks(
  { weightUids, weightVals }: SparseWeights,
  stake: Float32Array,
): Generator<SparseBlock, void> {
  const n = weightUids.length;
  const longest = weightUids.reduce((most, { length }) => Math.max(most, length), 0);
  const size = Math.max(SPARSE_BLOCK_WEIGHTS, longest);
  const values = new Float32Array(size);
  const backing = new Float32Array(size);
  const targets = new BigInt64Array(size);
  // A uid is the low half of an element. It comes first: Deno runs on little-endian machines alone.
  const targetHalves = new Uint32Array(targets.buffer);
  /** Of each uid: the last row that names it, and where. */
  const lastRow = new Int32Array(n).fill(-1);
  const lastPlace = new Uint32Array(n);
  let first = 0;
  let length = 0;
  const block = (end: number): SparseBlock => ({
    stake: stake.subarray(first, end),
    values: values.subarray(0, length),
    targets: targets.subarray(0, length),
    backing: backing.subarray(0, length),
  });
  for (let row = 0; row < n; row++) {
    const uids = weightUids[row]!;
    const rowValues = weightVals[row]!;
    if (length + uids.length > size) {
      yield block(row);
      first = row;
      length = 0;
    }
    const start = length;
    for (let index = 0; index < uids.length; index++) {
      const uid = uids[index]!;
      const place = lastRow[uid] === row ? lastPlace[uid]! : length++;
      lastRow[uid] = row;
      lastPlace[uid] = place;
      targetHalves[2 * place] = uid;
      values[place] = rowValues[index]! / WEIGHT_SCALE;
    }
    backing.fill(stake[row]!, start, length);
  }
  yield block(n);
}
