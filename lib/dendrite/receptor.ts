/** Receptor: one connection to one endpoint, and what comes of a call over it. */

import { messageOf } from "../base/errors.ts";
import { type FloatTensor, formatShape, type IdTensor, Tensor, zeros } from "../base/tensor.ts";
import type { Address } from "../domain/address.ts";
import { NETWORK_DIM } from "../domain/constants.ts";
import { Modality } from "../domain/modality.ts";
import { ReturnCode } from "../domain/return_code.ts";
import { CallError } from "../wire/call_error.ts";
import { toFloat32 } from "../wire/cast.ts";
import { type CallOptions, type Channel, connect } from "../wire/grpc.ts";
import { decodeTensor, encodeTensor } from "../wire/tensor_codec.ts";
import type { Pieces } from "../wire/pieces.ts";
import { decodeMessage, encodeMessage } from "../wire/tensor_message.ts";

/** How a call to one neuron ended. */
export interface Answer {
  /** float32 `[batch, sequence, 512]`; zeros unless `code` is `Success`; `[0]` for empty inputs. */
  readonly representation: FloatTensor;
  readonly code: ReturnCode;
  /** A sentence that belongs to the code, by the peer or by us. */
  readonly message: string;
  /** Duration of the call, in milliseconds. */
  readonly timeMs: number;
}

/** Options of {@linkcode Receptor.forward}. */
export interface ReceptorForwardOptions extends CallOptions {
  /** Hotkey in whose name the request is made. */
  readonly caller: Address;
}

/** One connection to one endpoint. Disposing it closes the connection. */
export class Receptor implements AsyncDisposable {
  readonly #channel: Channel;

  /** @param target `host:port`, an IPv6 host in brackets. */
  constructor(target: string) {
    this.#channel = connect(target);
  }

  /**
   * Asks for the representations of token ids `[batch, sequence]`.
   *
   * Whatever goes wrong with the peer is a return code.
   *
   * @throws the reason of the signal when the caller aborted.
   */
  async forward(inputs: IdTensor, options: ReceptorForwardOptions): Promise<Answer> {
    const start = performance.now();
    const outcome = await this.#call(inputs, options).catch((error: unknown) => {
      if (!(error instanceof CallError)) throw error;
      return { representation: missing(inputs), code: error.returnCode, message: error.message };
    });
    return { ...outcome, timeMs: performance.now() - start };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#channel.close();
  }

  async #call(
    inputs: IdTensor,
    { caller, ...options }: ReceptorForwardOptions,
  ): Promise<Omit<Answer, "timeMs">> {
    if (inputs.size === 0) throw new CallError(ReturnCode.EmptyRequest, "empty request");
    const request = orCode(
      ReturnCode.RequestSerializationException,
      () => encodeRequest(inputs, caller),
    );
    const bytes = await this.#channel.call("Forward", request, options);
    return readAnswer(bytes, inputs.dims);
  }
}

/** What stands for an answer that did not come. */
function missing({ size, dims }: IdTensor): FloatTensor {
  return zeros(size === 0 ? [0] : [...dims, NETWORK_DIM]);
}

function encodeRequest(inputs: IdTensor, caller: Address): Pieces {
  const tensor = encodeTensor(inputs, { modality: Modality.TEXT });
  return encodeMessage({ hotkey: caller, tensors: [tensor] });
}

function readAnswer(bytes: Uint8Array, inputDims: readonly number[]): Omit<Answer, "timeMs"> {
  const unreadable = ReturnCode.ResponseDeserializationException;
  const answer = orCode(unreadable, () => decodeMessage(bytes));
  // A peer of a later version may send a code that we have no name for: it passes as it is.
  const code = answer.returnCode as ReturnCode;
  if (code !== ReturnCode.Success) throw new CallError(code, answer.message);
  const [tensor] = answer.tensors;
  if (tensor === undefined) {
    throw new CallError(ReturnCode.EmptyResponse, "no tensors in response");
  }
  const output = orCode(unreadable, () => decodeTensor(tensor));
  return { representation: toRepresentation(output, inputDims), code, message: answer.message };
}

/** Checks an answer in the order of the seed era's receptor; NaN becomes 0, infinities stay. */
function toRepresentation(output: Tensor, [batch, sequence]: readonly number[]): FloatTensor {
  const { dims, data } = output;
  const got = `the answer is ${formatShape(output)}`;
  if (dims[0] !== batch || dims[1] !== sequence) {
    throw new CallError(ReturnCode.ResponseShapeException, `${got}, to [${batch}, ${sequence}]`);
  }
  if (dims.length < 3) throw new CallError(ReturnCode.UnknownException, `${got}, not of rank 3`);
  if (dims.length > 3 || dims[2] !== NETWORK_DIM) {
    throw new CallError(ReturnCode.ResponseShapeException, `${got}, not ${NETWORK_DIM} wide`);
  }
  if (!(data instanceof Float32Array) && !(data instanceof Float64Array)) {
    throw new CallError(ReturnCode.InvalidResponse, `${got}, not of floats`);
  }
  const values = toFloat32(data);
  for (let index = 0; index < values.length; index++) {
    if (Number.isNaN(values[index])) values[index] = 0;
  }
  return new Tensor("float32", values, dims);
}

/** The result of `work`; what it throws becomes a return code. */
function orCode<T>(code: ReturnCode, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new CallError(code, messageOf(cause), { cause });
  }
}
