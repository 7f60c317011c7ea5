/** Merges what several callers ask of a model into one batch, and parts the answers again. */

import { elementCount, type FloatTensor, type Tensor } from "../base/tensor.ts";
import type { BatchPlace } from "./batcher.ts";
import type { ModelInputs } from "./model_inputs.ts";
import { concatenated, lengthened, ones, rowsOf, shortened } from "./rows.ts";
import { mergingOf, type ProvenSignature } from "./signature/proven.ts";
import { takesMask } from "./signature/signature.ts";

/** How a question may be merged with others. */
export function batchPlace(signature: ProvenSignature, { inputs }: ModelInputs): BatchPlace {
  const [rows = 1, length = 1] = inputs.dims;
  const merging = mergingOf(signature);
  const { takes, frame: { tokens } } = signature;
  if (takes === "floats") {
    const item = inputs.dims.slice(1);
    const bucket = merging === "never" ? undefined : item.join();
    return { bucket, rows, length: Math.ceil(elementCount(item) / FLOATS_PER_TOKEN) };
  }
  if (merging === "never") return { bucket: undefined, rows, length: tokens ?? length };
  if (tokens !== undefined) return { bucket: "all", rows, length: tokens };
  return { bucket: `${merging === "any length" ? lengthClass(length) : length}`, rows, length };
}

/** What counts as a token of an image or of vectors: 16 × 16 pixels. */
const FLOATS_PER_TOKEN = 256;

/** The next of 8, 12, 16, 24, 32, 48, …: within one class, padding adds less than half to the work. */
function lengthClass(length: number): number {
  let size = LEAST_CLASS;
  while (size < length) size *= 2;
  return size > LEAST_CLASS && size * 3 / 4 >= length ? size * 3 / 4 : size;
}

/** So short that a run costs about the same for any length up to it. */
const LEAST_CLASS = 8;

/** One question of all rows of several of one bucket; shorter rows are padded, and masked there. */
export function mergeInputs(
  signature: ProvenSignature,
  questions: readonly ModelInputs[],
): ModelInputs {
  const [first] = questions;
  if (first === undefined) throw new RangeError("there is nothing to merge");
  if (questions.length === 1) return first;
  const isText = signature.takes === "tokens";
  const longest = Math.max(...questions.map(({ inputs }) => inputs.dims[1]!));
  const merged = (tensors: readonly Tensor[]) =>
    concatenated(isText ? tensors.map((tensor) => lengthened(tensor, longest)) : tensors);
  const inputs = merged(questions.map((question) => question.inputs));
  const needsMask = takesMask(signature) &&
    questions.some((question) => question.attentionMask || question.inputs.dims[1] !== longest);
  if (!needsMask) return { inputs };
  const masks = questions.map(({ attentionMask, inputs: { dims } }) =>
    attentionMask ?? ones(dims.slice(0, 2))
  );
  return { inputs, attentionMask: merged(masks) };
}

/** The part of the answer that each question asked for. */
export function splitOutput(
  signature: ProvenSignature,
  output: FloatTensor,
  questions: readonly ModelInputs[],
): readonly FloatTensor[] {
  if (questions.length === 1) return [output];
  let row = 0;
  return questions.map(({ inputs: { dims: [rows = 1, length = 1] } }) => {
    const part = rowsOf(output, row, row += rows);
    return signature.takes === "tokens" ? shortened(part, length) : part;
  });
}
