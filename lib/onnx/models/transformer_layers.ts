/** The parts that BERT and GPT-2 are made of. */

import { TensorProto_DataType } from "../../../proto/gen/onnx_pb.ts";
import type { GraphBuilder, Value, WriteWeight } from "../graph/graph_builder.ts";
import { ones, zeros } from "./initial_weights.ts";

/** Added to the attention score of a masked token, whose weight after softmax is then 0. */
export const MASKED = -1e9;

/** float32 `[batch, 1, 1, sequence]`, to add to scores: 0 where the mask is 1, MASKED where it is 0. */
export function attentionBias(graph: GraphBuilder, mask: Value): Value {
  const kept = graph.op("Cast", [mask], { to: TensorProto_DataType.FLOAT });
  const masked = graph.op("Sub", [graph.scalar(1), kept]);
  const bias = graph.op("Mul", [masked, graph.scalar(MASKED)]);
  return graph.op("Unsqueeze", [bias, graph.integers([1, 2])]);
}

/** The rows of a table for positions 0, 1, … as far as the sequence of `ids` goes. */
export function positionRows(graph: GraphBuilder, table: Value, ids: Value): Value {
  const length = graph.op("Shape", [ids], { start: 1 });
  return graph.op("Slice", [table, graph.integers([0]), length, graph.integers([0])]);
}

/** What attention works on: `[batch, sequence, hiddenSize]` each. */
export interface AttentionInputs {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  /** Added to the scores, which are `[batch, heads, sequence, sequence]`. */
  readonly bias: Value;
}

/** The sizes of an attention layer. */
export interface AttentionSizes {
  readonly hiddenSize: number;
  readonly heads: number;
}

/** Multi-head attention: `[batch, sequence, hiddenSize]`. */
export function attend(
  graph: GraphBuilder,
  { query, key, value, bias }: AttentionInputs,
  { hiddenSize, heads }: AttentionSizes,
): Value {
  const headSize = hiddenSize / heads;
  const splitShape = graph.integers([0, 0, heads, headSize]);
  const split = (vectors: Value, perm: readonly number[]) =>
    graph.op("Transpose", [graph.op("Reshape", [vectors, splitShape])], { perm });
  const products = graph.op("MatMul", [split(query, [0, 2, 1, 3]), split(key, [0, 2, 3, 1])]);
  const scores = graph.op("Mul", [products, graph.scalar(1 / Math.sqrt(headSize))]);
  const weights = graph.op("Softmax", [graph.op("Add", [scores, bias])], { axis: -1 });
  const sums = graph.op("MatMul", [weights, split(value, [0, 2, 1, 3])]);
  const joined = graph.op("Transpose", [sums], { perm: [0, 2, 1, 3] });
  return graph.op("Reshape", [joined, graph.integers([0, 0, hiddenSize])]);
}

/** A linear map of each vector. */
export function dense(
  graph: GraphBuilder,
  input: Value,
  sizes: readonly [from: number, to: number],
  random: WriteWeight,
): Value {
  const product = graph.op("MatMul", [input, graph.weight("weight", sizes, random)]);
  return graph.op("Add", [product, graph.weight("bias", [sizes[1]], zeros)]);
}

/** Layer normalization of each vector. */
export function normalize(graph: GraphBuilder, input: Value, size: number, epsilon: number): Value {
  const scale = graph.weight("weight", [size], ones);
  const bias = graph.weight("bias", [size], zeros);
  return graph.op("LayerNormalization", [input, scale, bias], { axis: -1, epsilon });
}

/** Cuts each vector from `from` to `to` elements, or puts zeros behind it. */
export function resize(graph: GraphBuilder, input: Value, from: number, to: number): Value {
  if (to === from) return input;
  if (to > from) {
    const before = input.shape.map(() => 0);
    const after = before.with(-1, to - from);
    return graph.op("Pad", [input, graph.integers([...before, ...after])]);
  }
  const [start, end, axis] = [graph.integers([0]), graph.integers([to]), graph.integers([-1])];
  return graph.op("Slice", [input, start, end, axis]);
}
