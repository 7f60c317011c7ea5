/** The message of every request and every answer. */

import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { BittensorError } from "../base/errors.ts";
import { WIRE_VERSION } from "../domain/constants.ts";
import {
  type TensorMessage,
  TensorMessageSchema,
  TensorSchema,
} from "../../proto/gen/bittensor_pb.ts";
import { MAX_RANK, MAX_TENSORS } from "./limits.ts";
import { join, lengthDelimited } from "./pieces.ts";

export type { TensorMessage };

/** A message to send; the version is ours. */
export interface OutgoingMessage {
  /** Who sends it: address of a caller, `0x` and the hex public key of a server. */
  readonly hotkey: string;
  /** Each as `encodeTensor()` gave it. @default {[]} */
  readonly tensors?: readonly (readonly Uint8Array[])[];
  /** How the request ended, in an answer. @default {0} */
  readonly returnCode?: number;
  /** A sentence for people. */
  readonly message?: string;
}

const { number: TENSORS_FIELD } = TensorMessageSchema.field.tensors;
const { number: SHAPE_FIELD } = TensorSchema.field.shape;

/** Longest varint of the protocol, in bytes. */
const VARINT_BYTES = 10;

/** Encodes a message in one allocation, with its tensors' data copied once. */
export function encodeMessage(
  { hotkey, tensors = [], returnCode = 0, message = "" }: OutgoingMessage,
): Uint8Array<ArrayBuffer> {
  return join([
    encodeFields({ version: WIRE_VERSION, hotkey }),
    ...tensors.flatMap((tensor) => lengthDelimited(TENSORS_FIELD, tensor)),
    encodeFields({ returnCode, message }),
  ]);
}

/**
 * Reads a message. Its buffers are views of `bytes`.
 *
 * @throws {BittensorError} `wire/message` if it is malformed or exceeds a limit.
 */
export function decodeMessage(bytes: Uint8Array): TensorMessage {
  try {
    checkLimits(bytes);
    return fromBinary(TensorMessageSchema, bytes, { readUnknownFields: false });
  } catch (cause) {
    throw new BittensorError("wire/message", "Cannot parse the message", { cause });
  }
}

/** Two bytes are a tensor and one is a dimension: count them before they become objects. */
function checkLimits(bytes: Uint8Array): void {
  let tensors = 0;
  for (const tensor of fieldsOf(bytes, TENSORS_FIELD)) {
    if (++tensors > MAX_TENSORS) throw new RangeError(`more than ${MAX_TENSORS} tensors`);
    let shapeBytes = 0;
    for (const dims of fieldsOf(tensor, SHAPE_FIELD)) {
      shapeBytes += Math.max(dims.length, 1);
      if (shapeBytes > MAX_RANK * VARINT_BYTES) throw new RangeError("a shape of too many numbers");
    }
  }
}

/** The raw values of one field, wherever it occurs in a message. */
function* fieldsOf(bytes: Uint8Array, wanted: number): Generator<Uint8Array> {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const value = type === WireType.LengthDelimited ? reader.bytes() : reader.skip(type, field);
    if (field === wanted) yield value;
  }
}

function encodeFields(fields: MessageInitShape<typeof TensorMessageSchema>): Uint8Array {
  return toBinary(TensorMessageSchema, create(TensorMessageSchema, fields));
}
