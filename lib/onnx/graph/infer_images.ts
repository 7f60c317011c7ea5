/**
 * Type inference of operators on images, `[batch, channels, rows, columns]`, and on what has more or
 * fewer dimensions after the channels. See `infer_types.ts`.
 */

import { type Attributes, integers } from "./attributes.ts";
import { type Dim, formatDims, type Shape } from "./dim.ts";
import { equalShapes, requireSameType, type TensorType } from "./tensor_type.ts";

/** Filters `[out, in, rows, columns]` at every place where they fit, and a bias `[out]` if given. */
export function inferConv(
  { kernel_shape }: Attributes,
  image: TensorType,
  filters: TensorType,
  bias: TensorType = { type: filters.type, shape: filters.shape.slice(0, 1) },
): TensorType {
  requireSameType(image, filters, bias);
  const [batch, channels, sizes] = imageShape(image);
  const [out, inner, kernel] = imageShape(filters);
  requireKernel(integers(kernel_shape, []), kernel);
  if (channels !== inner || sizes.length !== kernel.length) {
    throw new RangeError("the filters must have as many channels and axes as the image");
  }
  if (!equalShapes(bias.shape, [out])) throw new RangeError(`the bias must be [${out}]`);
  return { type: image.type, shape: [batch, out, ...resized(sizes, kernel, (k) => 1 - k)] };
}

/** The transpose of the linear map that Conv is: filters are `[in, out, rows, columns]`. */
export function inferConvTranspose(
  _: Attributes,
  image: TensorType,
  filters: TensorType,
): TensorType {
  requireSameType(image, filters);
  const [batch, channels, sizes] = imageShape(image);
  const [inner, out, kernel] = imageShape(filters);
  if (channels !== inner || sizes.length !== kernel.length) {
    throw new RangeError("the filters must have as many channels and axes as the image");
  }
  return { type: image.type, shape: [batch, out, ...resized(sizes, kernel, (k) => k - 1)] };
}

/** The largest of each window; what is left over at the end of an axis is ignored. */
export function inferMaxPool({ kernel_shape, strides }: Attributes, image: TensorType): TensorType {
  const [batch, channels, sizes] = imageShape(image);
  const kernel = integers(kernel_shape, []);
  if (kernel.length !== sizes.length) throw new RangeError("kernel_shape must have all axes");
  if (!equalShapes(integers(strides, []), kernel)) {
    throw new RangeError("strides must equal kernel_shape: windows may not overlap");
  }
  if (kernel.some((length) => length < 1)) throw new RangeError("kernel_shape must be positive");
  const pooled = sizes.map((size, axis) => Math.floor(fixedSize(size) / kernel[axis]!));
  // Where no window fits, runtimes differ in what they give.
  if (pooled.includes(0)) throw new RangeError(`windows of ${formatDims(kernel)} do not fit`);
  return { type: image.type, shape: [batch, channels, ...pooled] };
}

function imageShape({ shape }: TensorType): [batch: Dim, channels: Dim, sizes: Shape] {
  const [batch, channels, ...sizes] = shape;
  if (batch !== undefined && channels !== undefined && sizes.length > 0) {
    return [batch, channels, sizes];
  }
  throw new RangeError("the inputs must have at least rank 3");
}

function requireKernel(given: readonly number[], actual: Shape): void {
  if (given.length === 0 || equalShapes(given, actual)) return;
  throw new RangeError(`kernel_shape ${formatDims(given)} is not that of the filters`);
}

function resized(sizes: Shape, kernel: Shape, change: (size: number) => number): Shape {
  return sizes.map((size, axis) => {
    const result = fixedSize(size) + change(fixedSize(kernel[axis]!));
    if (result > 0) return result;
    throw new RangeError(`filters of ${formatDims(kernel)} do not fit`);
  });
}

function fixedSize(size: Dim): number {
  if (typeof size === "number") return size;
  throw new RangeError(`the size ${size} must be a fixed number`);
}
