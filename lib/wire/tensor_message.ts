/** The message of every request and every answer. */

import { BittensorError } from "../base/errors.ts";
import { WIRE_VERSION } from "../domain/constants.ts";
import {
  type Tensor as TensorProto,
  type TensorMessage as TensorMessageProto,
  TensorMessageSchema,
  TensorSchema,
} from "../../proto/gen/bittensor_pb.ts";
import { FieldReader } from "./field_reader.ts";
import { FieldWriter } from "./field_writer.ts";
import { MAX_TENSORS } from "./limits.ts";
import { type Pieces, totalLength } from "./pieces.ts";

/** A `Tensor` message that was received, its fields as they came. */
export type EncodedTensor = Omit<TensorProto, "$typeName" | "$unknown">;

/** A message that was received. */
export interface TensorMessage
  extends Omit<TensorMessageProto, "$typeName" | "$unknown" | "tensors"> {
  readonly tensors: readonly EncodedTensor[];
  /** The tensors as their bytes arrived, which is what a signature covers. */
  readonly encodedTensors: readonly Uint8Array[];
}

/** A message to send; the version is ours. */
export interface OutgoingMessage {
  /** Who sends it: address of a caller, `0x` and the hex public key of a server. */
  readonly hotkey: string;
  /** Number that makes a signed message unique. @default {0n} */
  readonly nounce?: bigint;
  /** What proves that `hotkey` sent it. */
  readonly signature?: Uint8Array | undefined;
  /** Each as `encodeTensor()` gave it. @default {[]} */
  readonly tensors?: readonly Pieces[];
  /** How the request ended, in an answer. @default {0} */
  readonly returnCode?: number;
  /** A sentence for people. */
  readonly message?: string;
}

const FIELD = TensorMessageSchema.field;
const TENSOR_FIELD = TensorSchema.field;

const NO_BYTES: Uint8Array = new Uint8Array();

/** Longest shape that is read at all; one beyond the highest rank gets an answer that says so. */
const LONGEST_SHAPE = 64;

/** Encodes a message in pieces, of which those with the tensors' data are views of it. */
export function encodeMessage(message: OutgoingMessage): Pieces {
  const {
    hotkey,
    nounce = 0n,
    signature = NO_BYTES,
    tensors = [],
    returnCode = 0,
    message: text = "",
  } = message;
  const writer = new FieldWriter()
    .int32(FIELD.version.number, WIRE_VERSION)
    .string(FIELD.hotkey.number, hotkey)
    .int64(FIELD.nounce.number, nounce)
    .bytes(FIELD.signature.number, signature);
  const pieces: Uint8Array[] = [];
  for (const tensor of tensors) {
    pieces.push(writer.header(FIELD.tensors.number, totalLength(tensor)).take(), ...tensor);
  }
  writer.int32(FIELD.returnCode.number, returnCode).string(FIELD.message.number, text);
  pieces.push(writer.take());
  return pieces;
}

/**
 * Reads a message. Its buffers are views of `bytes`.
 *
 * @throws {BittensorError} `wire/message` if it is malformed or exceeds a limit.
 */
export function decodeMessage(bytes: Uint8Array): TensorMessage {
  try {
    return readMessage(new FieldReader(bytes));
  } catch (cause) {
    throw new BittensorError("wire/message", "Cannot parse the message", { cause });
  }
}

function readMessage(reader: FieldReader): TensorMessage {
  const tensors: EncodedTensor[] = [];
  const encodedTensors: Uint8Array[] = [];
  const message = {
    version: 0,
    hotkey: "",
    nounce: 0n,
    signature: NO_BYTES,
    tensors,
    encodedTensors,
    returnCode: 0,
    message: "",
  };
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === FIELD.version.number) message.version = reader.int32();
    else if (field === FIELD.hotkey.number) message.hotkey = reader.string();
    else if (field === FIELD.nounce.number) message.nounce = reader.int64();
    else if (field === FIELD.signature.number) message.signature = reader.bytes();
    else if (field === FIELD.tensors.number) encodedTensors.push(reader.bytes());
    else if (field === FIELD.returnCode.number) message.returnCode = reader.int32();
    else if (field === FIELD.message.number) message.message = reader.string();
    else reader.skip();
    if (encodedTensors.length > MAX_TENSORS) {
      throw new RangeError(`more than ${MAX_TENSORS} tensors`);
    }
  }
  // What is used is read from the very bytes that are signed.
  for (const bytes of encodedTensors) tensors.push(readTensor(new FieldReader(bytes)));
  return message;
}

function readTensor(reader: FieldReader): EncodedTensor {
  const shape: bigint[] = [];
  const tensor = {
    version: 0,
    buffer: NO_BYTES,
    shape,
    serializer: 0,
    tensorType: 0,
    dtype: 0,
    modality: 0,
    requiresGrad: false,
  };
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === TENSOR_FIELD.version.number) tensor.version = reader.int32();
    else if (field === TENSOR_FIELD.buffer.number) tensor.buffer = reader.bytes();
    else if (field === TENSOR_FIELD.shape.number) reader.int64s(shape, LONGEST_SHAPE);
    else if (field === TENSOR_FIELD.serializer.number) tensor.serializer = reader.int32();
    else if (field === TENSOR_FIELD.tensorType.number) tensor.tensorType = reader.int32();
    else if (field === TENSOR_FIELD.dtype.number) tensor.dtype = reader.int32();
    else if (field === TENSOR_FIELD.modality.number) tensor.modality = reader.int32();
    else if (field === TENSOR_FIELD.requiresGrad.number) tensor.requiresGrad = reader.bool();
    else reader.skip();
  }
  return tensor;
}
