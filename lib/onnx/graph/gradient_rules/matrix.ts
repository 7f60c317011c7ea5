/** Gradient of the matrix product. */

import type { GraphBuilder, Value } from "../graph_builder.ts";
import { type GradientRule, sumTo } from "./rule.ts";

export const MATRIX_RULES = {
  MatMul: [
    ({ graph, gradient }, left, right) =>
      sumTo(graph, graph.op("MatMul", [gradient, transposed(graph, right)]), left.shape),
    ({ graph, gradient }, left, right) => {
      const product = (rows: Value, gradients: Value) =>
        graph.op("MatMul", [transposed(graph, rows), gradients]);
      return right.shape.length === 2 && isMatrixLike(left) && isMatrixLike(gradient)
        ? product(asMatrix(graph, left), asMatrix(graph, gradient))
        : sumTo(graph, product(left, gradient), right.shape);
    },
  ],
} as const satisfies Record<string, GradientRule>;

/** The matrices of a tensor, each transposed. */
function transposed(graph: GraphBuilder, value: Value): Value {
  const axes = value.shape.map((_, axis) => axis);
  const perm = [...axes.slice(0, -2), ...axes.slice(-2).reverse()];
  return graph.op("Transpose", [value], { perm });
}

/** Whether a tensor has vectors of a fixed size, or is a matrix. */
function isMatrixLike({ shape }: Value): boolean {
  return shape.length === 2 || typeof shape.at(-1) === "number";
}

/**
 * All vectors of a tensor as the rows of one matrix. Its product adds up over the batch, where one
 * product for each element of the batch would have to be stored first.
 */
function asMatrix(graph: GraphBuilder, value: Value): Value {
  const size = value.shape.at(-1);
  if (value.shape.length === 2 || typeof size !== "number") return value;
  return graph.op("Reshape", [value, graph.integers([-1, size])]);
}
