/** The scores of neurons as a graph: what rank, trust and incentive are. */

import { type Graph, GraphBuilder, type Value } from "../onnx/graph/graph_builder.ts";

/**
 * Inputs: a block of rows of the weight matrix W, float32 `[rows, neurons]` from 0 to 1, the stake of
 * these rows, float32 `[1, rows]`, and the sums over the blocks before it.
 */
export const WEIGHTS = "weights";
export const STAKE = "stake";

/** Sums over blocks: an output, which is the input `name + BEFORE` of the next run. */
export const RANKS = "ranks";
export const SUPPORT = "support";
export const TOTAL_STAKE = "total_stake";
export const BEFORE = "_before";

/** Scores of the rows so far, float32 `[1, neurons]`: after the last block, those of the network. */
export const TRUST = "trust";
export const INCENTIVE = "incentive";

/** Keeps 0 / 0 at 0, and is lost in any sum of stakes: 1 rao is 1e-9 tao. */
const TINY = 1e-30;

/**
 * The graph of one block of rows; `tau` is what the incentives of a network sum to.
 *
 * - rank R = Wᵀ · S
 * - support Cᵀ · S, where c = 1 if a weight is set and 0 if not
 * - trust T = support / ΣS, from 0 to 1
 * - incentive I = tau · R / ΣR
 *
 * The matrix is multiplied block by block, so that its second form C never exists as a whole: writing
 * that out would take longer than both products.
 */
export function scoreGraph(tau: number): Graph {
  const graph = new GraphBuilder();
  const weights = graph.input(WEIGHTS, "float32", ["rows", "neurons"]);
  const stake = graph.input(STAKE, "float32", [1, "rows"]);
  const connected = graph.op("Ceil", [weights]);
  const sum = (name: string, ofBlock: Value) => {
    const before = graph.input(name + BEFORE, "float32", ofBlock.shape);
    const total = graph.op("Add", [before, ofBlock]);
    graph.output(name, total);
    return total;
  };
  const ranks = sum(RANKS, graph.op("MatMul", [stake, weights]));
  const support = sum(SUPPORT, graph.op("MatMul", [stake, connected]));
  const totalStake = sum(TOTAL_STAKE, sumOfRow(graph, stake));
  graph.output(TRUST, share(graph, support, totalStake));
  const incentive = share(graph, ranks, sumOfRow(graph, ranks));
  graph.output(INCENTIVE, graph.op("Mul", [incentive, graph.scalar(tau)]));
  return graph.build("scores");
}

function sumOfRow(graph: GraphBuilder, row: Value): Value {
  return graph.op("ReduceSum", [row, graph.integers([1])], { keepdims: 1 });
}

function share(graph: GraphBuilder, part: Value, whole: Value): Value {
  return graph.op("Div", [part, graph.op("Add", [whole, graph.scalar(TINY)])]);
}
