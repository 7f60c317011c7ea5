/** The one place that knows `numpy-ts`: arrays for analysis, as NumPy has them. */

import { frombuffer, NDArray, zeros } from "numpy-ts";
import { Tensor } from "../base/tensor.ts";

export { NDArray };

/** Typed arrays that become an array without a change of type. */
type Column = Float32Array | Float64Array | Int32Array | BigInt64Array;

/**
 * An array of the given shape with a copy of these elements, row-major.
 *
 * @param shape Dimensions; one dimension of all elements by default.
 */
export function ndarray(
  elements: Column,
  shape: readonly number[] = [elements.length],
): NDArray {
  const dtype = dtypeOf(elements);
  if (elements.length === 0) return zeros([...shape], dtype);
  return frombuffer(elements, dtype).reshape(...shape);
}

/**
 * A tensor as an array, to slice, reduce, print and save it as NumPy does.
 *
 * @throws {TypeError} If the tensor is not of type float32, float64, int32 or int64.
 *
 * @example The mean of an answer
 * ```ts
 * import { fromTensor, Tensor } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * const answer = new Tensor("float32", new Float32Array([1, 2, 3, 6]), [1, 2, 2]);
 * assert.deepEqual(fromTensor(answer).shape, [1, 2, 2]);
 * assert.equal(fromTensor(answer).mean(), 3);
 * ```
 */
export function fromTensor(tensor: Tensor): NDArray {
  const { data } = tensor;
  if (
    data instanceof Float32Array || data instanceof Float64Array ||
    data instanceof Int32Array || data instanceof BigInt64Array
  ) return ndarray(data, tensor.dims);
  throw new TypeError(`Cannot make an array of a ${tensor.type} tensor`);
}

/**
 * An array as a tensor, to send it or to run a model on it.
 *
 * @throws {TypeError} If the array is not of type float32, float64, int32 or int64.
 */
export function toTensor(array: NDArray): Tensor {
  const contiguous = array.flatten().data;
  const shape = [...array.shape];
  if (contiguous instanceof Float32Array) return new Tensor("float32", contiguous.slice(), shape);
  if (contiguous instanceof Float64Array) return new Tensor("float64", contiguous.slice(), shape);
  if (contiguous instanceof Int32Array) return new Tensor("int32", contiguous.slice(), shape);
  if (contiguous instanceof BigInt64Array) return new Tensor("int64", contiguous.slice(), shape);
  throw new TypeError(`Cannot make a tensor of an array of ${array.dtype}`);
}

function dtypeOf(elements: Column): "float32" | "float64" | "int32" | "int64" {
  if (elements instanceof Float32Array) return "float32";
  if (elements instanceof Float64Array) return "float64";
  return elements instanceof Int32Array ? "int32" : "int64";
}
