/** What an axon answers to a Forward request: one decision after the other, the first match wins. */

import { messageOf } from "../base/errors.ts";
import { logger } from "../base/log.ts";
import { formatShape, Tensor } from "../base/tensor.ts";
import { NETWORK_DIM } from "../domain/constants.ts";
import { Modality } from "../domain/modality.ts";
import { ReturnCode } from "../domain/return_code.ts";
import { decodeTensor, encodeTensor } from "../wire/tensor_codec.ts";
import type { OutgoingMessage, TensorMessage } from "../wire/tensor_message.ts";

/** What a callback learns beside the inputs. */
export interface ForwardContext {
  /** Fires when the deadline of the request passes or its caller is gone: nobody waits any more. */
  readonly signal: AbortSignal;
}

/**
 * Computes the representations of a request.
 *
 * @param caller Address of the hotkey that the request names, `""` if none. It is what the caller
 * says: no signature is checked.
 * @param inputs For text, `[batch, sequence]` token ids: int64 from all common callers, but another
 * type passes as it came.
 * @returns float32 or float64 `[batch, sequence, 512]`; `null` to answer `EmptyResponse`.
 */
export type ForwardCallback = (
  caller: string,
  inputs: Tensor,
  context: ForwardContext,
) => Tensor | null | Promise<Tensor | null>;

/** The callback of each modality that an axon serves. */
export type ForwardCallbacks = ReadonlyMap<number, ForwardCallback>;

/** An answer, but for the name of the server. */
export type Reply = Omit<OutgoingMessage, "hotkey">;

/** Answers a Forward request; whatever is wrong with it becomes a return code. */
export async function answerForward(
  request: TensorMessage,
  callbacks: ForwardCallbacks,
  signal: AbortSignal,
): Promise<Reply> {
  const [message] = request.tensors;
  if (message === undefined) {
    return reply(
      ReturnCode.EmptyRequest,
      "Forward request contains 0 tensors, expected 1 tensor in the forward call",
    );
  }
  const { modality } = message;
  let inputs: Tensor;
  try {
    inputs = decodeTensor(message);
  } catch (error) {
    return reply(
      ReturnCode.RequestDeserializationException,
      `Request deserialization exception: ${messageOf(error)}`,
    );
  }
  const callback = callbacks.get(modality);
  return checkInputs(inputs.dims, modality) ??
    (callback === undefined
      ? reply(
        ReturnCode.NotImplemented,
        "Forward callback is not yet subscribed on this axon.",
      )
      : await runCallback(callback, request.hotkey, inputs, signal));
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

/** Codes and texts are those of the seed era, spaces included, so that a peer sees no difference. */
function checkInputs(dims: readonly number[], modality: number): Reply | undefined {
  const [batch, sequence] = dims;
  if (batch === undefined || sequence === undefined) {
    return reply(
      ReturnCode.UnknownException,
      "exception in preprocessing forward call with error: list index out of range",
    );
  }
  if (batch < 1) {
    return reply(
      ReturnCode.RequestShapeException,
      `Forward request batch dim exception with batch_size = ${batch} `,
    );
  }
  if (sequence < 1) {
    return reply(
      ReturnCode.RequestShapeException,
      `Forward request sequence dim exception with sequence_dim = ${sequence} `,
    );
  }
  const expected = RANKS.get(modality);
  if (expected === undefined) {
    return reply(
      ReturnCode.UnknownException,
      "exception in processing forward call: list index out of range",
    );
  }
  if (dims.length === expected.rank) return undefined;
  return reply(ReturnCode.RequestShapeException, expected.fault(dims.length));
}

async function runCallback(
  callback: ForwardCallback,
  caller: string,
  inputs: Tensor,
  signal: AbortSignal,
): Promise<Reply> {
  let output: Tensor | null;
  try {
    output = await callback(caller, inputs, { signal });
  } catch (error) {
    // The text stays here: it may tell a stranger about this machine.
    if (!signal.aborted) logger("axon").error("The forward callback failed: {error}", { error });
    return reply(ReturnCode.UnknownException, "Error calling forward callback");
  }
  if (output === null || output === undefined) return reply(ReturnCode.EmptyResponse);
  return encodeOutput(output, inputs.dims);
}

/** Checks what the callback returned: the seed era sent it unseen, and callers could not read it. */
function encodeOutput(output: Tensor, [batch, sequence]: readonly number[]): Reply {
  if (!(output instanceof Tensor) || !["float32", "float64"].includes(output.type)) {
    const got = output instanceof Tensor ? formatShape(output) : `a ${typeof output}`;
    logger("axon").error("The forward callback returned {got}, not a tensor of floats", { got });
    return reply(ReturnCode.ResponseSerializationException, "The result is no tensor of floats");
  }
  const expected = [batch, sequence, NETWORK_DIM];
  if (output.dims.length !== 3 || output.dims.some((dim, axis) => dim !== expected[axis])) {
    logger("axon").error("The forward callback returned {got}, not [{expected}]", {
      got: formatShape(output),
      expected: expected.join(", "),
    });
    return reply(ReturnCode.ResponseShapeException, "The result has another shape than expected");
  }
  try {
    const tensors = [encodeTensor(output, { modality: Modality.TENSOR })];
    return { ...reply(ReturnCode.Success, "Success"), tensors };
  } catch (error) {
    logger("axon").error("The result of the forward callback cannot be sent: {error}", { error });
    return reply(ReturnCode.ResponseSerializationException, "The result cannot be sent");
  }
}

function reply(returnCode: ReturnCode, message = ""): Reply {
  return { returnCode, message };
}
