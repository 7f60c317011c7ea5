/** The graphs of training beside forward and backward: each works on all parameters at once. */

import { times } from "../graph/gradient_rules/rule.ts";
import { gradientName } from "../graph/gradients.ts";
import { type Graph, GraphBuilder, type Initializer } from "../graph/graph_builder.ts";
import type { KeptOutputs } from "../session_host.ts";
import type { Optimizer } from "./optimizers.ts";

/** Name and sizes of a parameter. */
export type Parameter = Pick<Initializer, "name" | "dims">;

/** Input of {@linkcode sumGraph}: a gradient to be added. */
export function addedName(name: string): string {
  return `added.${name}`;
}

/** Output: what is to take the place of an input of this name. */
export function nextName(name: string): string {
  return `next.${name}`;
}

/** The outputs `next.x` that are to take the places of x. */
export function replacements(names: readonly string[]): KeptOutputs {
  return Object.fromEntries(names.map((name) => [nextName(name), name]));
}

/** What an optimizer remembers of a parameter. */
export function momentName(moment: string, name: string): string {
  return `${moment}.${name}`;
}

/** Output of {@linkcode normGraph}: a scalar. */
export const NORM = "norm";

/** Numbers that each step takes, scalars; see {@linkcode stepGraph}. */
export const LEARNING_RATE = "step.learning_rate";
export const WEIGHT_DECAY = "step.weight_decay";
export const GRADIENT_SCALE = "step.gradient_scale";

/** Input for one of the numbers of an optimizer: a scalar. */
export function numberName(name: string): string {
  return `step.${name}`;
}

/** `next.gradient.x` = `gradient.x` + `added.x`, for each parameter x. */
export function sumGraph(parameters: readonly Parameter[]): Graph {
  const graph = new GraphBuilder();
  for (const { name, dims } of parameters) {
    const sum = [gradientName(name), addedName(name)].map((n) => graph.input(n, "float32", dims));
    graph.output(nextName(gradientName(name)), graph.op("Add", sum));
  }
  return graph.build("sum");
}

/** The length of all `gradient.x`, as one vector. */
export function normGraph(parameters: readonly Parameter[]): Graph {
  const graph = new GraphBuilder();
  const squares = parameters.map(({ name, dims }) => {
    const gradient = graph.input(gradientName(name), "float32", dims);
    const product = times(graph, gradient, gradient);
    return graph.op("ReduceSum", [product, graph.integers(dims.map((_, axis) => axis))], {
      keepdims: 0,
    });
  });
  const sum = squares.reduce((left, right) => graph.op("Add", [left, right]), graph.scalar(0));
  graph.output(NORM, graph.op("Sqrt", [sum]));
  return graph.build("norm");
}

/** `next.x` = `x`, for each parameter x: brings what is on the device to where it can be read. */
export function copyGraph(parameters: readonly Parameter[]): Graph {
  const graph = new GraphBuilder();
  for (const { name, dims } of parameters) {
    graph.output(nextName(name), graph.input(name, "float32", dims));
  }
  return graph.build("copy");
}

/**
 * One step: `next.x` from `x` and `gradient.x`, and `next.m.x` for each moment m from `m.x`.
 *
 * x ← x - rate · (direction + decay · x), where the direction is that of the optimizer for scale ·
 * gradient.
 */
export function stepGraph(optimizer: Optimizer, parameters: readonly Parameter[]): Graph {
  const graph = new GraphBuilder();
  const number = (name: string) => graph.input(name, "float32", []);
  const [rate, decay, scale] = [LEARNING_RATE, WEIGHT_DECAY, GRADIENT_SCALE].map(number);
  const numbers = optimizer.numbers.map((name) => number(numberName(name)));
  for (const { name, dims } of parameters) {
    const input = (name: string) => graph.input(name, "float32", dims);
    const parameter = input(name);
    const gradient = times(graph, input(gradientName(name)), scale!);
    const moments = optimizer.moments.map((moment) => input(momentName(moment, name)));
    const update = optimizer.update({ graph, gradient, moments, numbers });
    const change = graph.op("Add", [update.direction, times(graph, parameter, decay!)]);
    graph.output(nextName(name), graph.op("Sub", [parameter, times(graph, change, rate!)]));
    optimizer.moments.forEach((moment, index) =>
      graph.output(nextName(momentName(moment, name)), update.moments[index]!)
    );
  }
  return graph.build(optimizer.name);
}
