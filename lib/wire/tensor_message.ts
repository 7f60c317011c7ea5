/** The message of every request and every answer. */

import { type DescField, type DescMessage, fromBinary, ScalarType } from "@bufbuild/protobuf";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { BittensorError } from "../base/errors.ts";
import { WIRE_VERSION } from "../domain/constants.ts";
import {
  type TensorMessage as TensorMessageProto,
  TensorMessageSchema,
  TensorSchema,
} from "../../proto/gen/bittensor_pb.ts";
import { MAX_RANK, MAX_TENSORS } from "./limits.ts";
import { type Pieces, totalLength } from "./pieces.ts";

/** A message that was received. */
export interface TensorMessage extends Omit<TensorMessageProto, "$typeName" | "$unknown"> {
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

/** Most fields of one message, unknown ones included: millions of them would take seconds to read. */
const MAX_FIELDS = 256;

/** Fields that we do not know are of no use to us. */
const READ_OPTIONS = { readUnknownFields: false };

/** Longest varint of the protocol, in bytes. */
const VARINT_BYTES = 10;

/** Encodes a message in pieces, of which those with the tensors' data are views of it. */
export function encodeMessage(message: OutgoingMessage): Pieces {
  const { hotkey, nounce = 0n, signature, tensors = [], returnCode = 0, message: text = "" } =
    message;
  const pieces: Uint8Array[] = [];
  const writer = new BinaryWriter().tag(FIELD.version.number, WireType.Varint).int32(WIRE_VERSION);
  if (hotkey !== "") writer.tag(FIELD.hotkey.number, WireType.LengthDelimited).string(hotkey);
  if (nounce !== 0n) writer.tag(FIELD.nounce.number, WireType.Varint).int64(nounce);
  if (signature !== undefined && signature.length > 0) {
    writer.tag(FIELD.signature.number, WireType.LengthDelimited).bytes(signature);
  }
  for (const tensor of tensors) {
    writer.tag(FIELD.tensors.number, WireType.LengthDelimited).uint32(totalLength(tensor));
    pieces.push(writer.finish(), ...tensor);
  }
  if (returnCode !== 0) writer.tag(FIELD.returnCode.number, WireType.Varint).int32(returnCode);
  if (text !== "") writer.tag(FIELD.message.number, WireType.LengthDelimited).string(text);
  pieces.push(writer.finish());
  return pieces;
}

/**
 * Reads a message. Its buffers are views of `bytes`.
 *
 * @throws {BittensorError} `wire/message` if it is malformed or exceeds a limit.
 */
export function decodeMessage(bytes: Uint8Array): TensorMessage {
  try {
    const encodedTensors = findTensors(bytes);
    // Each by itself first: read in place, a malformed one could reach into what follows it.
    const tensors = encodedTensors.map((tensor) => fromBinary(TensorSchema, tensor, READ_OPTIONS));
    return { ...fromBinary(TensorMessageSchema, bytes, READ_OPTIONS), tensors, encodedTensors };
  } catch (cause) {
    throw new BittensorError("wire/message", "Cannot parse the message", { cause });
  }
}

/** The bytes of each tensor. Two are a tensor and one is a dimension: counted before they are read. */
function findTensors(bytes: Uint8Array): Uint8Array[] {
  const tensors: Uint8Array[] = [];
  for (const { field, value: tensor } of fieldsOf(TensorMessageSchema, bytes)) {
    if (field !== FIELD.tensors) continue;
    if (tensors.push(tensor) > MAX_TENSORS) {
      throw new RangeError(`more than ${MAX_TENSORS} tensors`);
    }
    checkShape(tensor);
  }
  return tensors;
}

function checkShape(tensor: Uint8Array): void {
  let shapeBytes = 0;
  for (const { field, value: dims } of fieldsOf(TensorSchema, tensor)) {
    if (field !== TensorSchema.field.shape) continue;
    shapeBytes += Math.max(dims.length, 1);
    if (shapeBytes > MAX_RANK * VARINT_BYTES) throw new RangeError("a shape of too many numbers");
    // The library would read the last number past the end, and take what follows for other fields.
    if ((dims.at(-1) ?? 0) >= 0x80) throw new RangeError("a shape that ends within a number");
  }
}

/**
 * The raw values of the fields that a message knows.
 *
 * A field must have the wire type of its declaration: the library goes by the declaration alone, and
 * would find other fields than we do here.
 */
function* fieldsOf(
  schema: DescMessage,
  bytes: Uint8Array,
): Generator<{ field: DescField; value: Uint8Array }> {
  const reader = new BinaryReader(bytes);
  for (let count = 1; reader.pos < reader.len; count++) {
    if (count > MAX_FIELDS) throw new RangeError(`more than ${MAX_FIELDS} fields`);
    const [number, type] = reader.tag();
    if (type === WireType.StartGroup) throw new RangeError("a group, which no peer writes");
    const field = schema.fields.find((field) => field.number === number);
    if (field !== undefined && !wireTypesOf(field).includes(type)) {
      throw new RangeError(`field ${number} has wire type ${type}`);
    }
    const value = type === WireType.LengthDelimited ? reader.bytes() : reader.skip(type, number);
    if (field !== undefined) yield { field, value };
  }
}

/** How a field is written; a list of numbers may be one value or one for each number. */
function wireTypesOf(field: DescField): WireType[] {
  const { Varint, LengthDelimited } = WireType;
  const { STRING, BYTES } = ScalarType;
  const number = field.fieldKind === "enum" ||
    (field.scalar !== undefined && field.scalar !== STRING && field.scalar !== BYTES);
  if (!number) return [LengthDelimited];
  return field.fieldKind === "list" ? [Varint, LengthDelimited] : [Varint];
}
