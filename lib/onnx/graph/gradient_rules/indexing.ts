/** Gradients of operators that take parts of tensors, or put them back. */

import { fixedContent, integer } from "../attributes.ts";
import type { GraphBuilder, Value } from "../graph_builder.ts";
import { axisIndex } from "../tensor_type.ts";
import { type GradientRule, zerosLike } from "./rule.ts";
import { inverse } from "./shape.ts";

export const INDEXING_RULES = {
  // Each row of the gradient is added to the row that was taken.
  Gather: [
    ({ graph, node, gradient }, data, indices) => {
      const axis = axisIndex(integer(node.attributes.axis, 0), data.shape.length);
      const axes = data.shape.map((_, index) => index);
      const axisFirst = [axis, ...axes.toSpliced(axis, 1)];
      const zeros = zerosLike(graph, inOrder(graph, data, axisFirst));
      const places = graph.op("Unsqueeze", [indices, graph.integers([-1])]);
      const updates = inOrder(graph, gradient, indicesFirst(axis, indices, gradient));
      const sums = graph.op("ScatterND", [zeros, places, updates], { reduction: "add" });
      return inOrder(graph, sums, inverse(axisFirst));
    },
    null,
  ],
  ScatterND: [
    ({ gradient }) => gradient,
    null,
    ({ graph, gradient }, _, indices) => {
      const shape = graph.op("Shape", [indices], { end: -1 });
      return graph.op("Gather", [gradient, graph.op("Reshape", [indices, shape])]);
    },
  ],
  // Zeros come back where elements were cut off. A symbolic end goes with a start of 0, see
  // inferSlice: what lies in front is a fixed number.
  Slice: [
    ({ graph, gradient }, data, starts, _ends, axes) => {
      const rank = data.shape.length;
      const before = data.shape.map(() => 0);
      const from = fixedContent(starts, "starts");
      fixedContent(axes, "axes").forEach((axis, place) => {
        before[axisIndex(axis, rank)] = from[place]!;
      });
      const none = before.map(() => 0);
      const front = graph.op("Pad", [gradient, graph.integers([...before, ...none])]);
      const shapes = [data, front].map((value) => graph.op("Shape", [value]));
      const missing = graph.op("Sub", shapes);
      return graph.op("Pad", [front, graph.op("Pad", [missing, graph.integers([rank, 0])])]);
    },
    null,
    null,
    null,
  ],
  Pad: [
    ({ graph, gradient }, data, pads) => {
      const axes = data.shape.map((_, axis) => axis);
      const before = { ...pads, content: pads.content?.slice(0, axes.length) };
      const starts = graph.integers(fixedContent(before, "amounts"));
      const ends = graph.op("Add", [graph.op("Shape", [data]), starts]);
      return graph.op("Slice", [gradient, starts, ends, graph.integers(axes)]);
    },
    null,
  ],
} as const satisfies Record<string, GradientRule>;

/** Transposes, unless the axes are in order already. */
function inOrder(graph: GraphBuilder, value: Value, perm: readonly number[]): Value {
  const isInOrder = perm.every((axis, index) => axis === index);
  return isInOrder ? value : graph.op("Transpose", [value], { perm });
}

/** The order of a Gather's output in which the axes of its indices, found at `axis`, come first. */
function indicesFirst(axis: number, indices: Value, output: Value): readonly number[] {
  const axes = output.shape.map((_, index) => index);
  const ofIndices = axes.splice(axis, indices.shape.length);
  return [...ofIndices, ...axes];
}
