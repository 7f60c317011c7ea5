/** What attributes and sizes may be: each is refused while building, or has the right gradient. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { elementCount, Tensor } from "../../lib/base/tensor.ts";
import type { Attributes } from "../../lib/onnx/graph/attributes.ts";
import { type Graph, GraphBuilder, type Value } from "../../lib/onnx/graph/graph_builder.ts";
import { GRADIENT_RULES } from "../../lib/onnx/graph/gradient_rules/gradient_rules.ts";
import { addGradients, gradientGraph, gradientName } from "../../lib/onnx/graph/gradients.ts";
import { modelBytes } from "../../lib/onnx/graph/model_bytes.ts";
import type { OperatorName } from "../../lib/onnx/graph/operators.ts";
import { createSession } from "../../lib/onnx/runtime.ts";
import { TensorProto_DataType as DataType } from "../../proto/gen/onnx_pb.ts";
import { checkGradients, FLOAT64, randomIntegers, spread } from "./gradient_check.ts";

type Build = (graph: GraphBuilder, ...inputs: readonly Value[]) => Value;

/** The graph of one output; throws what the builder throws. */
function graphOf(inputs: readonly (readonly number[])[], build: Build): Graph {
  const graph = new GraphBuilder();
  const values = inputs.map((dims, index) => graph.input(`x${index}`, "float32", dims));
  graph.output("y", build(graph, ...values));
  return graph.build("test");
}

/** Compares the gradients with finite differences, and all shapes with what was inferred. */
async function checkGraph(graph: Graph): Promise<void> {
  const random = randomIntegers(7);
  const dims = Object.fromEntries(
    [...graph.inputs, ...graph.outputs].map(({ name, shape }) => [name, shape.map(Number)]),
  );
  const inputs = Object.fromEntries(
    graph.inputs.map(({ name }) => [name, spread(elementCount(dims[name]!), random)]),
  );
  await checkGradients({ graph, dims, inputs, precision: FLOAT64, seed: 7 });
}

/** Whether the builder takes it; if so, the gradients are right. */
async function isTaken(inputs: readonly (readonly number[])[], build: Build): Promise<boolean> {
  let graph;
  try {
    graph = graphOf(inputs, build);
  } catch (error) {
    assert(error instanceof RangeError, `${error}`);
    assert.match(error.message, /^Cannot add \w+ of float32 /);
    return false;
  }
  await checkGraph(graph);
  return true;
}

const SIZES = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 });

/** As many numbers as there are axes, times `factor`. */
const perAxis = (factor: number, numbers: fc.Arbitrary<number>) =>
  SIZES.chain((sizes) => {
    const length = factor * sizes.length;
    const values = fc.array(numbers, { minLength: length, maxLength: length });
    return fc.tuple(fc.constant(sizes), values);
  });

Deno.test("Pad puts in and cuts off at either end of any axis, and so does its gradient", async () => {
  const one = [-4, -3, -2, -1, 0, 1, 3];
  for (const before of one) {
    for (const after of one) {
      const taken = await isTaken(
        [[4]],
        (graph, x) => graph.op("Pad", [x!, graph.integers([before, after])]),
      );
      assert.equal(taken, Math.min(before, 0) + Math.min(after, 0) >= -4, `${before}, ${after}`);
    }
  }
  await fc.assert(
    fc.asyncProperty(perAxis(2, fc.integer({ min: -3, max: 2 })), async ([sizes, amounts]) => {
      const cut = (place: number) => Math.max(-amounts[place]!, 0);
      assert.equal(
        await isTaken([sizes], (graph, x) => graph.op("Pad", [x!, graph.integers(amounts)])),
        sizes.every((size, axis) => cut(axis) + cut(axis + sizes.length) <= size),
      );
    }),
  );
});

Deno.test("Pad cuts what is known of a shape like the shape", async () => {
  const graph = new GraphBuilder();
  const shape = graph.op("Shape", [graph.input("x", "float32", [2, "n", 5])]);
  const pad = (before: number, after: number) =>
    graph.op("Pad", [shape, graph.integers([before, after])]).content;
  assert.deepEqual(pad(1, 1), [0, 2, "n", 5, 0]);
  assert.deepEqual(pad(-1, 0), ["n", 5]);
  assert.deepEqual(pad(0, -2), [2]);
  assert.deepEqual(pad(-2, 1), [5, 0]);
  // The runtime cuts the same.
  await checkGraph(graphOf([[2, 3, 4]], (graph, x) => {
    const sizes = graph.op("Pad", [graph.op("Shape", [x!]), graph.integers([-1, 0])]);
    const total = graph.op("ReduceSum", [x!, graph.integers([])], { keepdims: 0 });
    return graph.op("Expand", [total, sizes]);
  }));
});

Deno.test("starts, ends and axes of Slice are refused or have the right gradient", async () => {
  const bound = fc.integer({ min: -5, max: 6 });
  const axis = fc.integer({ min: -4, max: 3 });
  const bounds = fc.array(fc.tuple(bound, bound, axis), { maxLength: 3 });
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(SIZES, bounds, async (sizes, rows) => {
      const column = (index: 0 | 1 | 2) => rows.map((row) => row[index]);
      const isIt = await isTaken([sizes], (graph, x) => {
        const lists = [column(0), column(1), column(2)].map((list) => graph.integers(list));
        return graph.op("Slice", [x!, ...lists]);
      });
      if (isIt) taken++;
    }),
    { numRuns: 300 },
  );
  assert(taken > 20, `${taken} were taken`);
});

Deno.test("axes and sizes of other operators are refused or have the right gradient", async () => {
  const list = fc.array(fc.integer({ min: -4, max: 4 }), { maxLength: 4 });
  const axis = fc.integer({ min: -4, max: 3 });
  const builds: Record<string, (numbers: readonly number[], axis: number) => Build> = {
    ReduceSum: (axes, keepdims) => (graph, x) =>
      graph.op("ReduceSum", [x!, graph.integers(axes)], { keepdims }),
    Unsqueeze: (axes) => (graph, x) => graph.op("Unsqueeze", [x!, graph.integers(axes)]),
    Reshape: (sizes) => (graph, x) => graph.op("Reshape", [x!, graph.integers(sizes)]),
    Expand: (sizes) => (graph, x) => graph.op("Expand", [x!, graph.integers(sizes)]),
    Softmax: (_, axis) => (graph, x) => graph.op("Softmax", [x!], { axis }),
    Gather: (places, axis) => (graph, x) => {
      // The place itself is refused by the runtime, if it is none.
      const valid = places.map((place) => place % 2 ? -1 : 0);
      return graph.op("Gather", [x!, graph.integers(valid)], { axis });
    },
    MaxPool: (kernel) => (graph, x) => {
      const image = graph.op("Unsqueeze", [x!, graph.integers([0, 1])]);
      return graph.op("MaxPool", [image], { kernel_shape: kernel, strides: kernel });
    },
  };
  for (const [operator, build] of Object.entries(builds)) {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(SIZES, list, axis, async (sizes, numbers, axis) => {
        if (await isTaken([sizes], build(numbers, axis))) taken++;
      }),
      { numRuns: 150 },
    );
    assert(taken > 3, `${operator} was taken ${taken} times`);
  }
});

Deno.test("op() refuses attributes that are not in the table, for shape and gradient ignore them", () => {
  const image = [1, 2, 4, 4];
  const wrong: [OperatorName, readonly (readonly number[])[], Attributes, RegExp][] = [
    ["Gelu", [[4]], { approximate: "tanh" }, /no attribute approximate of Gelu is known here/],
    ["Conv", [image, [2, 2, 3, 3]], { strides: [2, 2] }, /no attribute strides of Conv/],
    ["Conv", [image, [2, 2, 3, 3]], { pads: [1, 1, 1, 1] }, /no attribute pads of Conv/],
    ["ConvTranspose", [image, [2, 2, 3, 3]], { dilations: [2, 2] }, /no attribute dilations/],
    ["MaxPool", [image], { kernel_shape: [3, 3], strides: [3, 3], ceil_mode: 1 }, /ceil_mode/],
    ["Exp", [[4]], { constructor: 1 }, /no attribute constructor of Exp/],
    ["Softmax", [[4]], { axis: 0.5 }, /the attribute axis must be an integer, not 0.5/],
    ["LayerNormalization", [[4], [4], [4]], { epsilon: NaN }, /epsilon must be a finite number/],
    ["LayerNormalization", [[4], [4], [4]], { epsilon: -1 }, /epsilon must not be negative/],
    ["Transpose", [[4]], { perm: [0.5] }, /perm must be a list of integers, not 0.5/],
  ];
  for (const [operator, inputs, attributes, message] of wrong) {
    const build: Build = (graph, ...values) => graph.op(operator, values, attributes);
    assert.throws(() => graphOf(inputs, build), { name: "RangeError", message });
  }
  for (const size of [-1, 1.5, NaN, ""]) {
    assert.throws(() => new GraphBuilder().input("x", "float32", [4, size]), {
      name: "RangeError",
      message: /Cannot add x: in \[4, .*\], .* is not a size or a name/,
    });
  }
});

/** A node such as another program would write. */
function withForeignNode(operator: string): Graph {
  const graph = graphOf([[3]], (graph, x) => graph.op("Exp", [x!]));
  const nodes = graph.nodes.map((node) =>
    node.operator === "Exp" ? { ...node, name: "layer.3", operator } : node
  );
  return JSON.parse(JSON.stringify({ ...graph, nodes }));
}

Deno.test("an operator that is not in the table is an error, with its name and that of the node", () => {
  for (const operator of ["Foo", "constructor", "__proto__"]) {
    const foreign = withForeignNode(operator);
    const message = new RegExp(
      `^Cannot add layer\\.3: no operator ${operator} is known here, but Add, Sub, .*Cast$`,
    );
    assert.throws(() => GraphBuilder.from(foreign), { name: "TypeError", message });
    assert.throws(() => gradientGraph(foreign, ["x0"]), { name: "TypeError", message });
    assert.throws(() => modelBytes(foreign), { name: "TypeError", message });
    assert.throws(
      () => graphOf([[3]], (graph, x) => Reflect.apply(graph.op, graph, [operator, [x]])),
      { name: "TypeError", message: new RegExp(`^Cannot add ${operator}: no operator`) },
    );
  }
});

Deno.test("from() refuses a node that gives something else than is known of its operator", () => {
  const graph = graphOf([[3]], (graph, x) => graph.op("Exp", [x!]));
  const nodes = graph.nodes.map((node) => ({
    ...node,
    output: { ...node.output, shape: [4] },
  }));
  assert.throws(() => gradientGraph({ ...graph, nodes }, ["x0"]), {
    name: "RangeError",
    message: "Cannot add Exp: it gives float32 [4], where float32 [3] is known",
  });
});

Deno.test("addGradients() refuses what has another shape than its value, naming the node", () => {
  const graph = graphOf([[2, 3]], (graph, x) => graph.op("Exp", [x!]));
  const rules = {
    ...GRADIENT_RULES,
    Exp: [
      ({ graph, gradient }: { graph: GraphBuilder; gradient: Value }) =>
        graph.op("Transpose", [gradient]),
    ],
  };
  assert.throws(() => gradientGraph(graph, ["x0"], rules), {
    name: "RangeError",
    message: "Cannot differentiate Exp, Exp to float32 [2, 3]: the gradient of x0 must be " +
      "float32 [2, 3], not float32 [3, 2]",
  });
  const builder = GraphBuilder.from(graph);
  const seed = builder.input("seed", "float32", [3]);
  assert.throws(
    () => addGradients(builder, new Map([[builder.value("y"), seed]]), [builder.value("x0")]),
    {
      name: "RangeError",
      message: /the gradient of y must be float32 \[2, 3\], not float32 \[3\]/,
    },
  );
});

Deno.test("addGradients() says for which node there is no rule, or none that can be applied", () => {
  const { Exp: _, ...others } = GRADIENT_RULES;
  const graph = graphOf([[3]], (graph, x) => graph.op("Exp", [x!]));
  assert.throws(() => Reflect.apply(gradientGraph, undefined, [graph, ["x0"], others]), {
    name: "TypeError",
    message: /^Cannot differentiate Exp: no rule for Exp is known, but Add, /,
  });
  const builder = new GraphBuilder();
  const vectors = ["x", "scale", "bias"].map((name) => builder.input(name, "float32", ["n"]));
  builder.output("y", builder.scope("layer").op("LayerNormalization", vectors));
  assert.throws(() => gradientGraph(builder.build("test"), ["x"]), {
    name: "RangeError",
    message: /^Cannot differentiate layer\.LayerNormalization, .*: the size n must be a fixed/,
  });
});

Deno.test("what goes through integers has no gradient", async () => {
  const rounded = (graph: GraphBuilder, x: Value) => graph.op("Cast", [x], { to: DataType.INT64 });
  const asFloats = (graph: GraphBuilder, x: Value) => graph.op("Cast", [x], { to: DataType.FLOAT });
  await checkGraph(graphOf([[4]], (graph, x) => asFloats(graph, rounded(graph, x!))));
  await checkGraph(graphOf([[4]], (graph, x) => {
    const square = graph.op("Mul", [rounded(graph, x!), rounded(graph, x!)]);
    return graph.op("Add", [graph.op("Mul", [x!, x!]), asFloats(graph, square)]);
  }));
});

Deno.test("elements of a window that are equally large share its gradient", async () => {
  const graph = graphOf(
    [[1, 1, 2, 4]],
    (graph, x) => graph.op("MaxPool", [x!], { kernel_shape: [2, 2], strides: [2, 2] }),
  );
  const session = await createSession(modelBytes(gradientGraph(graph, ["x0"])), {
    device: "cpu",
    threads: 1,
  });
  const outputs = await session.run({
    x0: new Tensor("float32", Float32Array.of(5, 5, 7, 7, 5, 1, 7, 7), [1, 1, 2, 4]),
    [gradientName("y")]: new Tensor("float32", Float32Array.of(3, 8), [1, 1, 1, 2]),
  });
  assert.deepEqual([...outputs[gradientName("x0")]!.data], [1, 1, 2, 2, 1, 0, 2, 2]);
  await session.release();
});

Deno.test("the gradient of a weight that nothing uses is zeros", async () => {
  const builder = new GraphBuilder();
  const x = builder.input("x", "float32", [2]);
  builder.weight("unused", [3], () => {});
  builder.output("y", builder.op("Exp", [x]));
  const gradient = gradientGraph(builder.build("test"), ["unused"]);
  const session = await createSession(modelBytes(gradient), { device: "cpu", threads: 1 });
  const outputs = await session.run({
    x: new Tensor("float32", Float32Array.of(1, 2), [2]),
    [gradientName("y")]: new Tensor("float32", Float32Array.of(1, 2), [2]),
  });
  assert.deepEqual([...outputs[gradientName("unused")]!.data], [0, 0, 0]);
  await session.release();
});
