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

/*
 * Loops, not `from()`, which makes a list of all values first: a GiB and seconds for 16 Mi elements.
 */

/** Elements as 32-bit floats; the same array if they are. */
export function toFloat32(elements: Elements): Float32Array {
  if (elements instanceof Float32Array) return elements;
  return elements instanceof BigInt64Array
    ? copyNumbers(elements, new Float32Array(elements.length))
    : new Float32Array(elements);
}

/** Elements as 64-bit integers; the same array if they are. */
export function toInt64(elements: Elements): BigInt64Array {
  if (elements instanceof BigInt64Array) return elements;
  const converted = new BigInt64Array(elements.length);
  // In halves, low one first, which takes no bigint for each element.
  const halves = new Uint32Array(converted.buffer);
  for (let index = 0; index < elements.length; index++) {
    const value = toInteger(elements[index]);
    const high = Math.floor(value / 2 ** 32);
    halves[2 * index] = value - high * 2 ** 32;
    halves[2 * index + 1] = high;
  }
  return converted;
}

function toFloat64(elements: Elements): Float64Array {
  if (elements instanceof Float64Array) return elements;
  return elements instanceof BigInt64Array
    ? copyNumbers(elements, new Float64Array(elements.length))
    : new Float64Array(elements);
}

function toInt32(elements: Elements): Int32Array {
  if (elements instanceof Int32Array) return elements;
  const converted = new Int32Array(elements.length);
  if (elements instanceof BigInt64Array) {
    const halves = new Int32Array(elements.buffer, elements.byteOffset, 2 * elements.length);
    for (let index = 0; index < converted.length; index++) {
      converted[index] = halves[2 * index] ?? 0;
    }
  } else {
    for (let index = 0; index < converted.length; index++) {
      converted[index] = toInteger(elements[index]);
    }
  }
  return converted;
}

function copyNumbers<T extends Float32Array | Float64Array>(source: BigInt64Array, target: T): T {
  for (let index = 0; index < source.length; index++) target[index] = Number(source[index]);
  return target;
}

function toInteger(value = NaN): number {
  if (Number.isFinite(value)) return Math.trunc(value);
  throw new BittensorError("wire/cast", `Cannot convert ${value} to an integer`);
}
