import assert from "node:assert/strict";
import { TensorProto_DataType } from "../../proto/gen/onnx_pb.ts";
import { elementCount, Tensor } from "../../lib/base/tensor.ts";
import { GraphBuilder, type Value } from "../../lib/onnx/graph/graph_builder.ts";
import { modelBytes } from "../../lib/onnx/graph/model_bytes.ts";
import { difference, product, quotient, type Shape, sum } from "../../lib/onnx/graph/dim.ts";
import { createSession } from "../../lib/onnx/runtime.ts";

const SIZES: Record<string, number> = { batch: 2, sequence: 3 };
const fixed = (shape: Shape) => shape.map((dim) => typeof dim === "string" ? SIZES[dim]! : dim);

/** Runs a graph of one float input; gives the output and the shape that was inferred for it. */
async function evaluate(shape: Shape, build: (graph: GraphBuilder, x: Value) => Value) {
  const graph = new GraphBuilder();
  const value = build(graph, graph.input("x", "float32", shape));
  graph.output("y", value);
  const session = await createSession(modelBytes(graph.build("test")), {
    device: "cpu",
    threads: 1,
  });
  try {
    const dims = fixed(shape);
    const data = Float32Array.from({ length: elementCount(dims) }, (_, index) => index);
    const { y } = await session.run({ x: new Tensor("float32", data, dims) });
    return { output: y!, inferred: value.shape };
  } finally {
    await session.release();
  }
}

const CASES: Record<string, [Shape, (graph: GraphBuilder, x: Value) => Value, Shape]> = {
  "Add of symbolic and fixed sizes": [
    ["batch", 1, 4],
    (graph, x) => graph.op("Add", [x, graph.weight("w", [5, 1], () => {})]),
    ["batch", 5, 4],
  ],
  "Sub of a scalar": [
    ["batch"],
    (graph, x) => graph.op("Sub", [x, graph.scalar(1)]),
    ["batch"],
  ],
  "MatMul with broadcast batch": [
    ["batch", 3, "sequence", 4],
    (graph, x) => graph.op("MatMul", [x, graph.weight("w", [4, 5], () => {})]),
    ["batch", 3, "sequence", 5],
  ],
  "Gather of a scalar index": [
    [4, 5],
    (graph, x) => graph.op("Gather", [x, graph.integers(2)], { axis: 1 }),
    [4],
  ],
  "Gather of a vector of indices": [
    ["batch", 5],
    (graph, x) => graph.op("Gather", [x, graph.integers([2, 0, 4])], { axis: -1 }),
    ["batch", 3],
  ],
  "Transpose in the given order": [
    ["batch", "sequence", 4],
    (graph, x) => graph.op("Transpose", [x], { perm: [2, 0, 1] }),
    [4, "batch", "sequence"],
  ],
  "Transpose in reverse": [["batch", 4], (graph, x) => graph.op("Transpose", [x]), [4, "batch"]],
  "Reshape that keeps and splits": [
    ["batch", "sequence", 6],
    (graph, x) => graph.op("Reshape", [x, graph.integers([0, 0, 2, 3])]),
    ["batch", "sequence", 2, 3],
  ],
  "Reshape to the shape of another": [
    [2, 3],
    (graph, x) =>
      graph.op("Reshape", [x, graph.op("Shape", [graph.weight("w", [6, 1], () => {})])]),
    [6, 1],
  ],
  "Unsqueeze at both ends": [
    ["batch", 4],
    (graph, x) => graph.op("Unsqueeze", [x, graph.integers([-1, 0])]),
    [1, "batch", 4, 1],
  ],
  "Slice of fixed bounds": [
    ["batch", 6],
    (graph, x) =>
      graph.op("Slice", [x, graph.integers([1]), graph.integers([9]), graph.integers([-1])]),
    ["batch", 5],
  ],
  "Slice of a symbolic end": [
    ["batch", "sequence"],
    (graph, x) =>
      graph.op("Slice", [
        graph.weight("w", [7, 2], () => {}),
        graph.integers([0]),
        graph.op("Shape", [x], { start: -1 }),
        graph.integers([0]),
      ]),
    ["sequence", 2],
  ],
  "Pad behind the last axis": [
    ["batch", 4],
    (graph, x) => graph.op("Pad", [x, graph.integers([0, 1, 0, 2])]),
    ["batch", 7],
  ],
  "Cast and back": [
    ["batch"],
    (graph, x) =>
      graph.op("Cast", [graph.op("Cast", [x], { to: TensorProto_DataType.INT64 })], {
        to: TensorProto_DataType.FLOAT,
      }),
    ["batch"],
  ],
};

Deno.test("op() infers the shape that the runtime computes", async (t) => {
  for (const [name, [shape, build, expected]] of Object.entries(CASES)) {
    await t.step(name, async () => {
      const { output, inferred } = await evaluate(shape, build);
      assert.deepEqual(inferred, expected);
      assert.deepEqual(output.dims, fixed(inferred));
    });
  }
});

Deno.test("op() writes attributes that the runtime obeys", async () => {
  const { output } = await evaluate(
    [2, 3],
    (graph, x) => graph.op("Transpose", [x], { perm: [1, 0] }),
  );
  assert.deepEqual([...output.data], [0, 3, 1, 4, 2, 5]);
  const softmax = await evaluate([2, 1], (graph, x) => graph.op("Softmax", [x], { axis: 0 }));
  assert.deepEqual([...softmax.output.data].map((p) => Number(p).toFixed(3)), ["0.269", "0.731"]);
  const norm = await evaluate([1, 2], (graph, x) => {
    const scale = graph.weight(
      "scale",
      [2],
      (bytes) => bytes.set(new Uint8Array(Float32Array.of(1, 1).buffer)),
    );
    const bias = graph.weight("bias", [2], () => {});
    return graph.op("LayerNormalization", [x, scale, bias], { epsilon: 0.75 });
  });
  assert.deepEqual([...norm.output.data], [-0.5, 0.5]);
});

Deno.test("op() rejects what does not fit, naming node and shapes", () => {
  const wrong: [(graph: GraphBuilder, x: Value, ids: Value) => Value, RegExp][] = [
    [
      (graph, x) => graph.op("MatMul", [x, graph.weight("w", [5, 6], () => {})]),
      /layer\.MatMul of float32 \[batch, 4\], float32 \[5, 6\]: the inner sizes 4 and 5 differ/,
    ],
    [(graph, x) => graph.op("MatMul", [x, graph.scalar(1)]), /rank 2/],
    [
      (graph, x) => graph.op("Add", [x, graph.weight("w", [3], () => {})]),
      /\[batch, 4\] and \[3\]/,
    ],
    [(graph, x, ids) => graph.op("Mul", [x, ids]), /element types differ/],
    [(graph, x) => graph.op("Add", [x]), /Add takes 2 inputs/],
    [(graph, x) => graph.op("Softmax", [x], { axis: 2 }), /no axis 2/],
    [(graph, x) => graph.op("Gather", [x, x]), /must be int64/],
    [(graph, x) => graph.op("Transpose", [x], { perm: [0, 0] }), /\[0, 0\] is no order/],
    [(graph, x) => graph.op("Reshape", [x, graph.integers([0, 5])]), /cannot become \[batch, 5\]/],
    [(graph, x, ids) => graph.op("Reshape", [x, ids]), /known while building/],
    [
      (graph, x) => graph.op("LayerNormalization", [x, graph.scalar(1), graph.scalar(0)]),
      /scale and bias must be \[4\]/,
    ],
    [(graph, x) => graph.op("Pad", [x, graph.integers([1, 0, 0, 0])]), /size of batch and 1 more/],
    [(graph, x) => graph.op("Pad", [x, graph.integers([1, 0])]), /two amounts/],
    [(graph, x) => graph.op("Cast", [x], { to: 99 }), /no element type 99/],
    [
      (graph, x) =>
        graph.op("Slice", [x, graph.integers([0]), graph.integers([3]), graph.integers([0])]),
      /size of batch from 0 to 3/,
    ],
  ];
  for (const [build, message] of wrong) {
    const graph = new GraphBuilder();
    const x = graph.input("x", "float32", ["batch", 4]);
    const ids = graph.input("ids", "int64", ["batch", 4]);
    assert.throws(() => build(graph.scope("layer"), x, ids), { name: "RangeError", message });
  }
});

Deno.test("op() rejects a value of another graph", () => {
  const foreign = new GraphBuilder().input("x", "float32", [1]);
  assert.throws(() => new GraphBuilder().op("Gelu", [foreign]), TypeError);
});

Deno.test("sizes known by name are taken off and added again, and nothing else is made of them", () => {
  for (const taken of ["n", "m-n", "2*n", "a-(b-c)"]) {
    const name = difference("size", taken);
    assert.equal(sum(taken, name), "size");
    assert.equal(sum("n", name), taken === "n" ? "size" : undefined);
    assert.equal(quotient([name], ["n"]), undefined);
  }
  assert.equal(difference(512, "n"), "512-n");
  assert.equal(difference("n", -3), "n-(-3)");
  assert.equal(sum(3, difference("n", -3)), undefined);
  assert.equal(quotient([product([difference(8, "n"), "m"])], ["m"]), undefined);
});

Deno.test("GraphBuilder keeps names unique", () => {
  const graph = new GraphBuilder();
  const x = graph.input("x", "float32", [1]);
  const scope = graph.scope("a").scope("b");
  assert.equal(scope.op("Gelu", [x]).name, "a.b.Gelu");
  assert.equal(scope.op("Gelu", [x]).name, "a.b.Gelu_2");
  assert.throws(() => graph.weight("x", [1], () => {}), TypeError);
});
