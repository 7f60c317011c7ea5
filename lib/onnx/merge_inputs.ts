/** Merges what several callers ask of a model into one batch, and parts the answers again. */

import { elementCount, type FloatTensor, Tensor } from "../base/tensor.ts";
import type { BatchPlace } from "./batcher.ts";
import type { ModelInputs } from "./model_inputs.ts";
import type { Signature } from "./signature/signature.ts";

/** How a question may be merged with others. */
export function batchPlace(signature: Signature, { inputs }: ModelInputs): BatchPlace {
  const [rows = 1, length = 1] = inputs.dims;
  const { shape } = signature.input;
  if (typeof shape[0] === "number") return { bucket: undefined, rows, length };
  if (signature.takes === "floats") {
    const item = inputs.dims.slice(1);
    const tokens = Math.ceil(elementCount(item) / FLOATS_PER_TOKEN);
    return { bucket: item.join(), rows, length: tokens };
  }
  const canPad = signature.attentionMask !== undefined && typeof shape[1] === "string";
  return { bucket: `${canPad ? lengthClass(length) : length}`, rows, length };
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
  signature: Signature,
  questions: readonly ModelInputs[],
): ModelInputs {
  const [first] = questions;
  if (first === undefined) throw new RangeError("there is nothing to merge");
  if (questions.length === 1) return first;
  const inputs = questions.map((question) => question.inputs);
  if (signature.takes === "floats") return { inputs: concatenated(inputs) };
  const length = Math.max(...inputs.map(({ dims }) => dims[1]!));
  const masks = questions.map(({ attentionMask, inputs }) => attentionMask ?? ones(inputs));
  return {
    inputs: padded(inputs, length),
    attentionMask: signature.attentionMask && padded(masks, length),
  };
}

/** The part of the answer that each question asked for. */
export function splitOutput(
  signature: Signature,
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

function concatenated(tensors: readonly Tensor[]): Tensor {
  const rows = tensors.reduce((count, { dims }) => count + dims[0]!, 0);
  const dims = [rows, ...tensors[0]!.dims.slice(1)];
  const joined = new Float32Array(elementCount(dims));
  let offset = 0;
  for (const { data } of tensors) {
    if (!(data instanceof Float32Array)) throw new TypeError("only float32 is merged here");
    joined.set(data, offset);
    offset += data.length;
  }
  return new Tensor("float32", joined, dims);
}

/** The rows of all tensors, int64 `[rows, length]`, with zeros behind those that are shorter. */
function padded(tensors: readonly Tensor[], length: number): Tensor {
  const rows = tensors.reduce((count, { dims }) => count + dims[0]!, 0);
  const joined = new BigInt64Array(rows * length);
  let offset = 0;
  for (const { data, dims: [ownRows = 0, ownLength = 0] } of tensors) {
    if (!(data instanceof BigInt64Array)) throw new TypeError("only int64 is padded here");
    for (let row = 0; row < ownRows; row++, offset += length) {
      joined.set(data.subarray(row * ownLength, (row + 1) * ownLength), offset);
    }
  }
  return new Tensor("int64", joined, [rows, length]);
}

function ones({ dims }: Tensor): Tensor {
  return new Tensor("int64", new BigInt64Array(elementCount(dims)).fill(1n), dims);
}

/** A copy of some rows, so that the answer to one does not hold those of all. */
function rowsOf({ data, dims }: FloatTensor, start: number, end: number): FloatTensor {
  const size = elementCount(dims.slice(1));
  return new Tensor("float32", data.slice(start * size, end * size), dims.with(0, end - start));
}

/** The first vectors of each row of `[rows, length, size]`. */
function shortened(tensor: FloatTensor, length: number): FloatTensor {
  const { data, dims: [rows = 0, longer = 0, size = 0] } = tensor;
  if (length === longer) return tensor;
  const kept = new Float32Array(rows * length * size);
  for (let row = 0; row < rows; row++) {
    const start = row * longer * size;
    kept.set(data.subarray(start, start + length * size), row * length * size);
  }
  return new Tensor("float32", kept, [rows, length, size]);
}
