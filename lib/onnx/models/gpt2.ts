/** GPT-2: a causal transformer (Radford et al., 2019), from a configuration and a seed. */

import { checkHeads, completeConfig } from "./config.ts";
import { type Gpt2Config, gpt2Graph } from "./gpt2_graph.ts";
import { describeModel, type Model } from "./model.ts";

/** The shape of a GPT-2 and how it starts. Names and defaults are those of its `config.json`. */
export interface Gpt2Options {
  /** Size of a token's vector. @default {768} */
  readonly nEmbd?: number | undefined;
  /** Layers. @default {12} */
  readonly nLayer?: number | undefined;
  /** Attention heads of a layer, which share the vector equally. @default {12} */
  readonly nHead?: number | undefined;
  /** Inner size of the feed-forward network. @default {4 * nEmbd} */
  readonly nInner?: number | undefined;
  /** Longest sequence. @default {1024} */
  readonly nPositions?: number | undefined;
  /** Rows of the token embedding. @default {50378} the network's vocabulary */
  readonly vocabSize?: number | undefined;
  /** Added to the variance in layer normalization. @default {1e-5} */
  readonly layerNormEpsilon?: number | undefined;
  /** Standard deviation of the initial weights. @default {0.02} */
  readonly initializerRange?: number | undefined;
  /** Chooses the initial weights: a non-negative integer. @default {0} */
  readonly seed?: number | undefined;
}

/**
 * Describes a GPT-2 with random weights, which represents each token by what it and the tokens before
 * it say; nothing large exists until its bytes are made.
 *
 * @throws {BittensorError} `model/config` If a value is out of range, or values do not go together.
 *
 * @example A small causal encoder
 * ```ts
 * import { gpt2 } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * const model = gpt2({ nEmbd: 32, nLayer: 1, nHead: 2 });
 * assert.equal(model.maxSequenceLength, 1024);
 * ```
 */
export function gpt2(options: Gpt2Options = {}): Model {
  const { nEmbd = DEFAULTS.nEmbd } = options;
  const config = completeConfig(KIND, { ...DEFAULTS, nInner: 4 * nEmbd }, options);
  checkHeads(KIND, ["nHead", config.nHead], ["nEmbd", config.nEmbd]);
  return describeModel({
    name: "gpt2",
    vocabSize: config.vocabSize,
    maxSequenceLength: config.nPositions,
    hiddenSize: config.nEmbd,
    build: (outputSize) => gpt2Graph(config, outputSize),
  });
}

const KIND = "GPT-2";

const DEFAULTS: Omit<Gpt2Config, "nInner"> = {
  nEmbd: 768,
  nLayer: 12,
  nHead: 12,
  nPositions: 1024,
  vocabSize: 50_378,
  layerNormEpsilon: 1e-5,
  initializerRange: 0.02,
  seed: 0,
};
