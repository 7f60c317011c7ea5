/** Gradients of operators that work element by element. */

import { type GradientRule, NOT_DIFFERENTIABLE, sumTo, times } from "./rule.ts";

export const ELEMENTWISE_RULES = {
  Add: [
    ({ graph, gradient }, left) => sumTo(graph, gradient, left.shape),
    ({ graph, gradient }, _, right) => sumTo(graph, gradient, right.shape),
  ],
  Sub: [
    ({ graph, gradient }, left) => sumTo(graph, gradient, left.shape),
    ({ graph, gradient }, _, right) => sumTo(graph, graph.op("Neg", [gradient]), right.shape),
  ],
  Mul: [
    ({ graph, gradient }, left, right) => sumTo(graph, times(graph, gradient, right), left.shape),
    ({ graph, gradient }, left, right) => sumTo(graph, times(graph, gradient, left), right.shape),
  ],
  Div: [
    ({ graph, gradient }, left, right) =>
      sumTo(graph, graph.op("Div", [gradient, right]), left.shape),
    ({ graph, node, gradient }, _, right) => {
      const change = graph.op("Div", [times(graph, gradient, node.output), right]);
      return sumTo(graph, graph.op("Neg", [change]), right.shape);
    },
  ],
  Identity: [({ gradient }) => gradient],
  // From one float type to itself: the builder has no other, and integers have no gradient.
  Cast: [({ gradient }) => gradient],
  Neg: [({ graph, gradient }) => graph.op("Neg", [gradient])],
  Sign: NOT_DIFFERENTIABLE,
  Ceil: NOT_DIFFERENTIABLE,
  Sqrt: [
    ({ graph, node, gradient }) => times(graph, graph.op("Div", [gradient, node.output]), 0.5),
  ],
  Exp: [({ graph, node, gradient }) => times(graph, gradient, node.output)],
  Erf: [
    ({ graph, gradient }, x) => {
      const bell = graph.op("Exp", [graph.op("Neg", [times(graph, x, x)])]);
      return times(graph, gradient, times(graph, bell, 2 / Math.sqrt(Math.PI)));
    },
  ],
  Tanh: [
    ({ graph, node: { output }, gradient }) =>
      times(graph, gradient, graph.op("Sub", [graph.scalar(1), times(graph, output, output)])),
  ],
  // 0 at 0, where the function has a corner.
  Relu: [
    ({ graph, node, gradient }) => times(graph, gradient, graph.op("Sign", [node.output])),
  ],
  // x · Φ(x), where Φ is the standard normal distribution, and φ its density: Φ(x) + x · φ(x).
  Gelu: [
    ({ graph, gradient }, x) => {
      const error = graph.op("Erf", [times(graph, x, Math.SQRT1_2)]);
      const area = times(graph, graph.op("Add", [error, graph.scalar(1)]), 0.5);
      const bell = graph.op("Exp", [times(graph, times(graph, x, x), -0.5)]);
      const density = times(graph, bell, 1 / Math.sqrt(2 * Math.PI));
      return times(graph, gradient, graph.op("Add", [area, times(graph, x, density)]));
    },
  ],
} as const satisfies Record<string, GradientRule>;
