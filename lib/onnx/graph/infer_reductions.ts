/** Type inference of operators that shrink axes to one element, or stretch them. See `infer_types.ts`. */

import { type Attributes, fixedContent, integer, knownContent } from "./attributes.ts";
import { formatDims } from "./dim.ts";
import { axisIndex, broadcast, equalShapes, type TensorType } from "./tensor_type.ts";

/** Axes keep a size of 1 unless `keepdims` is 0; no axes are all of them, as in the specification. */
export function inferReduceSum(
  { keepdims }: Attributes,
  { type, shape }: TensorType,
  axes: TensorType,
): TensorType {
  const indices = reducedAxes(axes, shape.length);
  const result = integer(keepdims, 1) === 0
    ? shape.filter((_, axis) => !indices.includes(axis))
    : shape.map((dim, axis) => indices.includes(axis) ? 1 : dim);
  return { type, shape: result };
}

/** The axes that are added up. */
export function reducedAxes(axes: TensorType, rank: number): readonly number[] {
  const named = fixedContent(axes, "axes").map((axis) => axisIndex(axis, rank));
  return named.length > 0 ? named : Array.from({ length: rank }, (_, axis) => axis);
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
