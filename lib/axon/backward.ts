/** What an axon makes of a Backward request: one decision after the other, the first match wins. */

import { messageOf } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";
import { ReturnCode } from "../domain/return_code.ts";
import type { TensorMessage } from "../wire/tensor_message.ts";
import type { Callbacks } from "./callbacks.ts";
import { type Outcome, outcome } from "./outcome.ts";
import { findRankFault, isModality, type Job, readTensor } from "./request_check.ts";
import { gradientDims } from "./result_check.ts";

/**
 * Reads and checks a Backward request: the inputs, and the gradients of what came of them.
 *
 * Codes and texts are those of the seed era, so that a peer sees no difference.
 *
 * @param maximumElements Most elements of each tensor.
 */
export function readBackward(
  { tensors }: TensorMessage,
  callbacks: Callbacks,
  maximumElements: number,
): Job | Outcome {
  const [first, second] = tensors;
  if (first === undefined || second === undefined || tensors.length !== 2) {
    return outcome(
      ReturnCode.InvalidRequest,
      `During backward: There are ${tensors.length} tensors in the request, expected 2.`,
    );
  }
  const { modality, requiresGrad } = first;
  let inputs: Tensor;
  let gradients: Tensor;
  try {
    inputs = readTensor(first, maximumElements);
    gradients = readTensor(second, maximumElements);
  } catch (error) {
    return outcome(
      ReturnCode.RequestDeserializationException,
      `Request serialization exception with error: ${messageOf(error)}`,
    );
  }
  const fault = findRankFault(modality, inputs.dims.length) ??
    findGradientFault(inputs.dims, gradients.dims);
  if (fault !== undefined) return fault;
  if (!isModality(modality)) {
    return outcome(
      ReturnCode.UnknownException,
      "exception in processing backward call: list index out of range",
    );
  }
  const callback = callbacks.backward.get(modality);
  if (callback === undefined) {
    return outcome(
      ReturnCode.NotImplemented,
      "Backward callback is not yet subscribed on this axon.",
    );
  }
  return {
    direction: "backward",
    modality,
    requiresGrad,
    resultDims: gradientDims(modality, inputs.dims),
    run: (caller, context) => callback(caller, inputs, gradients, context),
  };
}

function findGradientFault(
  inputs: readonly number[],
  gradients: readonly number[],
): Outcome | undefined {
  if (gradients.length !== 3) {
    return outcome(
      ReturnCode.RequestShapeException,
      `Passed gradients must have rank 3 but got ${gradients.length}`,
    );
  }
  if (gradients[0] === inputs[0] && gradients[1] === inputs[1]) return undefined;
  return outcome(
    ReturnCode.RequestShapeException,
    "Passed gradients must same first and second dimension as passed inputs got shapes " +
      `torch.Size([${gradients.join(", ")}]) and torch.Size([${inputs.join(", ")}])`,
  );
}
