/** FFNN: a small convolutional network for images, from a configuration and a seed. */

import { completeConfig, configError } from "./config.ts";
import { type FfnnConfig, ffnnGraph, gridSize } from "./ffnn_graph.ts";
import { describeModel, type Model } from "./model.ts";

/** The shape of the network and how it starts. The defaults are those of the seed era, for MNIST. */
export interface FfnnOptions {
  /** Rows and columns of an image. @default {28} */
  readonly imageSize?: number | undefined;
  /** Colours of a pixel. @default {1} */
  readonly numChannels?: number | undefined;
  /** Filters of the first convolution. @default {10} */
  readonly firstFilters?: number | undefined;
  /** Filters of the second convolution. @default {20} */
  readonly secondFilters?: number | undefined;
  /** Rows and columns of a filter. @default {5} */
  readonly kernelSize?: number | undefined;
  /** Size of an image's vector. @default {512} */
  readonly hiddenSize?: number | undefined;
  /** Chooses the initial weights: a non-negative integer. @default {0} */
  readonly seed?: number | undefined;
}

/**
 * Describes a network of two convolutions, each followed by ReLU and a maximum over 2 × 2, and two
 * dense layers, as LeCun et al. (1998) began them; with random weights.
 *
 * @throws {BittensorError} `model/config` If a value is out of range, or values do not go together.
 *
 * @example Represent an image
 * ```ts
 * import { ffnn, nucleus, zeros } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * await using served = await nucleus(ffnn(), { device: "cpu" });
 * const output = await served.forward(zeros([2, 3, 1, 28, 28])); // 2 × 3 images of one colour
 * assert.deepEqual(output.dims, [2, 3, 512]);
 * ```
 */
export function ffnn(options: FfnnOptions = {}): Model {
  const config = completeConfig(KIND, DEFAULTS, options);
  if (gridSize(config) < 1) {
    const reason = `nothing is left of it after two filters of ${config.kernelSize} and two maxima`;
    throw configError(KIND, "imageSize", config.imageSize, reason);
  }
  return describeModel({
    name: "ffnn",
    hiddenSize: config.hiddenSize,
    build: (outputSize) => ffnnGraph(config, outputSize),
  });
}

const KIND = "FFNN";

const DEFAULTS: FfnnConfig = {
  imageSize: 28,
  numChannels: 1,
  firstFilters: 10,
  secondFilters: 20,
  kernelSize: 5,
  hiddenSize: 512,
  seed: 0,
};
