/** What a model is, and the inputs and outputs that all of them have. */

import { elementCount, type FloatTensor, formatShape, Tensor } from "../../base/tensor.ts";
import type { NamedTensors } from "../runtime.ts";

/** A description of a model. It holds no weights: they are made with its bytes. */
export interface Model {
  /** What kind of model it is, such as `bert`. */
  readonly name: string;
  /** Token ids run from 0 to `vocabSize - 1`. */
  readonly vocabSize: number;
  /** Longest sequence that it takes. */
  readonly maxSequenceLength: number;
  /** Size of the vector that it has for each token. */
  readonly hiddenSize: number;

  /**
   * The model with its initial weights, as an ONNX file: inputs {@linkcode INPUT_IDS} and
   * {@linkcode ATTENTION_MASK}, both int64 `[batch, sequence]`, and output
   * {@linkcode HIDDEN_STATE}, float32 `[batch, sequence, outputSize]`. The same configuration and
   * seed give the same bytes.
   *
   * @param outputSize Longer vectors are cut to it, shorter ones get zeros. @default {hiddenSize}
   * @throws {BittensorError} `onnx/too-large` If the file would exceed 2 GiB.
   * @throws {RangeError} If `outputSize` is not a positive integer.
   */
  toBytes(outputSize?: number): Uint8Array<ArrayBuffer>;
}

/** Input: token ids. */
export const INPUT_IDS = "input_ids";

/** Input: 1 for a token to attend to, 0 for padding. */
export const ATTENTION_MASK = "attention_mask";

/** Output: the representation of each token. */
export const HIDDEN_STATE = "last_hidden_state";

/** The inputs of a model. Without a mask, every token is attended to. */
export function modelInputs(ids: Tensor, attentionMask: Tensor = onesLike(ids)): NamedTensors {
  return { [INPUT_IDS]: ids, [ATTENTION_MASK]: attentionMask };
}

/** The output of a model. */
export function modelOutput({ [HIDDEN_STATE]: output }: NamedTensors): FloatTensor {
  const data = output?.data;
  if (!output || !(data instanceof Float32Array)) {
    const fact = output ? `it is ${formatShape(output)}` : "the model has none";
    throw new TypeError(`Cannot read the output ${HIDDEN_STATE}: ${fact}`);
  }
  // The runtime's tensors are of its own copy of the class: instanceof would not know them.
  return new Tensor("float32", data, output.dims);
}

function onesLike({ dims }: Tensor): Tensor {
  return new Tensor("int64", new BigInt64Array(elementCount(dims)).fill(1n), dims);
}
