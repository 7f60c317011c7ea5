/** Query: one request, encoded once for all the endpoints that get the same. */

import { messageOf } from "../base/errors.ts";
import type { FloatTensor, Tensor } from "../base/tensor.ts";
import { Modality } from "../domain/modality.ts";
import { ReturnCode } from "../domain/return_code.ts";
import { CallError } from "../wire/call_error.ts";
import type { Method } from "../wire/rpc.ts";
import type { Pieces } from "../wire/pieces.ts";
import { encodeTensor } from "../wire/tensor_codec.ts";

/** What is asked of a neuron. */
export interface Query {
  readonly method: Method;
  readonly modality: Modality;
  /** Dimensions of the inputs. */
  readonly dims: readonly number[];
  /** The inputs, then the gradients if there are any, as they are sent. */
  readonly tensors: readonly Pieces[];
  /** Why it cannot be sent. */
  readonly failure: CallError | undefined;
}

/**
 * Encodes the request to each endpoint; one that cannot be sent has the reason in its `failure`.
 *
 * @param inputs Checked inputs, one for each endpoint.
 * @param gradients Those of the representations, of a backward call: one for each endpoint.
 */
export function createQueries(
  modality: Modality,
  inputs: readonly Tensor[],
  gradients: readonly FloatTensor[] = [],
): readonly Query[] {
  const queries: Query[] = [];
  for (const [index, tensor] of inputs.entries()) {
    const before = queries[index - 1];
    const same = tensor === inputs[index - 1] && gradients[index] === gradients[index - 1];
    queries.push(same && before ? before : createQuery(modality, tensor, gradients[index]));
  }
  return queries;
}

function createQuery(modality: Modality, inputs: Tensor, gradients?: FloatTensor): Query {
  const method = gradients === undefined ? "Forward" : "Backward";
  const query = { method, modality, dims: inputs.dims } as const;
  if (inputs.size === 0 || gradients?.size === 0) {
    return { ...query, tensors: [], failure: emptyRequest() };
  }
  try {
    const tensors = [encodeTensor(inputs, { modality })];
    if (gradients !== undefined) {
      tensors.push(encodeTensor(gradients, { modality: Modality.TENSOR }));
    }
    return { ...query, tensors, failure: undefined };
  } catch (cause) {
    const code = ReturnCode.RequestSerializationException;
    return { ...query, tensors: [], failure: new CallError(code, messageOf(cause), { cause }) };
  }
}

function emptyRequest(): CallError {
  return new CallError(ReturnCode.EmptyRequest, "empty request");
}
