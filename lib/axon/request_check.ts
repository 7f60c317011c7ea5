/** What Forward and Backward requests have in common: how their tensors are read and checked. */

import { BittensorError } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import { Modality } from "../domain/modality.ts";
import { ReturnCode } from "../domain/return_code.ts";
import { decodeArray } from "../wire/numpy_array.ts";
import { decodeTensor } from "../wire/tensor_codec.ts";
import type { TensorMessage } from "../wire/tensor_message.ts";
import type { CallbackContext, CallbackResult } from "./callbacks.ts";
import { type Outcome, outcome } from "./outcome.ts";

/** A request that can be run. */
export interface Job {
  readonly direction: "forward" | "backward";
  readonly modality: Modality;
  readonly requiresGrad: boolean;
  /** Shape that the result must have. */
  readonly resultDims: readonly number[];
  readonly run: (caller: string, context: CallbackContext) => CallbackResult;
}

/** A tensor of a message, as it came. */
export type EncodedTensor = TensorMessage["tensors"][number];

/**
 * Reads a tensor.
 *
 * @throws {BittensorError} If it is none, or has more elements than allowed: before any is converted.
 */
export function readTensor(tensor: EncodedTensor, maximumElements: number): Tensor {
  const elements = declaredElements(tensor);
  if (elements > maximumElements) {
    throw new BittensorError(
      "axon/elements",
      `the tensor has ${elements} elements, of at most ${maximumElements}`,
    );
  }
  return decodeTensor(tensor, { consume: true });
}

/** What decoding would yield, if it agrees: the shape of the message wins over that of the buffer. */
function declaredElements({ shape, buffer }: EncodedTensor): number {
  let count = 1;
  for (const dim of shape) {
    // This dimension is whatever the buffer fills.
    if (dim < 0n) return decodeArray(buffer).elements.length;
    count *= Number(dim);
  }
  return count;
}

/** Rank of the inputs of each modality, and what the seed era says of another. */
const RANKS = new Map<number, { rank: number; fault: (rank: number) => string }>([
  [Modality.TEXT, {
    rank: 2,
    fault: (rank) =>
      `Forward text input shape exception with len(request.shape) = ${rank} must have rank 2.`,
  }],
  [Modality.IMAGE, {
    rank: 5,
    fault: (rank) =>
      `Forward image input shape exception for len(shape) = ${rank}  must have rank 5`,
  }],
  [Modality.TENSOR, {
    rank: 3,
    fault: (rank) =>
      `Forward message tensor input shape exception len(shape) = ${rank} must have rank 3`,
  }],
]);

/** What is wrong with the rank of the inputs; the texts of Backward say "Forward" too. */
export function findRankFault(modality: number, rank: number): Outcome | undefined {
  const expected = RANKS.get(modality);
  if (expected === undefined || expected.rank === rank) return undefined;
  return outcome(ReturnCode.RequestShapeException, expected.fault(rank));
}

/** Whether a number from the wire is a modality. */
export function isModality(modality: number): modality is Modality {
  return RANKS.has(modality);
}
