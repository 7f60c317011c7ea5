/** What a model is asked, and whether it can take it. */

import { BittensorError } from "../base/errors.ts";
import { formatShape, type Tensor } from "../base/tensor.ts";
import type { TokenLimits } from "./models/model.ts";
import type { Signature } from "./signature/signature.ts";

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
  readonly signature: Signature;
}

/** Whether these are sequences of the single items that the model takes. */
export function isSequenceOfItems({ input, singleItems }: Signature, { dims }: Tensor): boolean {
  return singleItems && dims.length === input.shape.length + 1;
}

/**
 * Checks inputs before they reach the model.
 *
 * @throws {BittensorError} `nucleus/type`, `nucleus/shape`, `nucleus/too-long`,
 *   `nucleus/vocabulary` or `nucleus/mask` If the model cannot take them.
 */
export function checkInputs(rules: InputRules, { inputs, attentionMask }: ModelInputs): void {
  const refuse = refusal(rules.name, inputs);
  if (rules.signature.takes === "tokens") checkTokens(rules, inputs, refuse);
  else checkFloats(rules, inputs, refuse);
  checkShape(rules, inputs, refuse);
  if (attentionMask) checkMask(rules, attentionMask, inputs, refuse);
}

function checkTokens(rules: InputRules, { data, dims }: Tensor, refuse: Refuse): void {
  if (!(data instanceof BigInt64Array)) throw refuse("type", "token ids must be int64");
  if (dims.length !== 2) throw refuse("shape", "token ids must be [batch, sequence]");
  if (data.length === 0) throw refuse("shape", "there is no token");
  const { maxSequenceLength = Infinity, vocabSize } = rules;
  if (dims[1]! > maxSequenceLength) {
    throw refuse("too-long", `a sequence has at most ${maxSequenceLength} tokens`);
  }
  if (vocabSize === undefined) return;
  const size = BigInt(vocabSize);
  const unknown = data.find((id) => id < 0n || id >= size);
  if (unknown !== undefined) {
    throw refuse("vocabulary", `token id ${unknown} is not between 0 and ${size - 1n}`);
  }
}

function checkFloats({ signature }: InputRules, { data }: Tensor, refuse: Refuse): void {
  const { name } = signature.input;
  if (!(data instanceof Float32Array)) throw refuse("type", `${name} must be float32`);
  if (data.length === 0) throw refuse("shape", `${name} is empty`);
}

/** Compares the sizes with those that the model fixes. */
function checkShape({ signature }: InputRules, inputs: Tensor, refuse: Refuse): void {
  const { name, shape } = signature.input;
  const dims = isSequenceOfItems(signature, inputs) ? inputs.dims.slice(1) : inputs.dims;
  const fits = dims.length === shape.length &&
    shape.every((size, axis) => typeof size === "string" || size === dims[axis]);
  if (fits) return;
  const expected = `[${shape.map((size) => size === "" ? "any" : size).join(", ")}]`;
  const sequences = signature.singleItems ? ", or sequences of such items" : "";
  throw refuse("shape", `${name} must be ${expected}${sequences}`);
}

function checkMask(
  { signature }: InputRules,
  mask: Tensor,
  inputs: Tensor,
  refuse: Refuse,
): void {
  if (!signature.attentionMask) throw refuse("mask", "the model takes no attention mask");
  const { data } = mask;
  if (!(data instanceof BigInt64Array) || mask.dims.join() !== inputs.dims.slice(0, 2).join()) {
    throw refuse("mask", `the attention mask is ${formatShape(mask)}`);
  }
  if (!data.every((value) => value === 0n || value === 1n)) {
    throw refuse("mask", "the attention mask has other values than 0 and 1");
  }
}

type Refuse = (
  what: "type" | "shape" | "too-long" | "vocabulary" | "mask",
  reason: string,
) => BittensorError;

/** Makes the error for inputs that a model cannot take. */
function refusal(name: string, inputs: Tensor): Refuse {
  return (what, reason) =>
    new BittensorError(
      `nucleus/${what}`,
      `Cannot run ${name} on ${formatShape(inputs)}: ${reason}`,
    );
}
