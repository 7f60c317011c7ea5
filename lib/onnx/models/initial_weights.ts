/** Initial weights: the same on every machine, and made as fast as memory takes them. */

import type { WriteWeight } from "../graph/graph_builder.ts";

/** Every element 0. */
export const zeros: WriteWeight = (bytes) => bytes.fill(0);

/** Every element 1. */
export const ones: WriteWeight = (bytes) => {
  writeFloats(bytes, (floats) => floats.fill(1));
};

/** Settings of {@linkcode normal} and {@linkcode truncatedNormal}. */
export interface NormalOptions {
  /** Standard deviation of the normal distribution, before it is truncated. */
  readonly range: number;
  /** A non-negative safe integer. */
  readonly seed: number;
}

/**
 * Samples of the normal distribution around 0, as GPT-2 is initialized.
 *
 * Each 16 random bits choose one of 65536 quantiles of equal probability from a table: as fine as
 * initial weights need, and 2 ns per value. The random bits are those of sfc32, a generator of Chris
 * Doty-Humphrey's PractRand, started from the seed and the name of the weight, so that a weight does
 * not depend on which others a model has. No step uses functions that machines round differently.
 */
export function normal(options: NormalOptions): WriteWeight {
  return sampled(quantileTable(options.range, 1 / 2), options.seed);
}

/**
 * Samples as of {@linkcode normal}, none further out than two standard deviations, as the original
 * BERT is initialized.
 */
export function truncatedNormal(options: NormalOptions): WriteWeight {
  return sampled(quantileTable(options.range, standardNormal(2).area), options.seed);
}

/** Standard deviation of the standard normal distribution once it is truncated at 2. */
export const TRUNCATED_DEVIATION = 0.879_625_661_034_239_8;

function sampled(quantiles: Float32Array, seed: number): WriteWeight {
  return (bytes, name) => {
    const words = Int32Array.of(seed, seed / 2 ** 32, hash(name), 1);
    sample(new Float32Array(2 * WARM_UP), quantiles, words);
    writeFloats(bytes, (floats) => sample(floats, quantiles, words));
  };
}

const QUANTILES = 65_536;

/** Outputs of the generator to skip until every word depends on all of the seed. */
const WARM_UP = 16;

/**
 * The middle of each of the equally probable intervals, lowest first, times `range`.
 *
 * @param halfArea Area of the distribution on one side of 0, of which the other half is the mirror.
 */
function quantileTable(range: number, halfArea: number): Float32Array {
  const table = new Float32Array(QUANTILES);
  const step = 2 * halfArea / QUANTILES;
  let x = 0;
  for (let index = 0; index < QUANTILES / 2; index++) {
    const target = (index + 0.5) * step;
    // Newton's method, from the neighbour: two steps suffice but for the last few of a long tail.
    for (let change = 1; Math.abs(change) > PRECISION;) {
      const { area, density } = standardNormal(x);
      change = (target - area) / density;
      x += change;
    }
    table[QUANTILES / 2 + index] = x * range;
    table[QUANTILES / 2 - 1 - index] = -x * range;
  }
  return table;
}

/** Far below the precision of float32, and above that of the sums below. */
const PRECISION = 1e-9;

/**
 * Density of the standard normal distribution at `x`, and its area from 0 to `x`, for |x| ≤ 5: the
 * power series of exp(-x²/2) and of its integral.
 */
function standardNormal(x: number): { density: number; area: number } {
  let term = 1 / Math.sqrt(2 * Math.PI);
  let density = term;
  let area = term * x;
  for (let n = 1; Math.abs(term) > 1e-18; n++) {
    term *= -x * x / (2 * n);
    density += term;
    area += term * x / (2 * n + 1);
  }
  return { density, area };
}

/** 32-bit FNV-1a of the UTF-16 units. */
function hash(name: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < name.length; index++) {
    value = Math.imul(value ^ name.charCodeAt(index), 0x01000193);
  }
  return value;
}

/** Fills `floats` with quantiles, two from each output of sfc32, whose state is `words`. */
function sample(floats: Float32Array, quantiles: Float32Array, words: Int32Array): void {
  let [a, b, c, counter] = [words[0]!, words[1]!, words[2]!, words[3]!];
  for (let index = 0; index < floats.length; index += 2) {
    const bits = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + bits) | 0;
    floats[index] = quantiles[bits & 0xffff]!;
    floats[index + 1] = quantiles[bits >>> 16]!; // beyond the end of an odd length: no effect
  }
  words.set([a, b, c, counter]);
}

const CHUNK_FLOATS = 16_384;

/**
 * Writes floats through a small buffer of our own, because a place in a file is rarely aligned as a
 * Float32Array must be. (Typed arrays are little-endian on every platform that Deno has.)
 */
function writeFloats(bytes: Uint8Array, fill: (floats: Float32Array) => void): void {
  const chunk = new Float32Array(Math.min(CHUNK_FLOATS, bytes.byteLength / 4));
  const chunkBytes = new Uint8Array(chunk.buffer);
  for (let offset = 0; offset < bytes.byteLength; offset += chunkBytes.byteLength) {
    fill(chunk);
    bytes.set(chunkBytes.subarray(0, bytes.byteLength - offset), offset);
  }
}
