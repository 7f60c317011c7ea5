/** The scores of neurons as a graph: what rank, trust and incentive are. */

import { type Graph, GraphBuilder, type Value } from "../onnx/graph/graph_builder.ts";

/** Input: stake of the rows of a block, in tao, float32 `[1, rows]`. */
export const STAKE = "stake";

/**
 * Input: the weights of a block of rows, float32 from 0 to 1: `[rows, neurons]`, or `[1, weights]` where
 * the zeros are left out.
 */
export const WEIGHTS = "weights";

/** Input where the zeros are left out: the uid that each weight is for, int64 `[1, weights]`. */
export const TARGETS = "targets";

/** Input with it: the stake of the neuron that set each weight, in tao, float32 `[1, weights]`. */
export const BACKING = "backing";

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
 * The graph of one block of rows of the weight matrix W; `tau` is what the incentives of a network sum
 * to.
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
  const sum = (name: string, matrix: Value) =>
    graph.op("Add", [sumBefore(graph, name), graph.op("MatMul", [stake, matrix])]);
  const ranks = sum(RANKS, weights);
  const support = sum(SUPPORT, graph.op("Ceil", [weights]));
  return withScores(graph, { tau, stake, ranks, support });
}

/** The same of a block that is given without its zeros: it takes as long as there are weights. */
export function sparseScoreGraph(tau: number): Graph {
  const graph = new GraphBuilder();
  const weights = graph.input(WEIGHTS, "float32", [1, "weights"]);
  const targets = graph.input(TARGETS, "int64", [1, "weights"]);
  const backing = graph.input(BACKING, "float32", [1, "weights"]);
  const stake = graph.input(STAKE, "float32", [1, "rows"]);
  const sum = (name: string, values: Value) => {
    const inputs = [sumBefore(graph, name), targets, graph.op("Mul", [values, backing])];
    return graph.op("ScatterElements", inputs, { axis: 1, reduction: "add" });
  };
  const ranks = sum(RANKS, weights);
  const support = sum(SUPPORT, graph.op("Ceil", [weights]));
  return withScores(graph, { tau, stake, ranks, support });
}

function sumBefore(graph: GraphBuilder, name: string): Value {
  return graph.input(name + BEFORE, "float32", [1, "neurons"]);
}

/** What the scores are made of. */
interface ScoreParts {
  readonly tau: number;
  readonly stake: Value;
  readonly ranks: Value;
  readonly support: Value;
}

/** Adds the outputs of a graph: the sums over all blocks so far, and the scores that they give. */
function withScores(graph: GraphBuilder, { tau, stake, ranks, support }: ScoreParts): Graph {
  const stakeBefore = graph.input(TOTAL_STAKE + BEFORE, "float32", [1, 1]);
  const totalStake = graph.op("Add", [stakeBefore, sumOfRow(graph, stake)]);
  graph.output(RANKS, ranks);
  graph.output(SUPPORT, support);
  graph.output(TOTAL_STAKE, totalStake);
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
