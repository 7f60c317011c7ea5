/** NumPy arrays as MessagePack bytes, as the Python library msgpack-numpy writes them. */

import { BittensorError } from "../base/errors.ts";
import { elementCount } from "../base/tensor.ts";
import { type Elements, NUMPY_TYPES, type NumpyType } from "./dtype.ts";
import { MAX_ELEMENTS, MAX_RANK } from "./limits.ts";
import { MsgpackReader } from "./msgpack_reader.ts";

/** An array that was read. */
export interface NumpyArray {
  readonly type: NumpyType;
  /** Row-major; a view of the bytes where their alignment allows it. */
  readonly elements: Elements;
}

/** A map of 5 whose first entry is "nd": true and whose second key, "type", is still to be filled. */
const START = [0x85, ...binary("nd"), 0xc3, ...binary("type")];
/** The third entry, "kind": empty, and the key of the fourth. */
const MIDDLE = [...binary("kind"), 0xc4, 0, ...binary("shape")];
/** The key of the fifth entry. */
const END = binary("data");

/**
 * What comes before the data of an array: all of the encoding but the data itself.
 *
 * @param numpyType NumPy's type string, such as `<f4`.
 * @param byteLength Length of the row-major data in bytes.
 */
export function encodeArrayHeader(
  numpyType: string,
  dims: readonly number[],
  byteLength: number,
): number[] {
  const header = [...START, 0xa0 | numpyType.length];
  for (let index = 0; index < numpyType.length; index++) header.push(numpyType.charCodeAt(index));
  header.push(...MIDDLE, 0x90 | dims.length);
  for (const dim of dims) {
    if (dim < 0x80) header.push(dim);
    else pushSized(header, 0xcc, dim);
  }
  header.push(...END);
  pushSized(header, 0xc4, byteLength);
  return header;
}

/** Options of reading an array or a tensor. */
export interface DecodeOptions {
  /**
   * Whether the data may be moved within the bytes that it comes in, which then can not be read again:
   * it is aligned so without a copy. @default {false}
   */
  readonly consume?: boolean;
}

/**
 * Reads an array: keys in any order, `kind` may be missing, nothing may follow.
 *
 * @throws {BittensorError} `wire/tensor` for all else, such as big-endian data or pickled objects.
 */
export function decodeArray(buffer: Uint8Array, options: DecodeOptions = {}): NumpyArray {
  const fields = readFields(buffer);
  const type = NUMPY_TYPES.get(fields.type ?? "");
  if (type === undefined) {
    throw refused(`${JSON.stringify(fields.type)} is no element type that can be read`);
  }
  const { nd, shape, data, kind = "" } = fields;
  if (nd !== true || shape === undefined || data === undefined || kind !== "") {
    throw refused("it is no plain array");
  }
  const count = elementCount(shape);
  if (count > MAX_ELEMENTS) throw refused(`it has more than ${MAX_ELEMENTS} elements`);
  if (count * type.size !== data.length) {
    throw refused(`${data.length} bytes do not fill the shape [${shape.join(", ")}]`);
  }
  return { type, elements: viewElements(data, type, count, options) };
}

interface Fields {
  nd?: boolean;
  type?: string;
  kind?: string;
  shape?: readonly number[];
  data?: Uint8Array;
}

function readFields(buffer: Uint8Array): Fields {
  const reader = new MsgpackReader(buffer);
  const fields: Fields = {};
  for (let left = reader.mapLength(); left > 0; left--) {
    // Peers of any kind write the keys as binary data; text keys were refused in the seed era.
    const key = reader.binaryText();
    if (Object.hasOwn(fields, key)) throw refused(`its key ${key} comes twice`);
    if (key === "nd") fields.nd = reader.boolean();
    else if (key === "type") fields.type = reader.text();
    else if (key === "kind") fields.kind = reader.text();
    else if (key === "shape") fields.shape = readShape(reader);
    else if (key === "data") fields.data = reader.binary();
    else throw refused("it has an unknown key");
  }
  if (!reader.done) throw refused("bytes follow the array");
  return fields;
}

function readShape(reader: MsgpackReader): number[] {
  const rank = reader.arrayLength();
  if (rank > MAX_RANK) throw refused(`its rank is ${rank}, of at most ${MAX_RANK}`);
  return Array.from({ length: rank }, () => reader.unsigned());
}

function viewElements(
  data: Uint8Array,
  type: NumpyType,
  count: number,
  { consume = false }: DecodeOptions,
): Elements {
  const excess = data.byteOffset % type.size;
  if (excess === 0) return type.view(data.buffer, data.byteOffset, count);
  if (!consume) return type.view(new Uint8Array(data).buffer, 0, count);
  // Over the end of the header, which was read and is always longer.
  const start = data.byteOffset - excess;
  new Uint8Array(data.buffer, start).copyWithin(0, excess, excess + data.length);
  return type.view(data.buffer, start, count);
}

function refused(reason: string): BittensorError {
  return new BittensorError("wire/tensor", `Cannot decode the tensor: ${reason}`);
}

function binary(text: string): number[] {
  return [0xc4, text.length, ...new TextEncoder().encode(text)];
}

/** A big-endian integer in the smallest of the forms that start with `first`: 8, 16 or 32 bits. */
function pushSized(bytes: number[], first: number, value: number): void {
  if (value < 0x100) bytes.push(first, value);
  else if (value < 0x10000) bytes.push(first + 1, value >>> 8, value & 0xff);
  else bytes.push(first + 2, value >>> 24, value >>> 16 & 0xff, value >>> 8 & 0xff, value & 0xff);
}
