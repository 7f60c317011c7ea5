/** Conversion of elements from one type to another. */

import { BittensorError } from "../base/errors.ts";
import { Tensor } from "../base/tensor.ts";
import type { Elements, WireType } from "./dtype.ts";

/**
 * A tensor of these elements, converted to `type` where they have another.
 *
 * Fractions are cut off toward zero; integers that do not fit wrap around.
 *
 * @throws {BittensorError} `wire/cast` if NaN or an infinity would have to become an integer.
 */
export function castElements(elements: Elements, type: WireType, dims: readonly number[]): Tensor {
  switch (type) {
    case "float32":
      return new Tensor(type, toFloat32(elements), dims);
    case "float64":
      return new Tensor(type, toFloat64(elements), dims);
    case "int32":
      return new Tensor(type, toInt32(elements), dims);
    case "int64":
      return new Tensor(type, toInt64(elements), dims);
  }
}

/** Elements as 32-bit floats; the same array if they are. */
export function toFloat32(elements: Elements): Float32Array {
  if (elements instanceof Float32Array) return elements;
  return elements instanceof BigInt64Array
    ? Float32Array.from(elements, Number)
    : new Float32Array(elements);
}

/** Elements as 64-bit integers; the same array if they are. */
export function toInt64(elements: Elements): BigInt64Array {
  if (elements instanceof BigInt64Array) return elements;
  return BigInt64Array.from(integers(elements), BigInt);
}

function toFloat64(elements: Elements): Float64Array {
  if (elements instanceof Float64Array) return elements;
  return elements instanceof BigInt64Array
    ? Float64Array.from(elements, Number)
    : new Float64Array(elements);
}

function toInt32(elements: Elements): Int32Array {
  if (elements instanceof Int32Array) return elements;
  return elements instanceof BigInt64Array
    ? Int32Array.from(elements, (value) => Number(BigInt.asIntN(32, value)))
    : new Int32Array(integers(elements));
}

function integers(elements: Exclude<Elements, BigInt64Array>): Float64Array {
  return Float64Array.from(elements, (value) => {
    if (Number.isFinite(value)) return Math.trunc(value);
    throw new BittensorError("wire/cast", `Cannot convert ${value} to an integer`);
  });
}
