/** Padding that a request brings along: texts of several lengths are padded to the longest. */

import { type FloatTensor, Tensor, zeros } from "../base/tensor.ts";
import type { ModelInputs } from "./model_inputs.ts";
import type { TokenLimits } from "./models/model.ts";

/** Where the tokens of a row are that are no padding: none if it is all padding. */
export interface RowSpan {
  readonly start: number;
  readonly end: number;
}

/** Some rows of a request: those of one length, without their padding. */
export interface Part {
  readonly question: ModelInputs;
  /** Which rows of the request these are, and where each begins. */
  readonly places: readonly { readonly row: number; readonly start: number }[];
}

/**
 * Where the tokens of each row are: what is left of `[batch, sequence]` without the padding at both
 * ends. Somebody who gives a mask says so better; then every token counts.
 */
export function rowSpans(
  { padTokenId }: Pick<TokenLimits, "padTokenId">,
  { inputs: { data, dims: [rows = 0, length = 0] }, attentionMask }: ModelInputs,
): readonly RowSpan[] {
  const padding = padTokenId === undefined || padTokenId === null ? undefined : BigInt(padTokenId);
  return Array.from({ length: rows }, (_, row) => {
    if (attentionMask || padding === undefined) return { start: 0, end: length };
    let [start, end] = [0, length];
    while (start < end && data[row * length + start] === padding) start++;
    while (end > start && data[row * length + end - 1] === padding) end--;
    return { start, end };
  });
}

/** The request in parts without padding; rows that are nothing else are in none. */
export function withoutPadding(
  limits: Pick<TokenLimits, "padTokenId">,
  question: ModelInputs,
): readonly Part[] {
  const { inputs } = question;
  const [, length = 0] = inputs.dims;
  const spans = rowSpans(limits, question);
  if (spans.every(({ start, end }) => end - start === length)) {
    return [{ question, places: spans.map(({ start }, row) => ({ row, start })) }];
  }
  const places = spans.map(({ start, end }, row) => ({ row, start, length: end - start }));
  const parts = Map.groupBy(places.filter(({ length }) => length > 0), ({ length }) => length);
  return [...parts].map(([size, places]) => {
    const ids = new BigInt64Array(places.length * size);
    places.forEach(({ row, start }, index) => {
      const from = row * length + start;
      ids.set((inputs.data as BigInt64Array).subarray(from, from + size), index * size);
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
  if (first && parts.length === 1 && first.dims[0] === rows && first.dims[1] === length) {
    return first;
  }
  const whole = zeros([rows, length, size]);
  parts.forEach(({ places }, index) => {
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
  const [, length = 0, size = 0] = whole.dims;
  const part = zeros([places.length, tokens, size]);
  places.forEach(({ row, start }, index) => {
    const from = (row * length + start) * size;
    part.data.set(whole.data.subarray(from, from + tokens * size), index * tokens * size);
  });
  return part;
}
