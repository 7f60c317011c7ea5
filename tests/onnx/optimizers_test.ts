import assert from "node:assert/strict";
import { Tensor } from "../../lib/base/tensor.ts";
import { modelBytes } from "../../lib/onnx/graph/model_bytes.ts";
import { createSession, type NamedTensors } from "../../lib/onnx/runtime.ts";
import { chooseOptimizer, stepNumbers } from "../../lib/onnx/training/optimizers.ts";
import {
  GRADIENT_SCALE,
  LEARNING_RATE,
  momentName,
  nextName,
  numberName,
  stepGraph,
  WEIGHT_DECAY,
} from "../../lib/onnx/training/step_graphs.ts";
import type { StepOptions } from "../../lib/onnx/training/step_options.ts";

const DIMS = [2, 3];
const START = [0.5, -1, 2, 0.25, -0.125, 3];
const STEPS = 5;

/** Gradient of each step, some of them zeros. */
const gradientsOf = (step: number) => START.map((_, i) => Math.sin(3 * step + i) * (i % 3));

/** What the graph of an optimizer makes of the parameters in a few steps. */
async function stepped(options: StepOptions, scale: number): Promise<number[]> {
  const optimizer = chooseOptimizer(options);
  const graph = stepGraph(optimizer, [{ name: "w", dims: DIMS }]);
  const session = await createSession(modelBytes(graph), { device: "cpu", threads: 1 });
  const tensor = (values: readonly number[]) =>
    new Tensor("float32", Float32Array.from(values), DIMS);
  const number = (value: number) => new Tensor("float32", Float32Array.of(value), []);
  const names = ["w", ...optimizer.moments.map((moment) => momentName(moment, "w"))];
  try {
    let state: NamedTensors = Object.fromEntries(
      names.map((name, index) => [name, tensor(START.map((value) => index === 0 ? value : 0))]),
    );
    for (let step = 1; step <= STEPS; step++) {
      const ofRule = stepNumbers(options, step);
      const outputs = await session.run({
        ...state,
        "gradient.w": tensor(gradientsOf(step)),
        [LEARNING_RATE]: number(options.learningRate),
        [WEIGHT_DECAY]: number(options.weightDecay ?? 0),
        [GRADIENT_SCALE]: number(scale),
        ...Object.fromEntries(
          optimizer.numbers.map((name, index) => [numberName(name), number(ofRule[index]!)]),
        ),
      });
      state = Object.fromEntries(names.map((name) => [name, outputs[nextName(name)]!]));
    }
    return Array.from(state.w!.data, Number);
  } finally {
    await session.release();
  }
}

/** How a parameter moves, by the formulas of the papers, in 64 bits. */
type Rule = (gradient: number, step: number, memory: number[]) => number;

function expected(options: StepOptions, scale: number, rule: Rule): number[] {
  return START.map((start, index) => {
    const memory = [0, 0];
    let w = start;
    for (let step = 1; step <= STEPS; step++) {
      const direction = rule(scale * gradientsOf(step)[index]!, step, memory);
      w -= options.learningRate * (direction + (options.weightDecay ?? 0) * w);
    }
    return w;
  });
}

const momentum = (share: number): Rule => (gradient, _step, memory) =>
  memory[0] = share * memory[0]! + gradient;

const adam = (beta1: number, beta2: number, epsilon: number): Rule => (gradient, step, memory) => {
  memory[0] = beta1 * memory[0]! + (1 - beta1) * gradient;
  memory[1] = beta2 * memory[1]! + (1 - beta2) * gradient ** 2;
  const mean = memory[0] / (1 - beta1 ** step);
  const square = memory[1] / (1 - beta2 ** step);
  return mean / (Math.sqrt(square) + epsilon);
};

const CASES: Readonly<Record<string, readonly [StepOptions, Rule]>> = {
  "plain descent": [{ learningRate: 0.1 }, (gradient) => gradient],
  "weight decay": [{ learningRate: 0.1, weightDecay: 0.5 }, (gradient) => gradient],
  "momentum": [{ learningRate: 0.1, momentum: 0.9 }, momentum(0.9)],
  "Adam": [{ optimizer: "adam", learningRate: 0.05 }, adam(0.9, 0.999, 1e-8)],
  "Adam with its own numbers": [
    { optimizer: "adam", learningRate: 0.05, betas: [0.5, 0.9], epsilon: 0.1, weightDecay: 0.2 },
    adam(0.5, 0.9, 0.1),
  ],
};

for (const [name, [options, rule]] of Object.entries(CASES)) {
  Deno.test(`stepGraph() moves as the formulas say: ${name}`, async () => {
    for (const scale of [1, 0.25]) {
      const actual = await stepped(options, scale);
      const difference = expected(options, scale, rule).map((value, i) =>
        Math.abs(value - actual[i]!)
      );
      // A few roundings of float32, 6e-8 of values up to 3, in each step.
      assert(Math.max(...difference) < 5e-6, `${difference}`);
    }
  });
}
