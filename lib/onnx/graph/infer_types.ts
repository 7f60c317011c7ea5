/**
 * Type inference of operators on elements, matrices and shapes: `(attributes, ...inputs) => output`.
 *
 * Each throws a RangeError that says what does not fit; the graph builder adds which node it was.
 * Sizes that arrive as inputs must be known while building (see `TensorType.content`).
 */

import { TensorProto_DataType } from "../../../proto/gen/onnx_pb.ts";
import { type Attributes, fixedContent, integer, integers, knownContent } from "./attributes.ts";
import { difference, type Dim, equalCounts, formatDims, quotient, type Shape, sum } from "./dim.ts";
import {
  axisIndex,
  axisIndices,
  broadcast,
  equalShapes,
  requireSameType,
  type TensorType,
} from "./tensor_type.ts";

export function inferSame(_: Attributes, { type, shape }: TensorType): TensorType {
  return { type, shape };
}

export function inferElementWise(_: Attributes, left: TensorType, right: TensorType): TensorType {
  requireSameType(left, right);
  return { type: left.type, shape: broadcast(left.shape, right.shape) };
}

export function inferAdd(_: Attributes, left: TensorType, right: TensorType): TensorType {
  return { ...inferElementWise(_, left, right), content: contentOf(sum, left, right) };
}

export function inferSub(_: Attributes, left: TensorType, right: TensorType): TensorType {
  return { ...inferElementWise(_, left, right), content: contentOf(difference, left, right) };
}

/** What comes of two vectors of the same length, if their elements are known. */
function contentOf(
  operation: (left: Dim, right: Dim) => Dim | undefined,
  { content: left }: TensorType,
  { content: right }: TensorType,
): Shape | undefined {
  if (!left || left.length !== right?.length) return undefined;
  const content = left.map((dim, index) => operation(dim, right[index]!));
  return content.every((dim) => dim !== undefined) ? content : undefined;
}

export function inferSoftmax({ axis }: Attributes, { type, shape }: TensorType): TensorType {
  axisIndex(integer(axis, -1), shape.length);
  return { type, shape };
}

export function inferLayerNormalization(
  { axis, epsilon }: Attributes,
  { type, shape }: TensorType,
  scale: TensorType,
  bias: TensorType,
): TensorType {
  const normalized = shape.slice(axisIndex(integer(axis, -1), shape.length));
  if (!equalShapes(scale.shape, normalized) || !equalShapes(bias.shape, normalized)) {
    throw new RangeError(`scale and bias must be ${formatDims(normalized)}`);
  }
  if (typeof epsilon === "number" && epsilon < 0) {
    throw new RangeError(`epsilon must not be negative, as ${epsilon} is`);
  }
  return { type, shape };
}

export function inferMatMul(_: Attributes, left: TensorType, right: TensorType): TensorType {
  if (left.shape.length < 2 || right.shape.length < 2) {
    throw new RangeError("both inputs must have at least rank 2");
  }
  requireSameType(left, right);
  const [rows, inner] = left.shape.slice(-2);
  const [rightInner, columns] = right.shape.slice(-2);
  if (inner !== rightInner) {
    throw new RangeError(`the inner sizes ${inner} and ${rightInner} differ`);
  }
  const batch = broadcast(left.shape.slice(0, -2), right.shape.slice(0, -2));
  return { type: left.type, shape: [...batch, rows!, columns!] };
}

export function inferTranspose({ perm }: Attributes, { type, shape }: TensorType): TensorType {
  const axes = integers(perm, shape.map((_, axis) => axis).reverse());
  if (!equalShapes(axes.toSorted((a, b) => a - b), shape.map((_, axis) => axis))) {
    throw new RangeError(`${formatDims(axes)} is no order of its axes`);
  }
  return { type, shape: axes.map((axis) => shape[axis]!) };
}

/** A 0 in the new shape keeps the size at its place; one -1 may stand for all that is left. */
export function inferReshape(
  _: Attributes,
  { type, shape }: TensorType,
  newShape: TensorType,
): TensorType {
  const sizes = knownContent(newShape, "new shape").map((dim, axis) =>
    dim === 0 ? keptSize(shape, axis) : dim
  );
  if (sizes.indexOf(-1) !== sizes.lastIndexOf(-1)) {
    throw new RangeError(`${formatDims(sizes)} leaves more than one size open`);
  }
  const rest = quotient(shape, sizes.filter((dim) => dim !== -1));
  const result = sizes.map((dim) => dim === -1 && rest !== undefined ? rest : dim);
  if (equalCounts(shape, result)) return { type, shape: result };
  throw new RangeError(`${formatDims(shape)} cannot become ${formatDims(sizes)}`);
}

function keptSize(shape: Shape, axis: number): Dim {
  const size = shape[axis];
  if (size !== undefined) return size;
  throw new RangeError(`${formatDims(shape)} has no size to keep on axis ${axis}`);
}

export function inferUnsqueeze(
  _: Attributes,
  { type, shape }: TensorType,
  axes: TensorType,
): TensorType {
  const newAxes = fixedContent(axes, "axes");
  const rank = shape.length + newAxes.length;
  const indices = axisIndices(newAxes, rank).toSorted((a, b) => a - b);
  return { type, shape: indices.reduce<Shape>((s, index) => s.toSpliced(index, 0, 1), shape) };
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
