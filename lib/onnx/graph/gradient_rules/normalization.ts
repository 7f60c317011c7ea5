/** Gradients of operators that normalize vectors. */

import { integer } from "../attributes.ts";
import type { GraphBuilder, GraphNode, Value } from "../graph_builder.ts";
import { axisIndex } from "../tensor_type.ts";
import { fixedCount, type GradientRule, sumOver, sumTo, times } from "./rule.ts";

export const NORMALIZATION_RULES = {
  // y · (g - Σ g · y)
  Softmax: [
    ({ graph, node, gradient }) => {
      const { output, attributes } = node;
      const products = times(graph, gradient, output);
      const sum = sumOver(graph, products, [integer(attributes.axis, -1)]);
      return times(graph, output, graph.op("Sub", [gradient, sum]));
    },
  ],
  // With the normalized x̂ and h = g · scale: (h - mean(h) - x̂ · mean(h · x̂)) / deviation
  LayerNormalization: [
    ({ graph, node, gradient }, x, scale) => {
      const { normalized, deviation, mean } = normalize(graph, node, x);
      const scaled = times(graph, gradient, scale);
      const slope = mean(times(graph, scaled, normalized));
      const centered = graph.op("Sub", [scaled, mean(scaled)]);
      const change = graph.op("Sub", [centered, times(graph, normalized, slope)]);
      return graph.op("Div", [change, deviation]);
    },
    ({ graph, node, gradient }, x, scale) => {
      const { normalized } = normalize(graph, node, x);
      return sumTo(graph, times(graph, gradient, normalized), scale.shape);
    },
    ({ graph, gradient }, _x, _scale, bias) => sumTo(graph, gradient, bias.shape),
  ],
} as const satisfies Record<string, GradientRule>;

/** What layer normalization computes on its way. The runtime merges what is computed twice. */
interface Normalization {
  /** The input with mean 0 and variance 1. */
  readonly normalized: Value;
  /** Standard deviation of each vector. */
  readonly deviation: Value;
  /** The mean over the normalized axes. */
  readonly mean: (value: Value) => Value;
}

function normalize(graph: GraphBuilder, { attributes }: GraphNode, x: Value): Normalization {
  const { axis, epsilon } = attributes;
  const first = axisIndex(integer(axis, -1), x.shape.length);
  const axes = x.shape.flatMap((_, index) => index < first ? [] : [index]);
  const share = 1 / fixedCount(x.shape.slice(first));
  const mean = (value: Value) => times(graph, sumOver(graph, value, axes), share);
  const centered = graph.op("Sub", [x, mean(x)]);
  const variance = mean(times(graph, centered, centered));
  const positive = graph.op("Add", [variance, graph.scalar(integer(epsilon, DEFAULT_EPSILON))]);
  const deviation = graph.op("Sqrt", [positive]);
  return { normalized: graph.op("Div", [centered, deviation]), deviation, mean };
}

/** Of the ONNX specification. */
const DEFAULT_EPSILON = 1e-5;
