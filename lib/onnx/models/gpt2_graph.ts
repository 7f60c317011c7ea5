/** The computation of GPT-2, as an ONNX graph. */

import { type Graph, GraphBuilder, type Value, type WriteWeight } from "../graph/graph_builder.ts";
import { normal } from "./initial_weights.ts";
import { ATTENTION_MASK, HIDDEN_STATE, INPUT_IDS } from "./model.ts";
import {
  attend,
  attentionBias,
  dense,
  MASKED,
  normalize,
  positionRows,
  resize,
} from "./transformer_layers.ts";

/** A complete configuration; `Gpt2Options` says what each value means. */
export interface Gpt2Config {
  readonly nEmbd: number;
  readonly nLayer: number;
  readonly nHead: number;
  readonly nInner: number;
  readonly nPositions: number;
  readonly vocabSize: number;
  readonly layerNormEpsilon: number;
  readonly initializerRange: number;
  readonly seed: number;
}

/** What every part of the model needs. */
interface Context {
  readonly config: Gpt2Config;
  readonly random: WriteWeight;
  /** Initial weights of the maps whose results are added to the residual stream. */
  readonly residual: WriteWeight;
}

/**
 * The transformer, without a language model head. Weights have the names of the published
 * checkpoints, and their layout: a dense weight is `[in, out]`.
 *
 * @param outputSize See `Model.graph`.
 */
export function gpt2Graph(config: Gpt2Config, outputSize: number): Graph {
  const { nEmbd, nLayer, initializerRange: range, layerNormEpsilon, seed } = config;
  const context = {
    config,
    random: normal({ range, seed }),
    // Each layer adds to the stream twice; section 2.3 of the paper.
    residual: normal({ range: range / Math.sqrt(2 * nLayer), seed }),
  };
  const graph = new GraphBuilder();
  const ids = graph.input(INPUT_IDS, "int64", ["batch", "sequence"]);
  const mask = graph.input(ATTENTION_MASK, "int64", ["batch", "sequence"]);
  const bias = graph.op("Add", [
    attentionBias(graph.scope("attention_bias"), mask),
    causalBias(graph.scope("causal_bias"), config, ids),
  ]);
  let hidden = embed(graph, context, ids);
  for (let index = 0; index < nLayer; index++) {
    hidden = addLayer(graph.scope(`h.${index}`), context, hidden, bias);
  }
  const normalized = normalize(graph.scope("ln_f"), hidden, nEmbd, layerNormEpsilon);
  graph.output(HIDDEN_STATE, resize(graph, normalized, nEmbd, outputSize));
  return graph.build("gpt2");
}

/**
 * float32 `[sequence, sequence]`, to add to scores: 0 where a token looks at itself or back, MASKED
 * or less where it would look ahead.
 */
function causalBias(graph: GraphBuilder, { nPositions }: Gpt2Config, ids: Value): Value {
  // 0, 1, 2, …: no weight, which training would change.
  const table = graph.constant(
    "positions",
    Float32Array.from({ length: nPositions }, (_, index) => index),
  );
  const positions = positionRows(graph, table, ids);
  const [queries, keys] = [1, 0].map((axis) =>
    graph.op("Unsqueeze", [positions, graph.integers([axis])])
  ) as [Value, Value];
  const ahead = graph.op("Relu", [graph.op("Sub", [keys, queries])]);
  return graph.op("Mul", [ahead, graph.scalar(MASKED)]);
}

/** The vectors of each token and its position, added up. */
function embed(graph: GraphBuilder, { config, random }: Context, ids: Value): Value {
  const { nEmbd, nPositions, vocabSize } = config;
  const words = graph.op("Gather", [graph.weight("wte.weight", [vocabSize, nEmbd], random), ids]);
  const table = graph.weight("wpe.weight", [nPositions, nEmbd], random);
  return graph.op("Add", [words, positionRows(graph, table, ids)]);
}

/** One layer: self-attention, then a feed-forward network, each on the normalized stream. */
function addLayer(graph: GraphBuilder, context: Context, input: Value, bias: Value): Value {
  const { config, random, residual } = context;
  const { nEmbd, nInner, layerNormEpsilon } = config;
  const normalized = (name: string, value: Value) =>
    normalize(graph.scope(name), value, nEmbd, layerNormEpsilon);

  const mixed = selfAttention(graph.scope("attn"), context, normalized("ln_1", input), bias);
  const attended = graph.op("Add", [input, mixed]);

  const inputs = normalized("ln_2", attended);
  const inner = dense(graph.scope("mlp.c_fc"), inputs, [nEmbd, nInner], random);
  const activated = geluByTanh(graph.scope("mlp"), inner);
  const outer = dense(graph.scope("mlp.c_proj"), activated, [nInner, nEmbd], residual);
  return graph.op("Add", [attended, outer]);
}

function selfAttention(
  graph: GraphBuilder,
  { config, random, residual }: Context,
  input: Value,
  bias: Value,
): Value {
  const { nEmbd: hiddenSize, nHead: heads } = config;
  const joint = dense(graph.scope("c_attn"), input, [hiddenSize, 3 * hiddenSize], random);
  const third = (index: number) => {
    const ends = [index, index + 1].map((place) => graph.integers([place * hiddenSize]));
    return graph.op("Slice", [joint, ...ends, graph.integers([-1])]);
  };
  const inputs = { query: third(0), key: third(1), value: third(2), bias };
  const mixed = attend(graph, inputs, { hiddenSize, heads });
  return dense(graph.scope("c_proj"), mixed, [hiddenSize, hiddenSize], residual);
}

/**
 * The approximation of GELU that GPT-2 was trained with (Hendrycks and Gimpel, 2016):
 * x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))), in the order that ONNX Runtime fuses.
 */
function geluByTanh(graph: GraphBuilder, x: Value): Value {
  const times = (value: Value, factor: number) => graph.op("Mul", [value, graph.scalar(factor)]);
  const plusOne = (value: Value) => graph.op("Add", [value, graph.scalar(1)]);
  const cubic = plusOne(graph.op("Mul", [times(x, 0.044715), x]));
  const angle = graph.op("Mul", [times(x, Math.sqrt(2 / Math.PI)), cubic]);
  return graph.op("Mul", [times(x, 0.5), plusOne(graph.op("Tanh", [angle]))]);
}
