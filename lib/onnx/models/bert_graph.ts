/** The computation of BERT, as an ONNX graph. */

import { type Graph, GraphBuilder, type Value, type WriteWeight } from "../graph/graph_builder.ts";
import { truncatedNormal } from "./initial_weights.ts";
import { ATTENTION_MASK, HIDDEN_STATE, INPUT_IDS } from "./model.ts";
import {
  attend,
  attentionBias,
  dense,
  normalize,
  positionRows,
  resize,
} from "./transformer_layers.ts";

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

/** What every part of the model needs. */
interface Context {
  readonly config: BertConfig;
  readonly random: WriteWeight;
}

/**
 * The encoder, without a pooler. Weights have the names of the published checkpoints; a dense weight
 * is `[in, out]`, the transpose of what those store.
 *
 * @param outputSize See `Model.graph`.
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

/** The vectors of each token, its position and its segment, added up and normalized. */
function embed(graph: GraphBuilder, { config, random }: Context, ids: Value): Value {
  const { hiddenSize, layerNormEps } = config;
  const table = (name: string, rows: number) =>
    graph.weight(`${name}.weight`, [rows, hiddenSize], random);
  const words = graph.op("Gather", [table("word_embeddings", config.vocabSize), ids]);
  const positionTable = table("position_embeddings", config.maxPositionEmbeddings);
  const positions = positionRows(graph, positionTable, ids);
  const segments = table("token_type_embeddings", config.typeVocabSize);
  const firstSegment = graph.op("Gather", [segments, graph.integers(0)]);
  const sum = graph.op("Add", [graph.op("Add", [words, positions]), firstSegment]);
  return normalize(graph.scope("LayerNorm"), sum, hiddenSize, layerNormEps);
}

/** One layer: self-attention, then a feed-forward network, each added to its input and normalized. */
function encode(graph: GraphBuilder, context: Context, input: Value, bias: Value): Value {
  const { config, random } = context;
  const { hiddenSize, intermediateSize, layerNormEps } = config;
  const map = (name: string, value: Value, from: number, to: number) =>
    dense(graph.scope(name), value, [from, to], random);
  const addAndNormalize = (name: string, left: Value, right: Value) =>
    normalize(graph.scope(name), graph.op("Add", [left, right]), hiddenSize, layerNormEps);

  const mixed = selfAttention(graph.scope("attention.self"), context, input, bias);
  const projected = map("attention.output.dense", mixed, hiddenSize, hiddenSize);
  const attended = addAndNormalize("attention.output.LayerNorm", projected, input);

  const inner = map("intermediate.dense", attended, hiddenSize, intermediateSize);
  const outer = map("output.dense", graph.op("Gelu", [inner]), intermediateSize, hiddenSize);
  return addAndNormalize("output.LayerNorm", outer, attended);
}

function selfAttention(
  graph: GraphBuilder,
  { config, random }: Context,
  input: Value,
  bias: Value,
): Value {
  const { hiddenSize, numAttentionHeads: heads } = config;
  const map = (name: string) => dense(graph.scope(name), input, [hiddenSize, hiddenSize], random);
  const inputs = { query: map("query"), key: map("key"), value: map("value"), bias };
  return attend(graph, inputs, { hiddenSize, heads });
}
