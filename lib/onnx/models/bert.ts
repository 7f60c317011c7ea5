/** BERT: a bidirectional transformer encoder (Devlin et al., 2018), from a configuration and a seed. */

import { type BertConfig, bertGraph } from "./bert_graph.ts";
import { checkHeads, completeConfig, configError } from "./config.ts";
import { describeModel, type Model } from "./model.ts";

/** The shape of a BERT encoder and how it starts. Names and defaults are those of its `config.json`. */
export interface BertOptions {
  /** Size of a token's vector. @default {768} */
  readonly hiddenSize?: number | undefined;
  /** Encoder layers. @default {12} */
  readonly numHiddenLayers?: number | undefined;
  /** The tutorial's short form of `numHiddenLayers`. */
  readonly layers?: number | undefined;
  /** Attention heads of a layer, which share the vector equally. @default {12} */
  readonly numAttentionHeads?: number | undefined;
  /** Inner size of the feed-forward network. @default {3072} */
  readonly intermediateSize?: number | undefined;
  /** Longest sequence. @default {512} */
  readonly maxPositionEmbeddings?: number | undefined;
  /** Kinds of segment; every token here is of the first. @default {2} */
  readonly typeVocabSize?: number | undefined;
  /** Rows of the token embedding. @default {50378} the network's vocabulary */
  readonly vocabSize?: number | undefined;
  /** Added to the variance in layer normalization. @default {1e-12} */
  readonly layerNormEps?: number | undefined;
  /** Standard deviation of the initial weights. @default {0.02} */
  readonly initializerRange?: number | undefined;
  /** Chooses the initial weights: a non-negative integer. @default {0} */
  readonly seed?: number | undefined;
}

/**
 * Describes a BERT encoder with random weights; nothing large exists until its bytes are made.
 *
 * @throws {BittensorError} `model/config` If a value is out of range, or values do not go together.
 *
 * @example A small encoder
 * ```ts
 * import { bert } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * const model = bert({ hiddenSize: 32, layers: 1, numAttentionHeads: 2, intermediateSize: 64 });
 * assert.equal(model.maxSequenceLength, 512);
 * ```
 */
export function bert(options: BertOptions = {}): Model {
  const config = checkedConfig(options);
  return describeModel({
    name: "bert",
    vocabSize: config.vocabSize,
    maxSequenceLength: config.maxPositionEmbeddings,
    hiddenSize: config.hiddenSize,
    build: (outputSize) => bertGraph(config, outputSize),
  });
}

const KIND = "BERT";

const DEFAULTS: BertConfig = {
  hiddenSize: 768,
  numHiddenLayers: 12,
  numAttentionHeads: 12,
  intermediateSize: 3072,
  maxPositionEmbeddings: 512,
  typeVocabSize: 2,
  vocabSize: 50_378,
  layerNormEps: 1e-12,
  initializerRange: 0.02,
  seed: 0,
};

function checkedConfig(options: BertOptions): BertConfig {
  const { layers, numHiddenLayers = layers, ...others } = options;
  if (layers !== undefined && layers !== numHiddenLayers) {
    throw configError(KIND, "layers", layers, `numHiddenLayers is ${numHiddenLayers}`);
  }
  const config = completeConfig(KIND, DEFAULTS, { numHiddenLayers, ...others });
  const { numAttentionHeads, hiddenSize } = config;
  checkHeads(KIND, ["numAttentionHeads", numAttentionHeads], ["hiddenSize", hiddenSize]);
  return config;
}
