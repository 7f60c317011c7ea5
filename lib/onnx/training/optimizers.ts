/** Optimizers: how a parameter moves, given its gradient. */

import { times } from "../graph/gradient_rules/rule.ts";
import type { GraphBuilder, Value } from "../graph/graph_builder.ts";
import type { AdamOptions, StepOptions } from "./step_options.ts";

/** A rule by which parameters move. */
export interface Optimizer {
  readonly name: string;
  /** What it remembers of each parameter: tensors of its shape, zeros before the first step. */
  readonly moments: readonly string[];
  /** Names of the numbers that {@linkcode stepNumbers} gives for it. */
  readonly numbers: readonly string[];
  /** Adds the rule for one parameter to a graph. */
  readonly update: (context: UpdateContext) => Update;
}

/** What a rule works with. */
export interface UpdateContext {
  readonly graph: GraphBuilder;
  readonly gradient: Value;
  /** Its moments before the step, in their order. */
  readonly moments: readonly Value[];
  /** Its numbers, scalars, in their order. */
  readonly numbers: readonly Value[];
}

/** What a rule comes to. */
export interface Update {
  /** What the learning rate times is subtracted from the parameter. */
  readonly direction: Value;
  /** The moments after the step. */
  readonly moments: readonly Value[];
}

/** Along the gradient. */
const SGD: Optimizer = {
  name: "sgd",
  moments: [],
  numbers: [],
  update: ({ gradient }) => ({ direction: gradient, moments: [] }),
};

/** Along v, where v ← μ · v + g. */
const MOMENTUM: Optimizer = {
  name: "momentum",
  moments: ["velocity"],
  numbers: ["momentum"],
  update: ({ graph, gradient, moments: [before], numbers: [momentum] }) => {
    const velocity = graph.op("Add", [times(graph, before!, momentum!), gradient]);
    return { direction: velocity, moments: [velocity] };
  },
};

/** Along m̂ / (√v̂ + ε): m and v are averages of g and g², corrected for starting at 0. */
const ADAM: Optimizer = {
  name: "adam",
  moments: ["mean", "square"],
  numbers: [
    "mean_decay",
    "mean_share",
    "mean_correction",
    "square_decay",
    "square_share",
    "square_correction",
    "epsilon",
  ],
  update: ({ graph, gradient, moments, numbers }) => {
    const [meanBefore, squareBefore] = moments;
    const [decay, share, correction, squareDecay, squareShare, squareCorrection, epsilon] = numbers;
    const average = (before: Value, kept: Value, value: Value, added: Value) =>
      graph.op("Add", [times(graph, before, kept), times(graph, value, added)]);
    const mean = average(meanBefore!, decay!, gradient, share!);
    const squares = times(graph, gradient, gradient);
    const square = average(squareBefore!, squareDecay!, squares, squareShare!);
    const deviation = graph.op("Sqrt", [times(graph, square, squareCorrection!)]);
    const direction = graph.op("Div", [
      times(graph, mean, correction!),
      graph.op("Add", [deviation, epsilon!]),
    ]);
    return { direction, moments: [mean, square] };
  },
};

/** The optimizer that takes a step of these options. */
export function chooseOptimizer(options: StepOptions): Optimizer {
  if (options.optimizer === "adam") return ADAM;
  return options.momentum ? MOMENTUM : SGD;
}

/**
 * The numbers of the optimizer's rule, in their order.
 *
 * @param steps Number of the step, from 1.
 */
export function stepNumbers(options: StepOptions, steps: number): readonly number[] {
  if (options.optimizer === "adam") return adamNumbers(options, steps);
  return options.momentum ? [options.momentum] : [];
}

function adamNumbers(options: AdamOptions, steps: number): readonly number[] {
  const { betas = [0.9, 0.999], epsilon = 1e-8 } = options;
  const averages = betas.flatMap((beta) => [beta, 1 - beta, 1 / (1 - beta ** steps)]);
  return [...averages, epsilon];
}
