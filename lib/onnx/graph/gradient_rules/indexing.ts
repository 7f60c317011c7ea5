/** Gradients of operators that take parts of tensors, or put them back. */

import { fixedContent, integer, knownContent } from "../attributes.ts";
import type { GraphBuilder, Value } from "../graph_builder.ts";
import { cutOff } from "../infer_indexing.ts";
import { axisIndex } from "../tensor_type.ts";
import { type GradientRule, zerosLike } from "./rule.ts";

export const INDEXING_RULES = {
  // Each part of the gradient is added to the part of the data that was taken.
  Gather: [
    ({ graph, node, gradient }, data, indices) => {
      const axis = axisIndex(integer(node.attributes.axis, 0), data.shape.length);
      const parts = graph.op("Reshape", [gradient, shapeOfParts(graph, data, axis)]);
      const otherAxes = data.shape.map((_, index) => index).toSpliced(axis, 1);
      const list = graph.op("Reshape", [indices, graph.integers([-1])]);
      const line = graph.op("Unsqueeze", [list, graph.integers(otherAxes)]);
      const places = graph.op("Expand", [line, graph.op("Shape", [parts])]);
      return addedAt(graph, data, places, parts, axis);
    },
    null,
  ],
  GatherElements: [
    ({ graph, node, gradient }, data, indices) =>
      addedAt(graph, data, indices, gradient, integer(node.attributes.axis, 0)),
    null,
  ],
  ScatterElements: [
    ({ gradient }) => gradient,
    null,
    ({ graph, node, gradient }, _, indices) =>
      graph.op("GatherElements", [gradient, indices], { axis: integer(node.attributes.axis, 0) }),
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
  // What was put in is cut out, and zeros come back where elements were cut off.
  Pad: [
    ({ graph, gradient }, data, pads) => {
      const axes = data.shape.map((_, axis) => axis);
      const before = { ...pads, content: pads.content?.slice(0, axes.length) };
      const starts = fixedContent(before, "amounts").map((amount) => Math.max(amount, 0));
      const lost = knownContent(pads, "amounts").map(cutOff);
      const shifts = axes.map((axis) => starts[axis]! - lost[axis]! - lost[axis + axes.length]!);
      const ends = graph.op("Add", [graph.op("Shape", [data]), graph.integers(shifts)]);
      const bounds = [graph.integers(starts), ends, graph.integers(axes)];
      const kept = graph.op("Slice", [gradient, ...bounds]);
      return lost.some((count) => count > 0) ? graph.op("Pad", [kept, graph.integers(lost)]) : kept;
    },
    null,
  ],
} as const satisfies Record<string, GradientRule>;

/** The shape of some data whose size on an axis is left open. */
function shapeOfParts(graph: GraphBuilder, data: Value, axis: number): Value {
  const after = data.shape.length - axis - 1;
  const sizesBefore = graph.op("Shape", [data], { end: axis });
  const sizesAfter = graph.op("Shape", [data], { start: axis + 1 });
  const before = graph.op("Pad", [sizesBefore, graph.integers([0, 1 + after])]);
  const rest = graph.op("Pad", [sizesAfter, graph.integers([axis + 1, 0])]);
  const open = graph.integers(data.shape.map((_, index) => index === axis ? -1 : 0));
  return graph.op("Add", [graph.op("Add", [before, rest]), open]);
}

/** Zeros in the shape of some data, to which parts are added: each where its index says. */
function addedAt(
  graph: GraphBuilder,
  data: Value,
  indices: Value,
  parts: Value,
  axis: number,
): Value {
  const inputs = [zerosLike(graph, data), indices, parts];
  return graph.op("ScatterElements", inputs, { axis, reduction: "add" });
}
