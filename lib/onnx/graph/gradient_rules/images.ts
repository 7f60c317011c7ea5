/** Gradients of operators on images, `[batch, channels, rows, columns]`. */

import { integers } from "../attributes.ts";
import type { GraphBuilder, GraphNode, Value } from "../graph_builder.ts";
import { fixedCount, type GradientRule, times } from "./rule.ts";

export const IMAGE_RULES = {
  Conv: [
    ({ graph, gradient }, _, filters) => graph.op("ConvTranspose", [gradient, filters]),
    ({ graph, gradient }, image) => filterGradient(graph, image, gradient),
    ({ graph, gradient }) => {
      const others = gradient.shape.flatMap((_, axis) => axis === 1 ? [] : [axis]);
      return graph.op("ReduceSum", [gradient, graph.integers(others)], { keepdims: 0 });
    },
  ],
  // The adjoint of Conv: image and gradient change places.
  ConvTranspose: [
    ({ graph, gradient }, _, filters) => graph.op("Conv", [gradient, filters]),
    ({ graph, gradient }, image) => filterGradient(graph, gradient, image),
  ],
  // The gradient of a window goes to its largest element. Where several are equally large, they
  // share it equally: one of the many choices at a corner, and the one that does not depend on their
  // order. (PyTorch gives all of it to the first.)
  MaxPool: [
    ({ graph, node, gradient }, image) => {
      const { covered, split, rest, axes } = windowGrid(image, node);
      const starts = covered.map(() => 0);
      const bounds = [starts, covered, covered.map((_, axis) => 2 + axis)];
      const cropped = graph.op("Slice", [image, ...bounds.map((b) => graph.integers(b))]);
      const windows = graph.op("Reshape", [cropped, graph.integers([0, 0, ...split])]);
      const within = graph.integers(axes);
      const maxima = graph.op("Unsqueeze", [node.output, within]);
      const isLess = graph.op("Sign", [graph.op("Sub", [maxima, windows])]);
      const isLargest = graph.op("Sub", [graph.scalar(1), isLess]);
      const count = graph.op("ReduceSum", [isLargest, within]);
      const share = graph.op("Div", [graph.op("Unsqueeze", [gradient, within]), count]);
      const shape = graph.integers([0, 0, ...covered]);
      const pixels = graph.op("Reshape", [times(graph, isLargest, share), shape]);
      return graph.op("Pad", [pixels, graph.integers([0, 0, ...starts, 0, 0, ...rest])]);
    },
  ],
} as const satisfies Record<string, GradientRule>;

/**
 * Gradient of the filters of a convolution: each element of a filter met the image at all places of
 * the output, so its gradient is a convolution of the image by the output's gradient, in which batch
 * and channels change places.
 */
function filterGradient(graph: GraphBuilder, image: Value, gradient: Value): Value {
  const perm = image.shape.map((_, axis) => axis).with(0, 1).with(1, 0);
  const swapped = (value: Value) => graph.op("Transpose", [value], { perm });
  return swapped(graph.op("Conv", [swapped(image), swapped(gradient)]));
}

/** How an image is cut into windows. */
interface WindowGrid {
  /** Rows and columns that are in a window. */
  readonly covered: readonly number[];
  /** Windows and their size along each axis, such as `[rows / 2, 2, columns / 2, 2]`. */
  readonly split: readonly number[];
  /** The axes within a window, once the image is split. */
  readonly axes: readonly number[];
  /** Rows and columns at the end that are in no window. */
  readonly rest: readonly number[];
}

function windowGrid(image: Value, { attributes }: GraphNode): WindowGrid {
  const kernel = integers(attributes.kernel_shape, []);
  const sizes = image.shape.slice(2).map((size) => fixedCount([size]));
  const counts = kernel.map((length, axis) => Math.floor(sizes[axis]! / length));
  const covered = kernel.map((length, axis) => counts[axis]! * length);
  return {
    covered,
    split: kernel.flatMap((length, axis) => [counts[axis]!, length]),
    axes: kernel.map((_, axis) => 3 + 2 * axis),
    rest: sizes.map((size, axis) => size - covered[axis]!),
  };
}
