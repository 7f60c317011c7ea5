/** Element types: our tensors, NumPy's type strings and the numbers on the wire. */

import { DataType } from "../../proto/gen/bittensor_pb.ts";

/** Element types that peers understand. */
export type WireType = "float32" | "float64" | "int32" | "int64";

/** Numbers of one type, in memory. */
export type Elements =
  | Float16Array
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array;

/** How NumPy stores an element type. */
export interface NumpyType {
  /** Bytes of one element. */
  readonly size: number;
  /** Whether it holds fractions. */
  readonly float: boolean;
  /** A view of `length` elements, without a copy; the offset must be a multiple of `size`. */
  readonly view: (buffer: ArrayBufferLike, byteOffset: number, length: number) => Elements;
}

/** The NumPy types that we read, all little-endian; whatever is not here is refused. */
export const NUMPY_TYPES: ReadonlyMap<string, NumpyType> = new Map<string, NumpyType>([
  ["<f2", { size: 2, float: true, view: (...at) => new Float16Array(...at) }],
  ["<f4", { size: 4, float: true, view: (...at) => new Float32Array(...at) }],
  ["<f8", { size: 8, float: true, view: (...at) => new Float64Array(...at) }],
  ["|i1", { size: 1, float: false, view: (...at) => new Int8Array(...at) }],
  ["<i2", { size: 2, float: false, view: (...at) => new Int16Array(...at) }],
  ["<i4", { size: 4, float: false, view: (...at) => new Int32Array(...at) }],
  ["<i8", { size: 8, float: false, view: (...at) => new BigInt64Array(...at) }],
  ["|u1", { size: 1, float: false, view: (...at) => new Uint8Array(...at) }],
  ["|b1", { size: 1, float: false, view: (...at) => new Uint8Array(...at) }],
]);

/**
 * How each type of our tensors is written.
 *
 * Those with `UNKNOWN` are serialized as the seed era did, but no receiver accepts them.
 */
export const TENSOR_TYPES: ReadonlyMap<string, { numpy: string; dataType: DataType }> = new Map([
  ["float32", { numpy: "<f4", dataType: DataType.FLOAT32 }],
  ["float64", { numpy: "<f8", dataType: DataType.FLOAT64 }],
  ["int32", { numpy: "<i4", dataType: DataType.INT32 }],
  ["int64", { numpy: "<i8", dataType: DataType.INT64 }],
  ["float16", { numpy: "<f2", dataType: DataType.UNKNOWN }],
  ["int8", { numpy: "|i1", dataType: DataType.UNKNOWN }],
  ["int16", { numpy: "<i2", dataType: DataType.UNKNOWN }],
  ["uint8", { numpy: "|u1", dataType: DataType.UNKNOWN }],
  ["bool", { numpy: "|b1", dataType: DataType.UNKNOWN }],
]);

/** The element type behind a number on the wire, if peers understand it. */
export function wireTypeOf(dataType: DataType): WireType | undefined {
  switch (dataType) {
    case DataType.FLOAT32:
      return "float32";
    case DataType.FLOAT64:
      return "float64";
    case DataType.INT32:
      return "int32";
    case DataType.INT64:
      return "int64";
    default:
      return undefined;
  }
}
