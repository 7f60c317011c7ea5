/** Samples that a model is tried with when it is loaded: the same each time. */

import { elementCount, Tensor } from "../../base/tensor.ts";
import type { ModelInputs } from "../model_inputs.ts";
import type { TensorInfo } from "../runtime.ts";

/** How a sample of token ids is made. */
export interface TokenSample {
  /** Tokens of each row; what is behind them, up to `width`, is masked. */
  readonly lengths: readonly number[];
  readonly width: number;
  /** Ids run from 0 to `idCount - 1`. */
  readonly idCount: number;
  /** Whether the model takes a mask; the second row then has a hole in it. */
  readonly isMasked: boolean;
  /** Whether there are other ids than 0 where tokens are masked. */
  readonly fillsPadding: boolean;
}

/** Token ids that differ from row to row, and the mask that says which of them count. */
export function tokenSample(sample: TokenSample): ModelInputs {
  const { lengths, width, idCount, isMasked, fillsPadding } = sample;
  const dims = [lengths.length, width];
  const ids = new BigInt64Array(lengths.length * width);
  const mask = new BigInt64Array(lengths.length * width);
  lengths.forEach((length, row) => {
    for (let index = 0; index < width; index++) {
      const place = row * width + index;
      const isToken = index < length;
      // The largest first: a model that does not know it fails on the first sample, not on a later one.
      const id = place === 0 ? idCount - 1 : scattered(row, index) % idCount;
      if (isToken || fillsPadding) ids[place] = BigInt(id);
      mask[place] = isToken && !isHole(row, index, length) ? 1n : 0n;
    }
  });
  const inputs = new Tensor("int64", ids, dims);
  return isMasked ? { inputs, attentionMask: new Tensor("int64", mask, dims) } : { inputs };
}

/** A token that is masked in the middle of its row, as a caller may ask for. */
function isHole(row: number, index: number, length: number): boolean {
  return row === 1 && index === 1 && length > 2;
}

/** The row of a sample alone, as long as it is. */
export function rowAlone(
  { inputs, attentionMask }: ModelInputs,
  row: number,
  length: number,
): ModelInputs {
  const part = ({ data, dims: [, width = 0] }: Tensor) =>
    new Tensor(
      "int64",
      (data as BigInt64Array).slice(row * width, row * width + length),
      [1, length],
    );
  return { inputs: part(inputs), attentionMask: attentionMask && part(attentionMask) };
}

/** One token of each row of `[rows, length, …]`, `[rows, 1, …]`. */
export function columnOf<T extends Tensor>({ type, data, dims }: T, index: number): T {
  const [rows = 0, length = 0, ...rest] = dims;
  const size = elementCount(rest);
  const isInColumn = (place: number) => Math.floor(place / size) % length === index;
  const column = data instanceof BigInt64Array
    ? data.filter((_, place) => isInColumn(place))
    : (data as Float32Array).filter((_, place) => isInColumn(place));
  return new Tensor(type, column as Float32Array, [rows, 1, ...rest]) as Tensor as T;
}

/** The shape of one sample of images or vectors, but for its rows. */
export interface ItemShape {
  readonly first: readonly number[];
  /** Another that the model should take as well; of another length, where that is free. */
  readonly second: readonly number[];
}

/**
 * Shapes to try a model of floats with, likely ones first: free sizes are guessed. What exporters
 * leave free is the length of sequences and recordings, the size of images, and seldom more.
 */
export function itemShapes({ shape }: TensorInfo): readonly ItemShape[] {
  const item = shape.slice(1);
  const sequence = shape.length === 3 || shape.length === 5 ? 0 : undefined;
  const channels = item.length >= 3 ? item.length - 3 : undefined;
  const guesses = item.length === 1 ? LENGTHS : item.length === 2 ? WIDTHS : IMAGE_SIZES;
  const colours = channels !== undefined && typeof item[channels] === "string" ? [3, 1] : [3];
  const lengths = sequence !== undefined && typeof item[sequence] === "string"
    ? SEQUENCES
    : [[1, 1]];
  const shapes = lengths.flatMap(([first = 1, second = 1]) =>
    guesses.flatMap((guess) =>
      colours.map((colour) => {
        const sized = (length: number, size: number) =>
          item.map((known, axis) =>
            typeof known === "number"
              ? known
              : axis === sequence
              ? length
              : axis === channels
              ? colour
              : size
          );
        const isRecording = item.length === 1;
        return {
          first: sized(first, guess),
          second: sized(second, isRecording ? guess * 3 / 4 : guess),
        };
      })
    )
  );
  // Sizes that are fixed make guesses equal.
  return [...new Map(shapes.map((each) => [JSON.stringify(each), each])).values()];
}

/** Numbers of a recording, such as samples of sound. */
const LENGTHS = [8, 512, 4096, 16_384];

/** Sizes of a vector: that of the network, and those of common models. */
const WIDTHS = [512, 768, 1024, 256];

/** Rows and columns of an image. */
const IMAGE_SIZES = [32, 64, 224, 384];

/** Vectors or images of a sequence; some models need many. */
const SEQUENCES = [[5, 7], [80, 96], [640, 704]];

/** Numbers between 0 and 1, and a mask with a hole in the second row. */
export function floatSample(rows: number, item: readonly number[], isMasked: boolean): ModelInputs {
  const dims = [rows, ...item];
  const elements = Float32Array.from(
    { length: elementCount(dims) },
    (_, index) => scattered(index, rows) % 1000 / 1000,
  );
  const inputs = new Tensor("float32", elements, dims);
  if (!isMasked) return { inputs };
  const [length = 1] = item;
  const mask = BigInt64Array.from(
    { length: rows * length },
    (_, index) => isHole(Math.floor(index / length), index % length, length) ? 0n : 1n,
  );
  return { inputs, attentionMask: new Tensor("int64", mask, [rows, length]) };
}

/** A whole number that looks random, the same for the same place. */
function scattered(row: number, index: number): number {
  const mixed = Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b);
  return Math.imul(mixed ^ mixed >>> 15, 0x2c1b3c6d) >>> 8;
}
