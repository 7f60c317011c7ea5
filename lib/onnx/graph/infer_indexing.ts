/** Type inference of operators that take parts of tensors, or put them back. See `infer_types.ts`. */

import { type Attributes, fixedContent, integer, knownContent } from "./attributes.ts";
import { type Dim, formatDims, type Shape, sum } from "./dim.ts";
import { axisIndex, equalShapes, requireSameType, type TensorType } from "./tensor_type.ts";

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
  requireElementIndices(indices, shape);
  axisIndex(integer(axis, 0), shape.length);
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
  requireElementIndices(indices, data.shape);
  requireSameType(data, updates);
  axisIndex(integer(axis, 0), data.shape.length);
  if (!equalShapes(updates.shape, indices.shape)) {
    throw new RangeError(`the updates must be ${formatDims(indices.shape)}, as the indices are`);
  }
  return { type: data.type, shape: data.shape };
}

function requireElementIndices({ type, shape }: TensorType, dataShape: Shape): void {
  if (type === "int64" && shape.length === dataShape.length) return;
  throw new RangeError(`the indices must be int64, of rank ${dataShape.length} as the data`);
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
  const result = [...shape];
  fixedContent(axes, "axes").forEach((axis, place) => {
    const index = axisIndex(axis, shape.length);
    result[index] = sliced(shape[index]!, from[place], to[place]);
  });
  return { type, shape: result };
}

function sliced(size: Dim, start: number | undefined, end: Dim | undefined): Dim {
  if (start === undefined || end === undefined) throw new RangeError("an axis lacks start or end");
  if (start === 0 && typeof end === "string") return end;
  if (typeof size === "number" && typeof end === "number" && 0 <= start && start <= end) {
    return Math.max(Math.min(size, end) - start, 0);
  }
  throw new RangeError(`the size of ${size} from ${start} to ${end} is not known`);
}

/** Amounts before each axis, then after each; a negative one cuts off. */
export function inferPad(_: Attributes, input: TensorType, pads: TensorType): TensorType {
  const { type, shape, content } = input;
  const amounts = knownContent(pads, "amounts");
  if (amounts.length !== 2 * shape.length) throw new RangeError("each axis needs two amounts");
  const result = shape.map((dim, axis) =>
    paddedTwice(dim, amounts[axis]!, amounts[axis + shape.length]!)
  );
  const [before, after] = amounts;
  if (content === undefined || typeof before !== "number" || typeof after !== "number") {
    return { type, shape: result };
  }
  const zeros = (count: number) => Array.from({ length: Math.max(count, 0) }, () => 0);
  const kept = content.slice(Math.max(-before, 0), content.length + Math.min(after, 0));
  return { type, shape: result, content: [...zeros(before), ...kept, ...zeros(after)] };
}

function paddedTwice(dim: Dim, before: Dim, after: Dim): Dim {
  const cut = [before, after].reduce<number>(
    (sum, amount) => typeof amount === "number" ? sum + Math.max(-amount, 0) : sum,
    0,
  );
  if (typeof dim === "number" && cut > dim) {
    throw new RangeError(`${cut} cannot be cut off an axis of ${dim}`);
  }
  return padded(padded(dim, before), after);
}

function padded(dim: Dim, amount: Dim): Dim {
  const result = sum(dim, amount);
  if (result !== undefined) return result;
  throw new RangeError(`the size of ${dim} and ${amount} more is not known`);
}
