/** The one place that knows `numpy-ts`: arrays for analysis, as NumPy has them. */

import { frombuffer, NDArray, parseNpz, serializeNpz, zeros } from "numpy-ts";
import { Tensor } from "../base/tensor.ts";

export { NDArray };

/** Typed arrays, by the element type of the array that they become. */
export interface TypedArrays {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int32: Int32Array;
  readonly int64: BigInt64Array;
  readonly uint8: Uint8Array;
  readonly uint16: Uint16Array;
  readonly uint32: Uint32Array;
  readonly uint64: BigUint64Array;
}

/** Element type of an array. */
export type ElementType = keyof TypedArrays;

/** A typed array that becomes an array without a change of type. */
type Column = TypedArrays[ElementType];

/** The element type that a typed array has as an array. */
type ElementTypeOf<C extends Column> = {
  [Type in ElementType]: C extends TypedArrays[Type] ? Type : never;
}[ElementType];

const CONSTRUCTORS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
} as const;

/**
 * An array of the given shape with a copy of these elements, row-major.
 *
 * @param shape Dimensions; one dimension of all elements by default.
 */
export function ndarray<C extends Column>(
  elements: C,
  shape: readonly number[] = [elements.length],
): NDArray<ElementTypeOf<C>> {
  mendPrinting();
  const type = typeOf(elements) as ElementTypeOf<C>;
  if (elements.length === 0) return zeros([...shape], type);
  return frombuffer(elements, type).reshape(...shape);
}

/** The elements of an array, row-major and without its shape; undefined if it has another type. */
export function elementsOf<Type extends ElementType>(
  array: NDArray,
  type: Type,
): TypedArrays[Type] | undefined {
  if (array.dtype !== type) return undefined;
  return array.flatten().data.slice() as TypedArrays[Type];
}

/** Whether an element of an array of truth values is true, in the order of its elements. */
export function truthValues(array: NDArray): boolean[] | undefined {
  if (array.dtype !== "bool") return undefined;
  return Array.from(array.flatten().data, Boolean);
}

/** The bytes of an `.npz` file, which NumPy opens; the same arrays give the same bytes. */
export function toNpz(arrays: Readonly<Record<string, NDArray>>): Promise<Uint8Array> {
  return serializeNpz(arrays);
}

/**
 * The arrays of an `.npz` file.
 *
 * @throws {Error} If it is no such file, or not all of it.
 */
export async function fromNpz(bytes: Uint8Array): Promise<ReadonlyMap<string, NDArray>> {
  const { arrays } = await parseNpz(bytes);
  return arrays as Map<string, NDArray>;
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
  const { dtype } = array;
  if (dtype === "float32" || dtype === "float64" || dtype === "int32" || dtype === "int64") {
    return new Tensor(dtype, elementsOf(array, dtype)!, [...array.shape]);
  }
  throw new TypeError(`Cannot make a tensor of an array of ${dtype}`);
}

function typeOf(elements: Column): ElementType {
  const types = Object.keys(CONSTRUCTORS) as ElementType[];
  return types.find((type) => elements instanceof CONSTRUCTORS[type])!;
}

/** What `console.log` of Deno asks an object for. */
const INSPECT = Symbol.for("Deno.customInspect");

/**
 * Arrays print as NumPy's do, also in `console.log`.
 *
 * numpy-ts 1.7.0 prints the wrong elements of arrays whose elements do not lie one after the other,
 * such as `W.slice(":5", ":5")`: they are copied first. It is mended with the first array.
 */
function mendPrinting(): void {
  const { prototype } = NDArray;
  if (Object.hasOwn(prototype, INSPECT)) return;
  const { toString } = prototype;
  prototype.toString = function () {
    return toString.call(this.flags.C_CONTIGUOUS ? this : this.copy());
  };
  const inspect = function (this: NDArray): string {
    return this.toString();
  };
  Object.defineProperty(prototype, INSPECT, { value: inspect });
}
