/** Answers of neurons, checked: whatever a neuron sends becomes a tensor that fits, or a code. */

import { messageOf } from "../base/errors.ts";
import { elementCount, type FloatTensor, formatShape, Tensor, zeros } from "../base/tensor.ts";
import { NETWORK_DIM } from "../domain/constants.ts";
import { Modality } from "../domain/modality.ts";
import { ReturnCode } from "../domain/return_code.ts";
import { CallError } from "../wire/call_error.ts";
import { toFloat32 } from "../wire/cast.ts";
import { decodeTensor } from "../wire/tensor_codec.ts";
import type { TensorMessage } from "../wire/tensor_message.ts";
import type { Query } from "./query.ts";

/** How a call to one neuron ended. */
export interface Answer {
  /**
   * float32 `[batch, sequence, 512]`; zeros unless `code` is `Success`; `[0]` for empty inputs. Of a
   * backward call it is the gradient, of the shape of the inputs if these are images or tensors.
   */
  readonly representation: FloatTensor;
  readonly code: ReturnCode;
  /** A sentence that belongs to the code, by the peer or by us. */
  readonly message: string;
  /** Duration of the call, in milliseconds, with the time that it waited for its turn. */
  readonly timeMs: number;
}

/** What a neuron answered. */
export type Outcome = Omit<Answer, "timeMs">;

/**
 * Reads an answer. NaN becomes 0, infinities stay.
 *
 * @throws {CallError} With the code of the peer, or ours if the answer cannot be used.
 */
export function readAnswer(
  { returnCode, message, tensors }: TensorMessage,
  query: Query,
): Outcome {
  // A peer of a later version may send a code that we have no name for: it passes as it is.
  const code = returnCode as ReturnCode;
  if (code !== ReturnCode.Success) throw new CallError(code, message);
  const [tensor] = tensors;
  if (tensor === undefined) {
    throw new CallError(ReturnCode.EmptyResponse, "no tensors in response");
  }
  const output = decode(tensor);
  if (query.method === "Forward") checkRepresentation(output, query.dims);
  else checkGradient(output, query);
  return { representation: toFloats(output), code, message };
}

/** What stands for an answer that did not come. */
export function missingAnswer({ method, modality, dims }: Query): FloatTensor {
  if (elementCount(dims) === 0) return zeros([0]);
  if (method === "Backward" && modality !== Modality.TEXT) return zeros(dims);
  const [batch = 0, sequence = 0] = dims;
  return zeros([batch, sequence, NETWORK_DIM]);
}

function decode(tensor: TensorMessage["tensors"][number]): Tensor {
  try {
    return decodeTensor(tensor, { consume: true });
  } catch (cause) {
    const code = ReturnCode.ResponseDeserializationException;
    throw new CallError(code, messageOf(cause), { cause });
  }
}

/** In the order of the seed era's receptor. */
function checkRepresentation(output: Tensor, [batch, sequence]: readonly number[]): void {
  const { dims } = output;
  if (dims[0] !== batch || dims[1] !== sequence) {
    throw unfit(ReturnCode.ResponseShapeException, output, `to [${batch}, ${sequence}]`);
  }
  if (dims.length < 3) throw unfit(ReturnCode.UnknownException, output, "not of rank 3");
  if (dims.length > 3 || dims[2] !== NETWORK_DIM) {
    throw unfit(ReturnCode.ResponseShapeException, output, `not ${NETWORK_DIM} wide`);
  }
}

/** Token ids have no gradient: that of their embedding stands for it. */
function checkGradient(output: Tensor, { modality, dims: inputs }: Query): void {
  const { dims } = output;
  const expected = modality === Modality.TEXT ? [...inputs, NETWORK_DIM] : inputs;
  if (dims.length === expected.length && dims.every((dim, i) => dim === expected[i])) return;
  throw unfit(ReturnCode.ResponseShapeException, output, `not [${expected.join(", ")}]`);
}

function toFloats(output: Tensor): FloatTensor {
  const { dims, data } = output;
  if (!(data instanceof Float32Array) && !(data instanceof Float64Array)) {
    throw unfit(ReturnCode.InvalidResponse, output, "not of floats");
  }
  const values = toFloat32(data);
  if (values.includes(NaN)) {
    for (let index = 0; index < values.length; index++) {
      if (Number.isNaN(values[index])) values[index] = 0;
    }
  }
  return isFloatTensor(output) ? output : new Tensor("float32", values, dims);
}

function isFloatTensor(tensor: Tensor): tensor is FloatTensor {
  return tensor.type === "float32";
}

function unfit(code: ReturnCode, output: Tensor, reason: string): CallError {
  return new CallError(code, `the answer is ${formatShape(output)}, ${reason}`);
}
