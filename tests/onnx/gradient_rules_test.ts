import assert from "node:assert/strict";
import fc from "fast-check";
import { elementCount, Tensor } from "../../lib/base/tensor.ts";
import type { Shape } from "../../lib/onnx/graph/dim.ts";
import { GraphBuilder } from "../../lib/onnx/graph/graph_builder.ts";
import {
  GRADIENT_RULES,
  type GradientRules,
} from "../../lib/onnx/graph/gradient_rules/gradient_rules.ts";
import { NOT_DIFFERENTIABLE, times } from "../../lib/onnx/graph/gradient_rules/rule.ts";
import { gradientGraph, gradientName } from "../../lib/onnx/graph/gradients.ts";
import { modelBytes } from "../../lib/onnx/graph/model_bytes.ts";
import { type OperatorName, OPERATORS } from "../../lib/onnx/graph/operators.ts";
import { createSession } from "../../lib/onnx/runtime.ts";
import { GRADIENT_CASES, type GradientCase } from "./gradient_cases.ts";
import { checkGradients, FLOAT64, randomIntegers, spread } from "./gradient_check.ts";

/** A size for each name, and the names that stand in the shapes of the graph. */
const SIZES = fc.record({
  a: fc.integer({ min: 1, max: 4 }),
  b: fc.integer({ min: 1, max: 4 }),
  c: fc.integer({ min: 1, max: 4 }),
  d: fc.integer({ min: 1, max: 4 }),
  B: fc.integer({ min: 3, max: 5 }),
  C: fc.integer({ min: 3, max: 5 }),
  D: fc.integer({ min: 3, max: 5 }),
  symbolic: fc.subarray(["a", "b", "c", "d"]),
  seed: fc.nat(),
});

type Sizes = typeof SIZES extends fc.Arbitrary<infer Value> ? Value : never;

function operatorNames(): readonly OperatorName[] {
  return Object.keys(OPERATORS).filter((name): name is OperatorName =>
    Object.hasOwn(OPERATORS, name)
  );
}

/** Checks a case in one choice of sizes. */
async function check(
  gradientCase: GradientCase,
  sizes: Sizes,
  rules?: GradientRules,
): Promise<void> {
  const { inputs, build, precision = FLOAT64, shift = 0 } = gradientCase;
  const known: Record<string, number | readonly string[]> = sizes;
  const sizeOf = (dim: string | number) => Number(known[dim] ?? dim);
  const fixed = (shape: Shape) => shape.map(sizeOf);
  const random = randomIntegers(sizes.seed);
  const graph = new GraphBuilder();
  const values = inputs.map((shape, index) =>
    graph.input(
      `x${index}`,
      "float32",
      shape.map((dim) => sizes.symbolic.includes(`${dim}`) ? dim : sizeOf(dim)),
    )
  );
  const output = build(graph, ...values);
  graph.output("y", output);
  const shapes = values.map(({ name }, index) => [name, fixed(inputs[index]!)] as const);
  await checkGradients({
    graph: graph.build("test"),
    dims: { ...Object.fromEntries(shapes), y: runtimeDims(output.shape, sizeOf) },
    inputs: Object.fromEntries(
      shapes.map(([name, dims]) => [
        name,
        spread(elementCount(dims), random).map((value) => value + shift),
      ]),
    ),
    precision,
    seed: sizes.seed,
    rules,
  });
}

/** Sizes of a shape, of which one may be the name of a product. */
function runtimeDims(shape: Shape, sizeOf: (dim: string | number) => number): number[] {
  return shape.map((dim) =>
    `${dim}`.split("*").reduce((product, factor) => product * sizeOf(factor), 1)
  );
}

Deno.test("gradient rules agree with finite differences", async (t) => {
  for (const [operator, cases] of Object.entries(GRADIENT_CASES)) {
    await t.step(operator, async () => {
      for (const gradientCase of cases) {
        await fc.assert(
          fc.asyncProperty(SIZES, (sizes) => check(gradientCase, sizes)),
          { numRuns: 16 },
        );
      }
    });
  }
});

Deno.test("every operator has a checked gradient rule, or is declared to have no gradient", () => {
  for (const operator of operatorNames()) {
    const rule = GRADIENT_RULES[operator];
    assert(rule, `${operator} has no rule`);
    const cases = GRADIENT_CASES[operator] ?? [];
    assert.equal(cases.length > 0, rule !== NOT_DIFFERENTIABLE, `${operator} lacks a check`);
  }
});

/** Sizes at which no gradient vanishes. */
const ORDINARY: Sizes = { a: 2, b: 3, c: 4, d: 2, B: 3, C: 4, D: 5, symbolic: ["a", "b"], seed: 7 };

/** All rules, the gradient of one input of one operator being larger than it is. */
function withWrongRule(operator: OperatorName, wrongInput: number): GradientRules {
  const rule = GRADIENT_RULES[operator].map((inputGradient, index): typeof inputGradient =>
    inputGradient === null || index !== wrongInput
      ? inputGradient
      : (context, ...inputs) => times(context.graph, inputGradient(context, ...inputs), 1.01)
  );
  return { ...GRADIENT_RULES, [operator]: rule };
}

Deno.test("a planted rule that is wrong by a hundredth does not agree with finite differences", async (t) => {
  for (const operator of operatorNames()) {
    for (const [index, inputGradient] of GRADIENT_RULES[operator].entries()) {
      if (!inputGradient) continue;
      await t.step(`${operator}, input ${index}`, async () => {
        const rules = withWrongRule(operator, index);
        const cases = GRADIENT_CASES[operator] ?? [];
        const concerned = cases.filter(({ inputs }) => inputs.length > index);
        for (const gradientCase of concerned) {
          await assert.rejects(
            check(gradientCase, ORDINARY, rules),
            /^AssertionError.*finite differences give/,
          );
        }
      });
    }
  }
});

Deno.test("the gradient of a table loses nothing when several threads compute it", async () => {
  const [rows, width, count] = [3, 512, 2048];
  const graph = new GraphBuilder();
  const table = graph.input("table", "float32", [rows, width]);
  const indices = graph.input("indices", "int64", [count]);
  graph.output("y", graph.op("Gather", [table, indices]));
  const gradient = gradientGraph(graph.build("lookup"), ["table"]);
  const session = await createSession(modelBytes(gradient), { device: "cpu", threads: 4 });
  const inputs = {
    table: new Tensor("float32", new Float32Array(rows * width), [rows, width]),
    indices: new Tensor(
      "int64",
      BigInt64Array.from({ length: count }, (_, i) => BigInt(i % rows)),
      [
        count,
      ],
    ),
    [gradientName("y")]: new Tensor("float32", new Float32Array(count * width).fill(1), [
      count,
      width,
    ]),
  };
  // Row r is taken as often as there are i < 2048 with i % 3 = r.
  const expected = Float32Array.from({ length: rows * width }, (_, i) => i < 2 * width ? 683 : 682);
  for (let round = 0; round < 20; round++) {
    const outputs = await session.run(inputs);
    assert.deepEqual(outputs[gradientName("table")]?.data, expected);
  }
  await session.release();
});
