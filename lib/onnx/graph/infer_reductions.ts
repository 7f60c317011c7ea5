/** Type inference of operators that shrink axes to one element, or stretch them. See `infer_types.ts`. */

import { type Attributes, fixedContent, integer, knownContent } from "./attributes.ts";
import { formatDims, type Shape } from "./dim.ts";
import { axisIndices, broadcast, equalShapes, type TensorType } from "./tensor_type.ts";

/** Axes keep a size of 1 unless `keepdims` is 0. */
export function inferReduceSum(
  { keepdims }: Attributes,
  { type, shape }: TensorType,
  axes: TensorType,
): TensorType {
  const indices = reducedAxes(shape, axes);
  const keeps = integer(keepdims, 1);
  if (keeps !== 0 && keeps !== 1) throw new RangeError(`keepdims must be 0 or 1, not ${keeps}`);
  const result = keeps === 0
    ? shape.filter((_, axis) => !indices.includes(axis))
    : shape.map((dim, axis) => indices.includes(axis) ? 1 : dim);
  return { type, shape: result };
}

/** The axes that are added up, counted from the front: all of them if none are named. */
export function reducedAxes(shape: Shape, axes: TensorType): readonly number[] {
  const named = fixedContent(axes, "axes");
  return named.length === 0 ? shape.map((_, axis) => axis) : axisIndices(named, shape.length);
}

/** Stretches sizes of 1, and puts axes in front. */
export function inferExpand(
  _: Attributes,
  { type, shape }: TensorType,
  newShape: TensorType,
): TensorType {
  const result = knownContent(newShape, "new shape");
  if (!equalShapes(broadcast(shape, result), result)) {
    throw new RangeError(`${formatDims(shape)} does not stretch to ${formatDims(result)}`);
  }
  return { type, shape: result };
}
