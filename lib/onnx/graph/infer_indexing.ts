/** Type inference of operators that take parts of tensors, or put them back. See `infer_types.ts`. */

import { type Attributes, fixedContent, integer, knownContent } from "./attributes.ts";
import { type Dim, formatDims, type Shape, sum } from "./dim.ts";
import {
  axisIndex,
  axisIndices,
  equalShapes,
  requireSameType,
  type TensorType,
} from "./tensor_type.ts";

export function inferGather(
  { axis }: Attributes,
  { type, shape }: TensorType,
  indices: TensorType,
): TensorType {
  if (indices.type !== "int64") throw new RangeError("the indices must be int64");
  const index = axisIndex(integer(axis, 0), shape.length);
  return { type, shape: shape.toSpliced(index, 1, ...indices.shape) };
}

/** Takes an element for each index: at the same place, but for the axis, where the index says. */
export function inferGatherElements(
  { axis }: Attributes,
  { type, shape }: TensorType,
  indices: TensorType,
): TensorType {
  requireElementIndices(indices, shape, integer(axis, 0));
  return { type, shape: indices.shape };
}

/** Adds each of the updates to the element that its index names. */
export function inferScatterElements(
  { axis, reduction }: Attributes,
  data: TensorType,
  indices: TensorType,
  updates: TensorType,
): TensorType {
  if (reduction !== "add") throw new RangeError('the reduction must be "add"');
  requireElementIndices(indices, data.shape, integer(axis, 0));
  requireSameType(data, updates);
  if (!equalShapes(updates.shape, indices.shape)) {
    throw new RangeError(`the updates must be ${formatDims(indices.shape)}, as the indices are`);
  }
  return { type: data.type, shape: data.shape };
}

function requireElementIndices(
  { type, shape }: TensorType,
  dataShape: Shape,
  axis: number,
): void {
  if (type !== "int64" || shape.length !== dataShape.length) {
    throw new RangeError(`the indices must be int64, of rank ${dataShape.length} as the data`);
  }
  const indexed = axisIndex(axis, dataShape.length);
  const reachesOut = shape.some((size, other) => other !== indexed && size > dataShape[other]!);
  if (!reachesOut) return;
  throw new RangeError(`the indices reach out of the data, beside axis ${indexed}`);
}

/** A symbolic end is taken to lie within the dimension. */
export function inferSlice(
  _: Attributes,
  { type, shape }: TensorType,
  starts: TensorType,
  ends: TensorType,
  axes: TensorType,
): TensorType {
  const from = fixedContent(starts, "starts");
  const to = knownContent(ends, "ends");
  const indices = axisIndices(fixedContent(axes, "axes"), shape.length);
  if (from.length !== indices.length || to.length !== indices.length) {
    throw new RangeError("each axis needs one start and one end");
  }
  const result = [...shape];
  indices.forEach((index, place) => {
    result[index] = sliced(shape[index]!, from[place]!, to[place]!);
  });
  return { type, shape: result };
}

function sliced(size: Dim, start: number, end: Dim): Dim {
  if (start === 0 && typeof end === "string") return end;
  if (typeof size === "number" && typeof end === "number" && 0 <= start && start <= end) {
    return Math.max(Math.min(size, end) - start, 0);
  }
  throw new RangeError(`the size of ${size} from ${start} to ${end} is not known`);
}

/**
 * Amounts before each axis, then after each; elements are cut off where one is negative. A symbolic
 * amount is taken to be none of those.
 */
export function inferPad(_: Attributes, input: TensorType, pads: TensorType): TensorType {
  const { type, shape, content } = input;
  const amounts = knownContent(pads, "amounts");
  if (shape.length === 0) throw new RangeError("a scalar has no axis");
  if (amounts.length !== 2 * shape.length) throw new RangeError("each axis needs two amounts");
  const result = shape.map((dim, axis) =>
    padded(dim, amounts[axis]!, amounts[axis + shape.length]!)
  );
  const [before, after] = amounts;
  return content === undefined || typeof before !== "number" || typeof after !== "number"
    ? { type, shape: result }
    : { type, shape: result, content: paddedContent(content, before, after) };
}

function padded(dim: Dim, before: Dim, after: Dim): Dim {
  const cut = cutOff(before) + cutOff(after);
  if (typeof dim === "number" && cut > dim) {
    throw new RangeError(`${cut} cannot be cut off a size of ${dim}`);
  }
  return enlarged(enlarged(dim, before), after);
}

function enlarged(dim: Dim, amount: Dim): Dim {
  const result = sum(dim, amount);
  if (result !== undefined) return result;
  throw new RangeError(`the size of ${dim} and ${amount} more is not known`);
}

/** How many elements an amount of `Pad` cuts off. */
export function cutOff(amount: Dim): number {
  return typeof amount === "number" ? Math.max(-amount, 0) : 0;
}

function paddedContent(content: Shape, before: number, after: number): Shape {
  const zeros = (amount: number) => Array.from({ length: Math.max(amount, 0) }, () => 0);
  const kept = content.slice(cutOff(before), content.length - cutOff(after));
  return [...zeros(before), ...kept, ...zeros(after)];
}
