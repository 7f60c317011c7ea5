/** What is known of a tensor while a graph is built: element type, shape, sometimes the content. */

import { type Dim, formatDims, type Shape } from "./dim.ts";

/** Element types that graphs here use; one built with float32 may be turned into another float. */
export type ElementType = "float32" | "float16" | "float64" | "int64";

/** Type of a tensor in a graph. */
export interface TensorType {
  readonly type: ElementType;
  readonly shape: Shape;
  /**
   * Elements of an int64 vector that are known while building, such as the sizes that `Shape`
   * returns. Operators that take sizes as inputs infer their result from them.
   */
  readonly content?: Shape | undefined;
}

/** For people: `float32 [batch, sequence, 512]`. */
export function formatType({ type, shape }: TensorType): string {
  return `${type} ${formatDims(shape)}`;
}

/**
 * The shape of an element-wise operation on two tensors: aligned at the last dimension, where a 1
 * or a missing dimension stretches to fit the other. A symbolic dimension equals only itself.
 *
 * @throws {RangeError} If two dimensions differ.
 */
export function broadcast(left: Shape, right: Shape): Shape {
  const rank = Math.max(left.length, right.length);
  return Array.from({ length: rank }, (_, index) => {
    const a = left[index - rank + left.length] ?? 1;
    const b = right[index - rank + right.length] ?? 1;
    if (a === b || b === 1) return a;
    if (a === 1) return b;
    throw new RangeError(`${formatDims(left)} and ${formatDims(right)} do not broadcast`);
  });
}

/**
 * Checks that inputs have one element type.
 *
 * @throws {RangeError} If they differ.
 */
export function requireSameType(...inputs: readonly TensorType[]): void {
  if (inputs.some(({ type }) => type !== inputs[0]?.type)) {
    throw new RangeError("the element types differ");
  }
}

/** Whether two shapes are the same, symbolic dimensions included. */
export function equalShapes(left: Shape, right: Shape): boolean {
  return left.length === right.length && left.every((dim, index) => dim === right[index]);
}

/** Whether two tensors have the same element type and shape. */
export function sameType(left: TensorType, right: TensorType): boolean {
  return left.type === right.type && equalShapes(left.shape, right.shape);
}

/**
 * Index of an axis, which may be counted from the end: -1 is the last.
 *
 * @throws {RangeError} If there is no such axis.
 */
export function axisIndex(axis: number, rank: number): number {
  const index = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(index) && index >= 0 && index < rank) return index;
  throw new RangeError(`a tensor of rank ${rank} has no axis ${axis}`);
}

/**
 * Indices of axes, each of which may be counted from the end.
 *
 * @throws {RangeError} If there is no such axis, or one is named twice.
 */
export function axisIndices(axes: readonly number[], rank: number): readonly number[] {
  const indices = axes.map((axis) => axisIndex(axis, rank));
  const twice = indices.find((index, place) => indices.indexOf(index) !== place);
  if (twice === undefined) return indices;
  throw new RangeError(`axis ${twice} is named twice`);
}

/**
 * Checks that all dimensions are sizes.
 *
 * @throws {RangeError} If one is negative, no integer, or a name that is empty.
 */
export function requireSizes(shape: Shape): void {
  const wrong = shape.find((dim) => !isSize(dim));
  if (wrong === undefined) return;
  throw new RangeError(`in ${formatDims(shape)}, ${JSON.stringify(wrong)} is not a size or a name`);
}

function isSize(dim: Dim): boolean {
  return typeof dim === "string" ? dim !== "" : Number.isSafeInteger(dim) && dim >= 0;
}
