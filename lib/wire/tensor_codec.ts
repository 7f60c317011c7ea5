/** Tensors as the `Tensor` messages of the protocol. */

import { BittensorError } from "../base/errors.ts";
import { elementCount, formatShape, type Tensor } from "../base/tensor.ts";
import { WIRE_VERSION } from "../domain/constants.ts";
import type { Modality } from "../domain/modality.ts";
import { Serializer, TensorSchema } from "../../proto/gen/bittensor_pb.ts";
import { castElements } from "./cast.ts";
import { TENSOR_TYPES, wireTypeOf } from "./dtype.ts";
import { FieldWriter, packed } from "./field_writer.ts";
import { MAX_ELEMENTS, MAX_MESSAGE_BYTES, MAX_RANK } from "./limits.ts";
import { decodeArray, type DecodeOptions, encodeArrayHeader } from "./numpy_array.ts";
import type { Pieces } from "./pieces.ts";
import type { EncodedTensor } from "./tensor_message.ts";

/** What a `Tensor` message says beside the tensor itself. */
export interface EncodeTensorOptions {
  readonly modality: Modality;
  /** @default {false} */
  readonly requiresGrad?: boolean;
}

const FIELD = TensorSchema.field;

/**
 * Encodes a tensor as a `Tensor` message, in pieces, of which one is a view of the tensor's data.
 *
 * Joined, they equal what the seed era's serializer wrote, byte for byte. Types that its receivers
 * refuse (float16, int8, int16, uint8, bool) are written as it wrote them, with dtype `UNKNOWN`.
 *
 * @throws {BittensorError} `wire/tensor` if the type has no encoding or a limit is exceeded.
 */
export function encodeTensor(
  tensor: Tensor,
  { modality, requiresGrad = false }: EncodeTensorOptions,
): Pieces {
  const { dims, type } = tensor;
  const types = TENSOR_TYPES.get(type);
  const data = tensor.data;
  if (types === undefined || !ArrayBuffer.isView(data)) {
    throw notEncodable(tensor, "its type has no encoding");
  }
  if (dims.length > MAX_RANK) throw notEncodable(tensor, `the highest rank is ${MAX_RANK}`);
  if (data.byteLength > MAX_MESSAGE_BYTES) throw notEncodable(tensor, "it is too large");
  const arrayHeader = encodeArrayHeader(types.numpy, dims, data.byteLength);
  const writer = new FieldWriter()
    .int32(FIELD.version.number, WIRE_VERSION)
    .header(FIELD.buffer.number, arrayHeader.length + data.byteLength)
    .raw(arrayHeader);
  const head = writer.take();
  const tail = writer
    .bytes(FIELD.shape.number, packed(dims))
    .int32(FIELD.dtype.number, types.dataType)
    .int32(FIELD.modality.number, modality)
    .int32(FIELD.requiresGrad.number, requiresGrad)
    .take();
  return [head, new Uint8Array(data.buffer, data.byteOffset, data.byteLength), tail];
}

/**
 * Reads a `Tensor` message. Its dtype and shape win over those of the buffer, as in the seed era.
 *
 * The tensor is a view of the message's bytes where type and alignment allow it.
 *
 * @throws {BittensorError} `wire/tensor` or `wire/cast` if the message is no tensor within the
 * limits.
 */
export function decodeTensor(message: EncodedTensor, options: DecodeOptions = {}): Tensor {
  if (message.serializer !== Serializer.MSGPACK) {
    throw notDecodable(`its serializer ${message.serializer} is not known`);
  }
  const type = wireTypeOf(message.dtype);
  if (type === undefined) throw notDecodable(`its element type ${message.dtype} is not known`);
  const array = decodeArray(message.buffer, options);
  if (message.requiresGrad && !array.type.float) {
    throw notDecodable("only floating-point tensors have gradients");
  }
  return castElements(array.elements, type, resolveShape(message.shape, array.elements.length));
}

/** Dimensions that hold `count` elements; one of them may be −1, which stands for the rest. */
function resolveShape(shape: readonly bigint[], count: number): number[] {
  if (shape.length > MAX_RANK) {
    throw notDecodable(`its rank is ${shape.length}, of at most ${MAX_RANK}`);
  }
  const dims = shape.map(Number);
  const open = dims.indexOf(-1);
  if (open >= 0) dims[open] = count / elementCount(dims.toSpliced(open, 1));
  const valid = dims.every((dim) => Number.isInteger(dim) && dim >= 0 && dim <= MAX_ELEMENTS);
  if (valid && elementCount(dims) === count) return dims;
  throw notDecodable(`its shape [${shape.join(", ")}] does not hold ${count} elements`);
}

function notEncodable(tensor: Tensor, reason: string): BittensorError {
  return new BittensorError("wire/tensor", `Cannot encode ${formatShape(tensor)}: ${reason}`);
}

function notDecodable(reason: string): BittensorError {
  return new BittensorError("wire/tensor", `Cannot decode the tensor: ${reason}`);
}
