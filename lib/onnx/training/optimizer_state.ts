/** What an optimizer remembers from one step to the next, and its steps. */

import { Tensor, zeros } from "../../base/tensor.ts";
import { chooseOptimizer, type Optimizer, stepNumbers } from "./optimizers.ts";
import {
  GRADIENT_SCALE,
  LEARNING_RATE,
  momentName,
  numberName,
  type Parameter,
  replacements,
  stepGraph,
  WEIGHT_DECAY,
} from "./step_graphs.ts";
import type { StepOptions } from "./step_options.ts";
import type { ThreadGraphs } from "./thread_graphs.ts";

/** Moves the parameters that a thread keeps. */
export class OptimizerState {
  readonly #graphs: ThreadGraphs;
  readonly #parameters: readonly Parameter[];
  #optimizer: Optimizer | undefined;
  #steps = 0;

  constructor(graphs: ThreadGraphs, parameters: readonly Parameter[]) {
    this.#graphs = graphs;
    this.#parameters = parameters;
  }

  /** Steps that the optimizer has taken. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * Moves all parameters at once, along the gradients that the thread keeps.
   *
   * @param gradientNorm Length of these gradients.
   */
  async move(options: StepOptions, gradientNorm: number): Promise<void> {
    const optimizer = chooseOptimizer(options);
    if (optimizer !== this.#optimizer) await this.#startWith(optimizer);
    await this.#graphs.run({
      name: optimizer.name,
      build: () => stepGraph(optimizer, this.#parameters),
      inputs: Object.fromEntries(
        Object.entries(numbersOf(optimizer, options, { gradientNorm, steps: this.#steps + 1 }))
          .map(([name, number]) => [name, new Tensor("float32", Float32Array.of(number), [])]),
      ),
      kept: replacements([
        ...this.#parameters.map(({ name }) => name),
        ...this.#momentNames(optimizer),
      ]),
    });
    this.#steps++;
  }

  /** Forgets all steps. */
  async reset(): Promise<void> {
    const previous = this.#optimizer;
    this.#optimizer = undefined;
    this.#steps = 0;
    if (previous) await this.#graphs.thread.drop(this.#momentNames(previous));
  }

  async #startWith(optimizer: Optimizer): Promise<void> {
    await this.reset();
    const moments = this.#parameters.flatMap(({ name, dims }) =>
      optimizer.moments.map((moment) => [momentName(moment, name), zeros(dims)] as const)
    );
    await this.#graphs.thread.keep(Object.fromEntries(moments));
    this.#optimizer = optimizer;
  }

  #momentNames({ moments }: Optimizer): readonly string[] {
    return this.#parameters.flatMap(({ name }) =>
      moments.map((moment) => momentName(moment, name))
    );
  }
}

/** What the numbers of a step depend on, beside its options. */
interface StepContext {
  readonly gradientNorm: number;
  /** Number of the step, from 1. */
  readonly steps: number;
}

function numbersOf(
  optimizer: Optimizer,
  options: StepOptions,
  { gradientNorm, steps }: StepContext,
): Readonly<Record<string, number>> {
  const { learningRate, weightDecay = 0, maxGradientNorm = Infinity } = options;
  const ofRule = stepNumbers(options, steps);
  return {
    [LEARNING_RATE]: learningRate,
    [WEIGHT_DECAY]: weightDecay,
    [GRADIENT_SCALE]: gradientNorm > maxGradientNorm ? maxGradientNorm / gradientNorm : 1,
    ...Object.fromEntries(optimizer.numbers.map((name, i) => [numberName(name), ofRule[i]!])),
  };
}
