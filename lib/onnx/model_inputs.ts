/** What a model is asked, and whether it can take it. */

import { RefusedInputs } from "../base/refused_inputs.ts";
import { type FloatTensor, formatShape, type Tensor } from "../base/tensor.ts";
import { INTEGER_RANGES } from "./elements.ts";
import type { TokenLimits } from "./models/model.ts";
import { type RowSpans, rowSpans } from "./padding.ts";
import type { ProvenSignature } from "./signature/proven.ts";
import { type Signature, takesMask } from "./signature/signature.ts";

/** What a model is asked. */
export interface ModelInputs {
  /**
   * Token ids, int64 `[batch, sequence]`; or images or vectors, float32, as the model takes them. A
   * model that takes single items also takes sequences of them, `[batch, sequence, …]`.
   */
  readonly inputs: Tensor;
  /** int64 `[batch, sequence]`: 1 for a token to attend to, 0 for padding. All ones if left out. */
  readonly attentionMask?: Tensor | undefined;
}

/** A model, as far as its inputs are concerned. */
export interface InputRules extends TokenLimits {
  readonly name: string;
  readonly signature: ProvenSignature;
}

/** Whether these are sequences of the single items that the model takes. */
export function isSequenceOfItems({ input, singleItems }: Signature, { dims }: Tensor): boolean {
  return singleItems && dims.length === input.shape.length + 1;
}

/** Sequences of single items as items, one after the other, which is what the model takes. */
export function asItems(signature: Signature, question: ModelInputs): ModelInputs {
  const { inputs, attentionMask } = question;
  if (!isSequenceOfItems(signature, inputs)) return question;
  const flat = (tensor: Tensor) => {
    const [batch = 0, sequence = 0, ...item] = tensor.dims;
    return tensor.reshape([batch * sequence, ...item]);
  };
  return { inputs: flat(inputs), attentionMask: attentionMask && flat(attentionMask) };
}

/** The vectors of items as those of the sequences that were asked about. */
export function asAsked(
  signature: Signature,
  { inputs }: ModelInputs,
  answer: FloatTensor,
): FloatTensor {
  if (!isSequenceOfItems(signature, inputs)) return answer;
  const [batch = 0, sequence = 0] = inputs.dims;
  return answer.reshape([batch, sequence, ...answer.dims.slice(1)]) as FloatTensor;
}

/**
 * Checks inputs before they reach the model.
 *
 * @throws {RefusedInputs} `nucleus/type`, `nucleus/shape`, `nucleus/too-long`,
 *   `nucleus/vocabulary` or `nucleus/mask` If the model cannot take them.
 */
export function checkInputs(rules: InputRules, question: ModelInputs): void {
  const { inputs, attentionMask } = question;
  const refuse = refusal(rules, inputs);
  if (rules.signature.takes === "tokens") checkTokens(rules, question, refuse);
  else checkFloats(rules, inputs, refuse);
  if (attentionMask) checkMask(rules, attentionMask, inputs, refuse);
}

function checkTokens(rules: InputRules, question: ModelInputs, refuse: Refuse): void {
  const { inputs: { data, dims } } = question;
  if (!(data instanceof BigInt64Array)) throw refuse("type", "token ids must be int64");
  if (dims.length !== 2) throw refuse("shape", "token ids must be [batch, sequence]");
  if (data.length === 0) throw refuse("shape", "there is no token");
  const spans = rowSpans(rules, question);
  checkLengths(rules, spans, refuse);
  const [least, most] = idRange(rules);
  const [rows = 0, length = 0] = dims;
  for (let row = 0; row < rows; row++) {
    for (let place = spans.starts[row]!; place < spans.ends[row]!; place++) {
      const id = data[row * length + place]!;
      if (id >= least && id <= most) continue;
      throw refuse("vocabulary", `token id ${id} is not between ${least} and ${most}`);
    }
  }
}

/** The ids that a model knows, as far as it is known, and that its inputs can hold. */
function idRange({ signature, vocabSize }: InputRules): readonly [least: bigint, most: bigint] {
  const copies = signature.companions.filter(({ role }) => role === "input");
  const ranges = [signature.input, ...copies.map(({ info }) => info)]
    .map(({ type }) => INTEGER_RANGES[type]!);
  if (vocabSize !== undefined) ranges.push([0n, BigInt(vocabSize) - 1n]);
  return ranges.reduce(([least, most], [otherLeast, otherMost]) => [
    least > otherLeast ? least : otherLeast,
    most < otherMost ? most : otherMost,
  ]);
}

function checkLengths(
  { signature, maxSequenceLength = Infinity }: InputRules,
  { starts, ends, longest }: RowSpans,
  refuse: Refuse,
): void {
  const { frame, harmlessPadding, independentRows } = signature;
  const limit = Math.min(maxSequenceLength, frame.tokens ?? Infinity);
  if (longest > limit) throw refuse("too-long", `a sequence has at most ${limit} tokens`);
  const isShort = (start: number, row: number) =>
    start < ends[row]! && ends[row]! - start !== frame.tokens;
  if (frame.tokens !== undefined && !harmlessPadding && starts.some(isShort)) {
    throw refuse(
      "shape",
      `a sequence must have ${frame.tokens} tokens: nothing proves that padding is harmless`,
    );
  }
  checkRows({ frame, independentRows }, starts.length, refuse);
}

/** Rows that a run must have can be filled up only if they do not see each other. */
function checkRows(
  { frame, independentRows }: Pick<ProvenSignature, "frame" | "independentRows">,
  rows: number,
  refuse: Refuse,
): void {
  if (frame.rows === undefined || independentRows || rows === frame.rows) return;
  throw refuse(
    "shape",
    `there must be ${frame.rows} rows: the answer to one depends on the others`,
  );
}

/** Compares the type and the sizes with those that the model fixes, but for that of the batch. */
function checkFloats({ signature }: InputRules, inputs: Tensor, refuse: Refuse): void {
  const { name, shape } = signature.input;
  if (!(inputs.data instanceof Float32Array)) throw refuse("type", `${name} must be float32`);
  if (inputs.data.length === 0) throw refuse("shape", `${name} is empty`);
  const dims = isSequenceOfItems(signature, inputs) ? inputs.dims.slice(1) : inputs.dims;
  const fits = shape.length === 0 && dims.length >= 2 || dims.length === shape.length &&
      shape.every((size, axis) => axis === 0 || typeof size === "string" || size === dims[axis]);
  const expected = `[${shape.map((size) => size === "" ? "any" : size).join(", ")}]`;
  const sequences = signature.singleItems ? ", or sequences of such items" : "";
  if (!fits) throw refuse("shape", `${name} must be ${expected}${sequences}`);
  checkRows(signature, asItems(signature, { inputs }).inputs.dims[0]!, refuse);
}

function checkMask(
  { signature }: InputRules,
  mask: Tensor,
  inputs: Tensor,
  refuse: Refuse,
): void {
  if (!takesMask(signature)) throw refuse("mask", "the model takes no attention mask");
  const { data } = mask;
  const expected = inputs.dims.slice(0, isSequenceOfItems(signature, inputs) ? 3 : 2);
  if (!(data instanceof BigInt64Array) || mask.dims.join() !== expected.join()) {
    throw refuse("mask", `the attention mask is ${formatShape(mask)}`);
  }
  if (!data.every((value) => value === 0n || value === 1n)) {
    throw refuse("mask", "the attention mask has other values than 0 and 1");
  }
}

type Refuse = (
  what: "type" | "shape" | "too-long" | "vocabulary" | "mask",
  reason: string,
) => RefusedInputs;

/** Makes the error for inputs that a model cannot take. */
function refusal({ name, signature: { input } }: InputRules, inputs: Tensor): Refuse {
  return (what, reason) =>
    new RefusedInputs(
      `nucleus/${what}`,
      `Cannot run ${name} on ${formatShape(inputs)}`,
      reason,
      { expected: what === "shape" ? input.shape : undefined },
    );
}
