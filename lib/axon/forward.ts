/** What an axon makes of a Forward request: one decision after the other, the first match wins. */

import { messageOf } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import { ReturnCode } from "../domain/return_code.ts";
import type { TensorMessage } from "../wire/tensor_message.ts";
import type { Callbacks } from "./callbacks.ts";
import { type Outcome, outcome } from "./outcome.ts";
import { findRankFault, isModality, type Job, readTensor } from "./request_check.ts";
import { representationDims } from "./result_check.ts";

/**
 * Reads and checks a Forward request.
 *
 * Codes and texts are those of the seed era, spaces included, so that a peer sees no difference.
 *
 * @param maximumElements Most elements of the inputs.
 */
export function readForward(
  { tensors: [message] }: TensorMessage,
  callbacks: Callbacks,
  maximumElements: number,
): Job | Outcome {
  if (message === undefined) {
    return outcome(
      ReturnCode.EmptyRequest,
      "Forward request contains 0 tensors, expected 1 tensor in the forward call",
    );
  }
  const { modality, requiresGrad } = message;
  let inputs: Tensor;
  try {
    inputs = readTensor(message, maximumElements);
  } catch (error) {
    return outcome(
      ReturnCode.RequestDeserializationException,
      `Request deserialization exception: ${messageOf(error)}`,
    );
  }
  const fault = findEmpty(inputs.dims);
  if (fault !== undefined) return fault;
  if (!isModality(modality)) {
    return outcome(
      ReturnCode.UnknownException,
      "exception in processing forward call: list index out of range",
    );
  }
  const rankFault = findRankFault(modality, inputs.dims.length);
  if (rankFault !== undefined) return rankFault;
  const callback = callbacks.forward.get(modality);
  if (callback === undefined) {
    return outcome(
      ReturnCode.NotImplemented,
      "Forward callback is not yet subscribed on this axon.",
    );
  }
  return {
    direction: "forward",
    modality,
    requiresGrad,
    resultDims: representationDims(inputs.dims),
    run: (caller, context) => callback(caller, inputs, context),
  };
}

function findEmpty([batch, sequence]: readonly number[]): Outcome | undefined {
  if (batch === undefined || sequence === undefined) {
    return outcome(
      ReturnCode.UnknownException,
      "exception in preprocessing forward call with error: list index out of range",
    );
  }
  if (batch < 1) {
    return outcome(
      ReturnCode.RequestShapeException,
      `Forward request batch dim exception with batch_size = ${batch} `,
    );
  }
  if (sequence < 1) {
    return outcome(
      ReturnCode.RequestShapeException,
      `Forward request sequence dim exception with sequence_dim = ${sequence} `,
    );
  }
}
