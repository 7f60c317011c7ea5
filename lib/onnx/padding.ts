/** Padding that a request brings along: texts of several lengths are padded to the longest. */

import { type FloatTensor, Tensor, zeros } from "../base/tensor.ts";
import type { ModelInputs } from "./model_inputs.ts";
import type { TokenLimits } from "./models/model.ts";

/** Where the tokens of each row are that are no padding: from its start to its end. */
export interface RowSpans {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly longest: number;
}

/** Some rows of a request: those of one length, without their padding. */
export interface Part {
  readonly question: ModelInputs;
  /** Which rows of the request these are, and where each begins; all as they are if left out. */
  readonly places?: readonly Place[];
}

interface Place {
  readonly row: number;
  readonly start: number;
}

/**
 * Where the tokens of each row are: what is left of `[batch, sequence]` without the padding at both
 * ends, which is nothing of a row that is all padding. Somebody who gives a mask says so better; then
 * every token counts.
 */
export function rowSpans(
  { padTokenId }: Pick<TokenLimits, "padTokenId">,
  { inputs: { data, dims: [rows = 0, length = 0] }, attentionMask }: ModelInputs,
): RowSpans {
  const starts = new Int32Array(rows);
  const ends = new Int32Array(rows).fill(length);
  if (attentionMask || typeof padTokenId !== "number") return { starts, ends, longest: length };
  const padding = BigInt(padTokenId);
  let longest = 0;
  for (let row = 0; row < rows; row++) {
    let [start, end] = [0, length];
    while (start < end && data[row * length + start] === padding) start++;
    while (end > start && data[row * length + end - 1] === padding) end--;
    starts[row] = start;
    ends[row] = end;
    longest = Math.max(longest, end - start);
  }
  return { starts, ends, longest };
}

/** The request in parts without padding; rows that are nothing else are in none. */
export function withoutPadding(
  limits: Pick<TokenLimits, "padTokenId">,
  question: ModelInputs,
): readonly Part[] {
  const { inputs: { data, dims: [, length = 0] } } = question;
  const { starts, ends } = rowSpans(limits, question);
  if (starts.every((start, row) => ends[row]! - start === length)) return [{ question }];
  const placesOf = new Map<number, Place[]>();
  starts.forEach((start, row) => {
    const size = ends[row]! - start;
    if (size === 0) return;
    const places = placesOf.get(size) ?? [];
    places.push({ row, start });
    placesOf.set(size, places);
  });
  return [...placesOf].map(([size, places]) => {
    const ids = new BigInt64Array(places.length * size);
    places.forEach(({ row, start }, index) => {
      const from = row * length + start;
      ids.set((data as BigInt64Array).subarray(from, from + size), index * size);
    });
    return { question: { inputs: new Tensor("int64", ids, [places.length, size]) }, places };
  });
}

/** The answers to all parts in the places of their tokens, with zeros for padding. */
export function withPadding(
  { inputs: { dims: [rows = 0, length = 0] } }: ModelInputs,
  parts: readonly Part[],
  answers: readonly FloatTensor[],
  size: number,
): FloatTensor {
  const [first] = answers;
  if (first && parts[0]!.places === undefined) return first;
  const whole = zeros([rows, length, size]);
  parts.forEach(({ places = [] }, index) => {
    const { data, dims: [, tokens = 0] } = answers[index]!;
    places.forEach(({ row, start }, from) => {
      const vectors = data.subarray(from * tokens * size, (from + 1) * tokens * size);
      whole.data.set(vectors, (row * length + start) * size);
    });
  });
  return whole;
}

/** Of what belongs to each token of a request, what belongs to the tokens of a part. */
export function ofPart(
  { question: { inputs: { dims: [, tokens = 0] } }, places }: Part,
  whole: FloatTensor,
): FloatTensor {
  if (places === undefined) return whole;
  const [, length = 0, size = 0] = whole.dims;
  const part = zeros([places.length, tokens, size]);
  places.forEach(({ row, start }, index) => {
    const from = (row * length + start) * size;
    part.data.set(whole.data.subarray(from, from + tokens * size), index * tokens * size);
  });
  return part;
}
