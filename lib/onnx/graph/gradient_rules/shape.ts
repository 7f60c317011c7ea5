/** Gradients of operators that arrange elements otherwise, repeat them or add them up. */

import { integer, integers } from "../attributes.ts";
import { reducedAxes } from "../infer_reductions.ts";
import { type GradientRule, NOT_DIFFERENTIABLE, reshapeLike, sumTo } from "./rule.ts";

export const SHAPE_RULES = {
  Reshape: [({ graph, gradient }, x) => reshapeLike(graph, gradient, x), null],
  Unsqueeze: [({ graph, gradient }, x) => reshapeLike(graph, gradient, x), null],
  Transpose: [
    ({ graph, node, gradient }, x) => {
      const axes = x.shape.map((_, axis) => axis);
      const perm = integers(node.attributes.perm, axes.toReversed());
      return graph.op("Transpose", [gradient], { perm: inverse(perm) });
    },
  ],
  Expand: [({ graph, gradient }, x) => sumTo(graph, gradient, x.shape), null],
  ReduceSum: [
    ({ graph, node, gradient }, x, axes) => {
      const kept = integer(node.attributes.keepdims, 1) === 1
        ? gradient
        : graph.op("Unsqueeze", [gradient, graph.integers(reducedAxes(x.shape, axes))]);
      return graph.op("Expand", [kept, graph.op("Shape", [x])]);
    },
    null,
  ],
  Shape: NOT_DIFFERENTIABLE,
} as const satisfies Record<string, GradientRule>;

/** The order of axes that undoes another. */
function inverse(perm: readonly number[]): readonly number[] {
  return perm.map((_, axis) => perm.indexOf(axis));
}
