/** The computation of BERT, as an ONNX graph. */

import { TensorProto_DataType } from "../../../proto/gen/onnx_pb.ts";
import { type Graph, GraphBuilder, type Value, type WriteWeight } from "../graph/graph_builder.ts";
import { ones, truncatedNormal, zeros } from "./initial_weights.ts";
import { ATTENTION_MASK, HIDDEN_STATE, INPUT_IDS } from "./model.ts";

/** A complete configuration; `BertOptions` says what each value means. */
export interface BertConfig {
  readonly hiddenSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly intermediateSize: number;
  readonly maxPositionEmbeddings: number;
  readonly typeVocabSize: number;
  readonly vocabSize: number;
  readonly layerNormEps: number;
  readonly initializerRange: number;
  readonly seed: number;
}

/** Added to the attention score of a masked token, whose weight after softmax is then 0. */
const MASKED = -1e9;

/** What every part of the model needs. */
interface Context {
  readonly config: BertConfig;
  readonly random: WriteWeight;
}

/**
 * The encoder, without a pooler. Weights have the names of the published checkpoints; a dense weight
 * is `[in, out]`, the transpose of what those store.
 *
 * @param outputSize See `Model.toBytes`.
 */
export function bertGraph(config: BertConfig, outputSize: number): Graph {
  const { initializerRange, seed, numHiddenLayers } = config;
  const context = { config, random: truncatedNormal({ range: initializerRange, seed }) };
  const graph = new GraphBuilder();
  const ids = graph.input(INPUT_IDS, "int64", ["batch", "sequence"]);
  const mask = graph.input(ATTENTION_MASK, "int64", ["batch", "sequence"]);
  const bias = attentionBias(graph.scope("attention_bias"), mask);
  let hidden = embed(graph.scope("embeddings"), context, ids);
  for (let index = 0; index < numHiddenLayers; index++) {
    hidden = encode(graph.scope(`encoder.layer.${index}`), context, hidden, bias);
  }
  graph.output(HIDDEN_STATE, resize(graph, hidden, config.hiddenSize, outputSize));
  return graph.build("bert");
}

/** float32 `[batch, 1, 1, sequence]`, to add to scores: 0 where the mask is 1, MASKED where it is 0. */
function attentionBias(graph: GraphBuilder, mask: Value): Value {
  const kept = graph.op("Cast", [mask], { to: TensorProto_DataType.FLOAT });
  const masked = graph.op("Sub", [graph.scalar(1), kept]);
  const bias = graph.op("Mul", [masked, graph.scalar(MASKED)]);
  return graph.op("Unsqueeze", [bias, graph.integers([1, 2])]);
}

/** The vectors of each token, its position and its segment, added up and normalized. */
function embed(graph: GraphBuilder, { config, random }: Context, ids: Value): Value {
  const table = (name: string, rows: number) =>
    graph.weight(`${name}.weight`, [rows, config.hiddenSize], random);
  const words = graph.op("Gather", [table("word_embeddings", config.vocabSize), ids]);
  const positions = graph.op("Slice", [
    table("position_embeddings", config.maxPositionEmbeddings),
    graph.integers([0]),
    graph.op("Shape", [ids], { start: 1 }),
    graph.integers([0]),
  ]);
  const segments = table("token_type_embeddings", config.typeVocabSize);
  const firstSegment = graph.op("Gather", [segments, graph.integers(0)]);
  const sum = graph.op("Add", [graph.op("Add", [words, positions]), firstSegment]);
  return normalize(graph.scope("LayerNorm"), sum, config);
}

/** One layer: self-attention, then a feed-forward network, each added to its input and normalized. */
function encode(graph: GraphBuilder, context: Context, input: Value, bias: Value): Value {
  const { config, random } = context;
  const { hiddenSize, intermediateSize } = config;
  const map = (name: string, value: Value, from: number, to: number) =>
    dense(graph.scope(name), value, [from, to], random);

  const mixed = attend(graph.scope("attention.self"), context, input, bias);
  const projected = map("attention.output.dense", mixed, hiddenSize, hiddenSize);
  const attentionSum = graph.op("Add", [projected, input]);
  const attended = normalize(graph.scope("attention.output.LayerNorm"), attentionSum, config);

  const inner = map("intermediate.dense", attended, hiddenSize, intermediateSize);
  const outer = map("output.dense", graph.op("Gelu", [inner]), intermediateSize, hiddenSize);
  const sum = graph.op("Add", [outer, attended]);
  return normalize(graph.scope("output.LayerNorm"), sum, config);
}

/** Multi-head attention: `[batch, sequence, hiddenSize]` in and out. */
function attend(
  graph: GraphBuilder,
  { config, random }: Context,
  input: Value,
  bias: Value,
): Value {
  const { hiddenSize, numAttentionHeads } = config;
  const headSize = hiddenSize / numAttentionHeads;
  const split = graph.integers([0, 0, numAttentionHeads, headSize]);
  const heads = (name: string, perm: readonly number[]) => {
    const vectors = dense(graph.scope(name), input, [hiddenSize, hiddenSize], random);
    return graph.op("Transpose", [graph.op("Reshape", [vectors, split])], { perm });
  };
  const query = heads("query", [0, 2, 1, 3]);
  const key = heads("key", [0, 2, 3, 1]);
  const value = heads("value", [0, 2, 1, 3]);
  const scale = graph.scalar(1 / Math.sqrt(headSize));
  const scores = graph.op("Mul", [graph.op("MatMul", [query, key]), scale]);
  const weights = graph.op("Softmax", [graph.op("Add", [scores, bias])], { axis: -1 });
  const sums = graph.op("Transpose", [graph.op("MatMul", [weights, value])], {
    perm: [0, 2, 1, 3],
  });
  return graph.op("Reshape", [sums, graph.integers([0, 0, hiddenSize])]);
}

/** A linear map of each vector. */
function dense(
  graph: GraphBuilder,
  input: Value,
  sizes: readonly [from: number, to: number],
  random: WriteWeight,
): Value {
  const product = graph.op("MatMul", [input, graph.weight("weight", sizes, random)]);
  return graph.op("Add", [product, graph.weight("bias", [sizes[1]], zeros)]);
}

/** Layer normalization of each vector. */
function normalize(graph: GraphBuilder, input: Value, config: BertConfig): Value {
  const { hiddenSize, layerNormEps } = config;
  const scale = graph.weight("weight", [hiddenSize], ones);
  const bias = graph.weight("bias", [hiddenSize], zeros);
  return graph.op("LayerNormalization", [input, scale, bias], { axis: -1, epsilon: layerNormEps });
}

/** Cuts each vector from `from` to `to` elements, or puts zeros behind it. */
function resize(graph: GraphBuilder, input: Value, from: number, to: number): Value {
  if (to === from) return input;
  if (to > from) return graph.op("Pad", [input, graph.integers([0, 0, 0, 0, 0, to - from])]);
  const [start, end, axis] = [graph.integers([0]), graph.integers([to]), graph.integers([-1])];
  return graph.op("Slice", [input, start, end, axis]);
}
