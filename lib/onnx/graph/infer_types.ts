/**
 * Type inference of each operator: `(attributes, ...inputs) => output`.
 *
 * Each throws a RangeError that says what does not fit; the graph builder adds which node it was.
 * Sizes that arrive as inputs must be known while building (see `TensorType.content`).
 */

import { TensorProto_DataType } from "../../../proto/gen/onnx_pb.ts";
import {
  axisIndex,
  broadcast,
  type Dim,
  equalCounts,
  equalShapes,
  formatDims,
  type Shape,
  type TensorType,
} from "./tensor_type.ts";

/** Attributes of a node, by name; one left out has the default of the specification. */
export type Attributes = Readonly<Record<string, number | readonly number[] | undefined>>;

export function inferSame(_: Attributes, { type, shape }: TensorType): TensorType {
  return { type, shape };
}

export function inferElementWise(_: Attributes, left: TensorType, right: TensorType): TensorType {
  if (left.type !== right.type) throw new RangeError("the element types differ");
  return { type: left.type, shape: broadcast(left.shape, right.shape) };
}

export function inferSoftmax({ axis }: Attributes, { type, shape }: TensorType): TensorType {
  axisIndex(integer(axis, -1), shape.length);
  return { type, shape };
}

export function inferLayerNormalization(
  { axis }: Attributes,
  { type, shape }: TensorType,
  scale: TensorType,
  bias: TensorType,
): TensorType {
  const normalized = shape.slice(axisIndex(integer(axis, -1), shape.length));
  if (!equalShapes(scale.shape, normalized) || !equalShapes(bias.shape, normalized)) {
    throw new RangeError(`scale and bias must be ${formatDims(normalized)}`);
  }
  return { type, shape };
}

export function inferMatMul(_: Attributes, left: TensorType, right: TensorType): TensorType {
  if (left.shape.length < 2 || right.shape.length < 2) {
    throw new RangeError("both inputs must have at least rank 2");
  }
  const [rows, inner] = left.shape.slice(-2);
  const [rightInner, columns] = right.shape.slice(-2);
  if (inner !== rightInner) {
    throw new RangeError(`the inner sizes ${inner} and ${rightInner} differ`);
  }
  const batch = broadcast(left.shape.slice(0, -2), right.shape.slice(0, -2));
  return { type: left.type, shape: [...batch, rows!, columns!] };
}

export function inferGather(
  { axis }: Attributes,
  { type, shape }: TensorType,
  indices: TensorType,
): TensorType {
  if (indices.type !== "int64") throw new RangeError("the indices must be int64");
  const index = axisIndex(integer(axis, 0), shape.length);
  return { type, shape: shape.toSpliced(index, 1, ...indices.shape) };
}

export function inferTranspose({ perm }: Attributes, { type, shape }: TensorType): TensorType {
  const axes = integers(perm, shape.map((_, axis) => axis).reverse());
  if (!equalShapes(axes.toSorted((a, b) => a - b), shape.map((_, axis) => axis))) {
    throw new RangeError(`${formatDims(axes)} is no order of its axes`);
  }
  return { type, shape: axes.map((axis) => shape[axis]!) };
}

/** A 0 in the new shape keeps the size at its place. */
export function inferReshape(
  _: Attributes,
  { type, shape }: TensorType,
  newShape: TensorType,
): TensorType {
  const result = known(newShape, "new shape").map((dim, axis) =>
    dim === 0 ? shape[axis] ?? 0 : dim
  );
  if (!equalCounts(shape, result)) {
    throw new RangeError(`${formatDims(shape)} cannot become ${formatDims(result)}`);
  }
  return { type, shape: result };
}

export function inferUnsqueeze(
  _: Attributes,
  { type, shape }: TensorType,
  axes: TensorType,
): TensorType {
  const newAxes = fixed(axes, "axes");
  const rank = shape.length + newAxes.length;
  const indices = newAxes.map((axis) => axisIndex(axis, rank)).sort((a, b) => a - b);
  return { type, shape: indices.reduce<Shape>((s, index) => s.toSpliced(index, 0, 1), shape) };
}

/** A symbolic end is taken to lie within the dimension. */
export function inferSlice(
  _: Attributes,
  { type, shape }: TensorType,
  starts: TensorType,
  ends: TensorType,
  axes: TensorType,
): TensorType {
  const from = fixed(starts, "starts");
  const to = known(ends, "ends");
  const result = [...shape];
  fixed(axes, "axes").forEach((axis, place) => {
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

/** Amounts before each axis, then after each. */
export function inferPad(_: Attributes, { type, shape }: TensorType, pads: TensorType): TensorType {
  const amounts = fixed(pads, "amounts");
  if (amounts.length !== 2 * shape.length) throw new RangeError("each axis needs two amounts");
  const result = shape.map((dim, axis) => {
    const added = amounts[axis]! + amounts[axis + shape.length]!;
    if (added === 0) return dim;
    if (typeof dim === "number") return dim + added;
    throw new RangeError(`the size of ${dim} and ${added} more is not known`);
  });
  return { type, shape: result };
}

export function inferShape({ start, end }: Attributes, { shape }: TensorType): TensorType {
  const content = shape.slice(integer(start, 0), integer(end, shape.length));
  return { type: "int64", shape: [content.length], content };
}

export function inferCast({ to }: Attributes, { shape, content }: TensorType): TensorType {
  switch (to) {
    case TensorProto_DataType.FLOAT:
      return { type: "float32", shape };
    case TensorProto_DataType.INT64:
      return { type: "int64", shape, content };
    default:
      throw new RangeError(`there is no element type ${to} here`);
  }
}

function integer(value: Attributes[string], standard: number): number {
  return typeof value === "number" ? value : standard;
}

function integers(value: Attributes[string], standard: readonly number[]): readonly number[] {
  return typeof value === "object" ? value : standard;
}

function known({ content }: TensorType, what: string): Shape {
  if (content === undefined) throw new RangeError(`the ${what} must be known while building`);
  return content;
}

function fixed(input: TensorType, what: string): readonly number[] {
  return known(input, what).map((dim) => {
    if (typeof dim === "number") return dim;
    throw new RangeError(`the ${what} must be fixed numbers`);
  });
}
