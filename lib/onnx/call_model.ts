/** Calls a model through its signature: what it is fed, in which portions, and what it must give. */

import { BittensorError } from "../base/errors.ts";
import { elementCount, type FloatTensor, formatShape, Tensor } from "../base/tensor.ts";
import { floatsOf } from "./elements.ts";
import { modelFeeds } from "./feeds.ts";
import type { ModelInputs } from "./model_inputs.ts";
import { concatenated, filledUp, lengthened, ones, rowsOf, shortened } from "./rows.ts";
import type { Session } from "./runtime.ts";
import { arranged, explains } from "./signature/layout.ts";
import type { ProvenSignature } from "./signature/proven.ts";
import { type Signature, takesMask } from "./signature/signature.ts";

/** An output as the model gave it. */
export interface RawOutput {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/**
 * Runs a model on inputs that were checked: at once, or in portions of as many rows as it fixes.
 *
 * @returns float32 `[batch, sequence, size]`, or `[batch, size]` from a model of single items.
 * @throws {BittensorError} `onnx/run` If the runtime fails; `nucleus/output` if the model gives
 *   something of another shape than what it was asked.
 */
export async function callModel(
  session: Pick<Session, "run">,
  signature: ProvenSignature,
  question: ModelInputs,
): Promise<FloatTensor> {
  const rows = question.inputs.dims[0]!;
  const portion = signature.frame.rows ?? rows;
  const answers: FloatTensor[] = [];
  for (let start = 0; start < rows; start += portion) {
    const end = Math.min(start + portion, rows);
    const part = portion === rows ? question : someRows(question, start, end);
    const answer = await callOnce(session, signature, part, portion);
    answers.push(end - start === portion ? answer : rowsOf(answer, 0, end - start));
  }
  return concatenated(answers);
}

function someRows({ inputs, attentionMask }: ModelInputs, start: number, end: number): ModelInputs {
  return {
    inputs: rowsOf(inputs, start, end),
    attentionMask: attentionMask && rowsOf(attentionMask, start, end),
  };
}

/** One run, of as many rows as the model is to get. */
async function callOnce(
  session: Pick<Session, "run">,
  signature: ProvenSignature,
  question: ModelInputs,
  rows: number,
): Promise<FloatTensor> {
  const framed = inFrame(signature, question, rows);
  const output = await runModel(session, signature, framed);
  const { frame: { tokens }, layout } = signature;
  const [, length = 1] = question.inputs.dims;
  const vectors = layout === undefined
    ? unproven(signature, framed, output)
    : proven(signature, framed, output);
  return tokens === undefined ? vectors : shortened(vectors, length);
}

/** What a run must give that the layout explains. */
function proven(
  signature: ProvenSignature,
  { inputs }: ModelInputs,
  { data, dims }: RawOutput,
): FloatTensor {
  const { layout } = signature;
  const [rows = 0, tokens] = inputs.dims;
  if (layout && explains(layout, { rows, tokens, dims })) return arranged(layout, data, dims);
  throw strangeOutput(signature, inputs, dims);
}

/** What is not known beforehand must at least have a vector, or vectors, for each row. */
function unproven(
  signature: ProvenSignature,
  { inputs }: ModelInputs,
  { data, dims }: RawOutput,
): FloatTensor {
  const [rows = 0] = inputs.dims;
  const fits = (dims.length === 2 || dims.length === 3) && dims[0] === rows;
  if (fits) return new Tensor("float32", data, dims);
  throw strangeOutput(signature, inputs, dims);
}

function strangeOutput(
  { output }: Signature,
  inputs: Tensor,
  dims: readonly number[],
): BittensorError {
  return new BittensorError(
    "nucleus/output",
    `Cannot use what the model gives: for ${formatShape(inputs)} its output ${output.name} is ` +
      `[${dims.join(", ")}], which is not what samples gave when it was loaded`,
  );
}

/** A question of as many rows and tokens as every run must have. */
function inFrame(signature: Signature, question: ModelInputs, rows: number): ModelInputs {
  const { inputs, attentionMask } = question;
  const { frame: { tokens = inputs.dims[1]! }, takes } = signature;
  const isShort = takes === "tokens" && inputs.dims[1] !== tokens;
  if (!isShort && inputs.dims[0] === rows) return question;
  const mask = attentionMask ??
    (isShort && takesMask(signature) ? ones(inputs.dims) : undefined);
  const framed = (tensor: Tensor) => filledUp(isShort ? lengthened(tensor, tokens) : tensor, rows);
  return { inputs: framed(inputs), attentionMask: mask && framed(mask) };
}

/** One run, whose output is as the model gives it. */
export async function runModel(
  session: Pick<Session, "run">,
  signature: Signature,
  question: ModelInputs,
): Promise<RawOutput> {
  const { name } = signature.output;
  const outputs = await session.run(modelFeeds(signature, question), { outputs: [name] });
  const output = outputs[name];
  return { data: floatsOf(name, output), dims: output!.dims };
}

/** Vectors of another size: longer ones are cut, shorter ones get zeros. */
export function resizeVectors(tensor: FloatTensor, size: number): FloatTensor {
  const { data, dims } = tensor;
  const from = dims.at(-1)!;
  if (from === size) return tensor;
  const resized = new Float32Array(elementCount(dims) / from * size);
  for (let vector = 0; vector * size < resized.length; vector++) {
    const start = vector * from;
    resized.set(data.subarray(start, start + Math.min(from, size)), vector * size);
  }
  return new Tensor("float32", resized, dims.with(-1, size));
}
