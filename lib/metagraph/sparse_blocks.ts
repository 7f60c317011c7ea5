/** The weight matrix without its zeros, block by block, as the sparse graph of scores takes it. */

import { WEIGHT_SCALE } from "../domain/constants.ts";
import type { SparseWeights } from "./weights.ts";

/** Weights of a block, half a MiB: to run the core takes little time against one. */
const BLOCK_WEIGHTS = 2 ** 15;

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
 * The matrix in blocks of consecutive rows, with the stake of each neuron; at least one block.
 *
 * Where a row names a uid twice, the last weight is the one that counts, as in the matrix. Each block
 * lies where the one before it lay: use it before you take the next.
 *
 * @param stake In tao, `[n]`.
 */
export function* sparseBlocks(
  { weightUids, weightVals }: SparseWeights,
  stake: Float32Array,
): Generator<SparseBlock, void> {
  const longest = weightUids.reduce((most, { length }) => Math.max(most, length), 0);
  const memory = new BlockMemory(Math.max(BLOCK_WEIGHTS, longest), weightUids.length);
  let first = 0;
  for (const [row, uids] of weightUids.entries()) {
    if (!memory.fits(uids.length)) {
      yield { stake: stake.subarray(first, row), ...memory.take() };
      first = row;
    }
    memory.add(row, uids, weightVals[row]!, stake[row]!);
  }
  yield { stake: stake.subarray(first), ...memory.take() };
}

/** Where the weights of a block lie. */
class BlockMemory {
  readonly #values: Float32Array;
  readonly #backing: Float32Array;
  readonly #targets: BigInt64Array;
  /** Of each uid: the last row that names it, and the place of that weight. */
  readonly #lastRow: Int32Array;
  readonly #lastPlace: Uint32Array;
  #length = 0;

  /** Makes room for so many weights, of rows of n neurons. */
  constructor(size: number, n: number) {
    this.#values = new Float32Array(size);
    this.#backing = new Float32Array(size);
    this.#targets = new BigInt64Array(size);
    this.#lastRow = new Int32Array(n).fill(-1);
    this.#lastPlace = new Uint32Array(n);
  }

  /** Whether so many weights more have room. */
  fits(count: number): boolean {
    return this.#length + count <= this.#values.length;
  }

  /** Adds a row, and the stake of its neuron. */
  add(row: number, uids: Uint32Array, weights: Uint32Array, stake: number): void {
    const [values, lastRow, lastPlace] = [this.#values, this.#lastRow, this.#lastPlace];
    // A uid is the low half of an element. It comes first: Deno runs on little-endian machines alone.
    const targetHalves = new Uint32Array(this.#targets.buffer);
    let length = this.#length;
    for (let index = 0; index < uids.length; index++) {
      const uid = uids[index]!;
      const place = lastRow[uid] === row ? lastPlace[uid]! : length++;
      lastRow[uid] = row;
      lastPlace[uid] = place;
      targetHalves[2 * place] = uid;
      values[place] = weights[index]! / WEIGHT_SCALE;
    }
    this.#backing.fill(stake, this.#length, length);
    this.#length = length;
  }

  /** The weights that were added; the next row starts a new block. */
  take(): Omit<SparseBlock, "stake"> {
    const length = this.#length;
    this.#length = 0;
    return {
      values: this.#values.subarray(0, length),
      targets: this.#targets.subarray(0, length),
      backing: this.#backing.subarray(0, length),
    };
  }
}
