/** Element types: what callers send, as a model takes it, and what a model gives, as 32-bit floats. */

import { formatShape, Tensor } from "../base/tensor.ts";

/** Smallest and largest of the integers of a type. */
export const INTEGER_RANGES: Readonly<Record<string, readonly [least: bigint, most: bigint]>> = {
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  int16: [-(2n ** 15n), 2n ** 15n - 1n],
  int8: [-(2n ** 7n), 2n ** 7n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  uint16: [0n, 2n ** 16n - 1n],
  uint8: [0n, 2n ** 8n - 1n],
};

/** Makes the elements of a type out of numbers that it can hold. */
const MAKERS = {
  int64: (numbers) => BigInt64Array.from(numbers, BigInt),
  uint64: (numbers) => BigUint64Array.from(numbers, BigInt),
  int32: (numbers) => Int32Array.from(numbers, Number),
  uint32: (numbers) => Uint32Array.from(numbers, Number),
  int16: (numbers) => Int16Array.from(numbers, Number),
  uint16: (numbers) => Uint16Array.from(numbers, Number),
  int8: (numbers) => Int8Array.from(numbers, Number),
  uint8: (numbers) => Uint8Array.from(numbers, Number),
  bool: (numbers) => Uint8Array.from(numbers, Number),
  float64: (numbers) => Float64Array.from(numbers, Number),
  float32: (numbers) => Float32Array.from(numbers, Number),
  float16: (numbers) => Float16Array.from(numbers, Number),
} satisfies Record<string, (numbers: Iterable<number | bigint>) => ArrayBufferView>;

/**
 * A tensor of another element type.
 *
 * @throws {TypeError} If the model wants what numbers cannot be turned into.
 */
export function converted(tensor: Tensor, type: Tensor.Type): Tensor {
  if (tensor.type === type) return tensor;
  const { data, dims } = tensor;
  const isNumeric = data instanceof BigInt64Array || data instanceof Float32Array;
  if (isNumeric && isMade(type)) return tensorOf(type, data, dims);
  throw new TypeError(`Cannot convert ${formatShape(tensor)} to ${type}`);
}

/** A tensor of one number throughout. */
export function filled(
  value: number | bigint | boolean,
  type: Tensor.Type,
  dims: readonly number[],
): Tensor {
  if (!isMade(type)) throw new TypeError(`Cannot fill a tensor of ${type}`);
  const number = typeof value === "boolean" ? Number(value) : value;
  const count = dims.reduce((product, dim) => product * dim, 1);
  return tensorOf(type, Array.from({ length: count }, () => number), dims);
}

function isMade(type: string): type is keyof typeof MAKERS {
  return Object.hasOwn(MAKERS, type);
}

function tensorOf(
  type: keyof typeof MAKERS,
  numbers: Iterable<number | bigint>,
  dims: readonly number[],
): Tensor {
  // The class types each pair of type and array on its own; the table above holds them together.
  return new Tensor(type, MAKERS[type](numbers) as Float32Array, dims);
}

/** The elements of an output as 32-bit floats. */
export function floatsOf(name: string, output: Tensor | undefined): Float32Array {
  if (!output) throw new TypeError(`Cannot read the output ${name}: the model has none`);
  const { data } = output;
  if (data instanceof Float32Array) return data;
  if (data instanceof Float64Array || data instanceof Float16Array) return Float32Array.from(data);
  if (output.type === "float16" && ArrayBuffer.isView(data)) {
    return Float32Array.from(new Float16Array(data.buffer, data.byteOffset, data.length));
  }
  throw new TypeError(`Cannot read the output ${name}: it is ${formatShape(output)}`);
}
