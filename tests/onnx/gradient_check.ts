/** Compares gradient graphs with central finite differences of the graphs they come from. */

import assert from "node:assert/strict";
import { elementCount, Tensor } from "../../lib/base/tensor.ts";
import { TensorProto_DataType as DataType } from "../../proto/gen/onnx_pb.ts";
import type { GradientRules } from "../../lib/onnx/graph/gradient_rules/gradient_rules.ts";
import { gradientGraph, gradientName } from "../../lib/onnx/graph/gradients.ts";
import type { Graph, GraphNode, Value } from "../../lib/onnx/graph/graph_builder.ts";
import { modelBytes } from "../../lib/onnx/graph/model_bytes.ts";
import { createSession, type NamedTensors } from "../../lib/onnx/runtime.ts";

export type Vector = readonly number[];

/** Runs a graph on vectors for its float inputs; gives those of its outputs. */
export type Evaluate = (
  inputs: Readonly<Record<string, Vector>>,
) => Promise<Record<string, Vector>>;

/** What float arithmetic allows. */
export interface Precision {
  readonly type: "float64" | "float32";
  /** How far inputs are moved to each side. */
  readonly step: number;
  /** Largest difference, relative to the largest element of the gradient, or to 1 if that is less. */
  readonly tolerance: number;
}

/**
 * Rounding (1e-16 / step) and the third derivative (step² / 6) leave errors near 1e-10. Constants of
 * the rules are stored as float32, with a relative error of 6e-8, which is what the tolerance is for.
 */
export const FLOAT64: Precision = { type: "float64", step: 1e-5, tolerance: 1e-6 };

/**
 * For operators that the runtime has in float32 alone. Outputs are rounded to 6e-8 of their size, so
 * a sum of a hundred of them may be wrong by 1e-6, which the division by 2 · step turns into 1e-4;
 * the third derivative adds step² / 6 = 2e-5.
 */
export const FLOAT32: Precision = { type: "float32", step: 1e-2, tolerance: 5e-4 };

/** Integers that start from a seed and look random enough to mix up test data. */
export function randomIntegers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

/** Numbers between -1 and 1, none of them near another or near 0, in random order. */
export function spread(count: number, random: (below: number) => number): Vector {
  const values = Array.from({ length: count }, (_, index) => 2 * (index + 0.3) / count - 1);
  for (let index = count - 1; index > 0; index--) {
    const other = random(index + 1);
    [values[index], values[other]] = [values[other]!, values[index]!];
  }
  return values;
}

/** The same graph with float64 inside and outside. */
export function inDoublePrecision(graph: Graph): Graph {
  const widen = <Typed extends Pick<Value, "type">>(value: Typed): Typed =>
    value.type === "float32" ? { ...value, type: "float64" } : value;
  return {
    ...graph,
    inputs: graph.inputs.map(widen),
    outputs: graph.outputs.map(widen),
    nodes: graph.nodes.map((node): GraphNode => ({
      ...node,
      inputs: node.inputs.map(widen),
      output: widen(node.output),
      attributes: node.attributes.to === DataType.FLOAT
        ? { ...node.attributes, to: DataType.DOUBLE }
        : node.attributes,
    })),
    initializers: graph.initializers.map((initializer) => ({
      ...widen(initializer),
      write: (bytes) => {
        if (initializer.type !== "float32") return initializer.write(bytes);
        const floats = new Float32Array(bytes.byteLength / 8);
        initializer.write(new Uint8Array(floats.buffer));
        bytes.set(new Uint8Array(Float64Array.from(floats).buffer));
      },
    })),
  };
}

/**
 * Loads a graph; its inputs have the sizes in `dims`, as its outputs must, and inputs that are not of
 * floats are given.
 */
export async function evaluator(
  graph: Graph,
  dims: Readonly<Record<string, readonly number[]>>,
  { type }: Precision,
  integers: NamedTensors = {},
): Promise<Evaluate & AsyncDisposable> {
  const loaded = type === "float64" ? inDoublePrecision(graph) : graph;
  const session = await createSession(modelBytes(loaded), { device: "cpu", threads: 1 });
  const evaluate: Evaluate = async (inputs) => {
    const floats = Object.entries(inputs).map(([name, values]) => [
      name,
      type === "float64"
        ? new Tensor(type, Float64Array.from(values), dims[name]!)
        : new Tensor(type, Float32Array.from(values), dims[name]!),
    ]);
    const outputs = await session.run({ ...Object.fromEntries(floats), ...integers });
    for (const [name, output] of Object.entries(outputs)) {
      if (dims[name]) assert.deepEqual(output.dims, dims[name], `shape of ${name}`);
    }
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data }]) => [name, Array.from(data, Number)]),
    );
  };
  return Object.assign(evaluate, { [Symbol.asyncDispose]: () => session.release() });
}

/** What {@linkcode checkGradients} is to check. */
export interface GradientCheck {
  readonly graph: Graph;
  /** Sizes of the float inputs and of the outputs, by name. */
  readonly dims: Readonly<Record<string, readonly number[]>>;
  /** Float inputs. */
  readonly inputs: Readonly<Record<string, Vector>>;
  /** Other inputs. */
  readonly integers?: NamedTensors;
  readonly precision: Precision;
  readonly seed: number;
  /** @default {GRADIENT_RULES} */
  readonly rules?: GradientRules | undefined;
}

/** Fails if the gradient of some input is not that of finite differences. */
export async function checkGradients(check: GradientCheck): Promise<void> {
  const { graph, dims, inputs, integers, precision, seed, rules } = check;
  const random = randomIntegers(seed);
  const seeds = graph.outputs.map(({ name }) =>
    [gradientName(name), spread(elementCount(dims[name]!), random)] as const
  );
  const gradientDims = Object.entries(dims).map(([name, size]) => [gradientName(name), size]);
  const allDims = { ...dims, ...Object.fromEntries(gradientDims) };
  const names = Object.keys(inputs);
  await using forward = await evaluator(graph, allDims, precision, integers);
  const gradients = gradientGraph(graph, names, rules);
  await using backward = await evaluator(gradients, allDims, precision, integers);
  const actual = await backward({ ...inputs, ...Object.fromEntries(seeds) });
  const scalar = async (moved: Readonly<Record<string, Vector>>) => {
    const outputs = await forward({ ...inputs, ...moved });
    return sum(seeds.map(([name, weights]) => dot(weights, outputs[name.slice(9)]!)));
  };
  for (const name of names) {
    const gradient = actual[gradientName(name)]!;
    const largest = Math.max(1, ...gradient.map(Math.abs));
    for (const direction of directions(gradient.length, random)) {
      const move = (step: number) => inputs[name]!.map((value, i) => value + step * direction[i]!);
      const [ahead, behind] = [precision.step, -precision.step].map(move);
      const difference = await scalar({ [name]: ahead! }) - await scalar({ [name]: behind! });
      const expected = difference / (2 * precision.step);
      const found = dot(gradient, direction);
      assert(
        Math.abs(found - expected) <= precision.tolerance * largest,
        `gradient of ${name} is ${found} where finite differences give ${expected}`,
      );
    }
  }
}

const MOST_ELEMENTS = 6;

/** Some elements one by one, and all of them together in some direction. */
function directions(count: number, random: (below: number) => number): Vector[] {
  const unit = (place: number) => Array.from({ length: count }, (_, i) => i === place ? 1 : 0);
  const length = Math.min(count, MOST_ELEMENTS);
  const elements = Array.from({ length }, () => unit(random(count)));
  return [...elements, spread(count, random)];
}

function dot(left: Vector, right: Vector): number {
  assert.equal(left.length, right.length);
  return sum(left.map((value, index) => value * right[index]!));
}

function sum(values: Vector): number {
  return values.reduce((total, value) => total + value, 0);
}
