/** A small computation for each operator that has a gradient, to compare with finite differences. */

import { TensorProto_DataType } from "../../proto/gen/onnx_pb.ts";
import type { Shape } from "../../lib/onnx/graph/dim.ts";
import type { GraphBuilder, Value } from "../../lib/onnx/graph/graph_builder.ts";
import type { OperatorName } from "../../lib/onnx/graph/operators.ts";
import { FLOAT32, type Precision } from "./gradient_check.ts";

/** One computation. */
export interface GradientCase {
  /**
   * Shapes of the inputs. A name in small letters stands for a size from 1 to 4, which the graph
   * knows by its number or by its name only; one in capitals for a size from 3 to 5 that it knows.
   */
  readonly inputs: readonly Shape[];
  readonly build: (graph: GraphBuilder, ...inputs: readonly Value[]) => Value;
  /** @default {FLOAT64} */
  readonly precision?: Precision;
  /** Added to all inputs, which are between -1 and 1. @default {0} */
  readonly shift?: number;
}

const binary = (operator: "Add" | "Sub" | "Mul" | "Div", shift = 0): readonly GradientCase[] =>
  [
    [["a", "b"], ["a", "b"]],
    [["a", "b", "c"], ["b", 1]],
    [[1, "c"], ["a", 1, 1]],
    [[], ["a"]],
  ].map((inputs) => ({
    inputs,
    shift,
    build: (graph, left, right) => graph.op(operator, [left, right]),
  }));

const unary = (
  operator: "Identity" | "Neg" | "Sqrt" | "Exp" | "Erf" | "Tanh" | "Relu" | "Gelu",
  options: Pick<GradientCase, "precision" | "shift"> = {},
): readonly GradientCase[] => [
  { ...options, inputs: [["a", "b"]], build: (graph, x) => graph.op(operator, [x]) },
];

const matMul = (...inputs: readonly Shape[]): GradientCase => ({
  inputs,
  build: (graph, left, right) => graph.op("MatMul", [left, right]),
});

/** Indices `[1, 2]`: the first place and the last, which may be the same. */
const indexRow = (graph: GraphBuilder): Value =>
  graph.op("Unsqueeze", [graph.integers([0, -1]), graph.integers([0])]);

/** The cases of each operator but for those that have no gradient. */
export const GRADIENT_CASES: Readonly<Partial<Record<OperatorName, readonly GradientCase[]>>> = {
  Add: binary("Add"),
  Sub: binary("Sub"),
  Mul: binary("Mul"),
  Div: binary("Div", 2),
  Identity: unary("Identity"),
  Neg: unary("Neg"),
  Sqrt: unary("Sqrt", { shift: 2 }),
  Exp: unary("Exp"),
  Tanh: unary("Tanh"),
  Relu: unary("Relu"),
  Erf: unary("Erf", { precision: FLOAT32 }),
  Gelu: unary("Gelu", { precision: FLOAT32 }),
  Cast: [{
    inputs: [["a", "b"]],
    build: (graph, x) => graph.op("Cast", [x], { to: TensorProto_DataType.FLOAT }),
  }],
  Softmax: [
    { inputs: [["a", "b"]], build: (graph, x) => graph.op("Softmax", [x]) },
    { inputs: [["a", "b", "c"]], build: (graph, x) => graph.op("Softmax", [x], { axis: 1 }) },
  ],
  LayerNormalization: [
    {
      inputs: [["a", "b", "C"], ["C"], ["C"]],
      build: (graph, x, scale, bias) =>
        graph.op("LayerNormalization", [x, scale, bias], { epsilon: 0.25 }),
    },
    {
      inputs: [["a", "B", "C"], ["B", "C"], ["B", "C"]],
      build: (graph, x, scale, bias) =>
        graph.op("LayerNormalization", [x, scale, bias], { axis: 1 }),
    },
  ],
  MatMul: [
    matMul(["a", "b"], ["b", "c"]),
    matMul(["a", "b", "C"], ["C", "D"]),
    matMul(["a", "b", "c"], ["c", "d"]),
    matMul(["a", 2, "b", "c"], [2, "c", "d"]),
    matMul([1, "b", "c"], ["a", "c", "d"]),
  ],
  Conv: [
    {
      inputs: [["a", 2, "C", "D"], [3, 2, 2, 3], [3]],
      build: (graph, ...inputs) => graph.op("Conv", inputs),
      precision: FLOAT32,
    },
    {
      inputs: [["a", 1, "C", "D"], [2, 1, 3, 3]],
      build: (graph, ...inputs) => graph.op("Conv", inputs, { kernel_shape: [3, 3] }),
      precision: FLOAT32,
    },
  ],
  ConvTranspose: [{
    inputs: [["a", 2, "C", "D"], [2, 3, 2, 3]],
    build: (graph, ...inputs) => graph.op("ConvTranspose", inputs),
    precision: FLOAT32,
  }],
  MaxPool: [[2, 2], [1, 3]].map((kernel) => ({
    inputs: [["a", 2, "C", "D"]],
    build: (graph, x) => graph.op("MaxPool", [x], { kernel_shape: kernel, strides: kernel }),
  })),
  ReduceSum: [
    {
      inputs: [["a", "b", "c"]],
      build: (graph, x) => graph.op("ReduceSum", [x, graph.integers([0, -1])]),
    },
    {
      inputs: [["a", "b", "c"]],
      build: (graph, x) => graph.op("ReduceSum", [x, graph.integers([1])], { keepdims: 0 }),
    },
    // No axes stand for all.
    ...[0, 1].map((keepdims): GradientCase => ({
      inputs: [["a", "b"]],
      build: (graph, x) => graph.op("ReduceSum", [x, graph.integers([])], { keepdims }),
    })),
  ],
  Expand: [{
    inputs: [["b", 1], ["a", "b", "c"]],
    build: (graph, x, like) => graph.op("Expand", [x, graph.op("Shape", [like])]),
  }],
  Gather: [
    { inputs: [["a"]], build: (graph, x) => graph.op("Gather", [x, graph.integers([-1, 0, -1])]) },
    {
      inputs: [["a", "b"]],
      build: (graph, x) => graph.op("Gather", [x, graph.integers([0, -1, 0, 0])]),
    },
    {
      inputs: [["a", "b", "c"]],
      build: (graph, x) => graph.op("Gather", [x, graph.integers([-1, 0, -1])], { axis: 1 }),
    },
    {
      inputs: [["a", "b", "c"]],
      build: (graph, x) => graph.op("Gather", [x, graph.integers(0)], { axis: -1 }),
    },
    {
      inputs: [["a", "b"]],
      build: (graph, x) => {
        const table = graph.op("Unsqueeze", [graph.integers([0, -1]), graph.integers([0])]);
        return graph.op("Gather", [x, table], { axis: 1 });
      },
    },
  ],
  GatherElements: [
    {
      inputs: [["a", 2]],
      build: (graph, x) => graph.op("GatherElements", [x, indexRow(graph)]),
    },
    {
      inputs: [[1, "b"]],
      build: (graph, x) => graph.op("GatherElements", [x, indexRow(graph)], { axis: -1 }),
    },
  ],
  ScatterElements: [
    {
      inputs: [["a", 2], [1, 2]],
      build: (graph, data, updates) =>
        graph.op("ScatterElements", [data, indexRow(graph), updates], { reduction: "add" }),
    },
    {
      inputs: [[1, "b"], [1, 2]],
      build: (graph, data, updates) => {
        const inputs = [data, indexRow(graph), updates];
        return graph.op("ScatterElements", inputs, { axis: 1, reduction: "add" });
      },
    },
  ],
  Transpose: [
    { inputs: [["a", "b", "c"]], build: (graph, x) => graph.op("Transpose", [x]) },
    {
      inputs: [["a", "b", "c"]],
      build: (graph, x) => graph.op("Transpose", [x], { perm: [1, 2, 0] }),
    },
  ],
  Reshape: [
    {
      inputs: [["a", "b", 6]],
      build: (graph, x) => graph.op("Reshape", [x, graph.integers([0, 0, 2, 3])]),
    },
    {
      inputs: [["a", "b", "c"]],
      build: (graph, x) => graph.op("Reshape", [x, graph.integers([-1])]),
    },
  ],
  Unsqueeze: [{
    inputs: [["a", "b"]],
    build: (graph, x) => graph.op("Unsqueeze", [x, graph.integers([0, -1])]),
  }],
  Slice: [
    {
      inputs: [["a", "C", "D"]],
      build: (graph, x) =>
        graph.op("Slice", [
          x,
          graph.integers([2, 1]),
          graph.integers([3, 9]),
          graph.integers([1, -1]),
        ]),
    },
    {
      inputs: [[7, "b"], ["a"]],
      build: (graph, x, like) =>
        graph.op("Slice", [
          x,
          graph.integers([0]),
          graph.op("Shape", [like]),
          graph.integers([0]),
        ]),
    },
  ],
  Pad: [
    [0, 2, 1, 0, 1, 0],
    [0, -1, 0, 0, -2, 0], // cut at both ends, to nothing if there are three
    [0, -2, 1, 0, 3, -1], // cut at one end, and put in at the other
  ].map((amounts) => ({
    inputs: [["a", "C", 2]],
    build: (graph, x) => graph.op("Pad", [x, graph.integers(amounts)]),
  })),
};
