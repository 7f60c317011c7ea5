/** The computation of the FFNN, as an ONNX graph. */

import { type Graph, GraphBuilder, type Value, type WriteWeight } from "../graph/graph_builder.ts";
import { TRUNCATED_DEVIATION, truncatedNormal, zeros } from "./initial_weights.ts";
import { HIDDEN_STATE, PIXEL_VALUES } from "./model.ts";
import { dense, resize } from "./transformer_layers.ts";

/** A complete configuration; `FfnnOptions` says what each value means. */
export interface FfnnConfig {
  readonly imageSize: number;
  readonly numChannels: number;
  readonly firstFilters: number;
  readonly secondFilters: number;
  readonly kernelSize: number;
  readonly hiddenSize: number;
  readonly seed: number;
}

/** Rows and columns that the maxima are taken over. */
const POOL = 2;

/** Rows and columns that are left of an image after the second maximum. */
export function gridSize({ imageSize, kernelSize }: FfnnConfig): number {
  const afterFilter = (size: number) => Math.floor((size - kernelSize + 1) / POOL);
  return afterFilter(afterFilter(imageSize));
}

/**
 * The network on single images.
 *
 * @param outputSize See `Model.graph`.
 */
export function ffnnGraph(config: FfnnConfig, outputSize: number): Graph {
  const { imageSize, numChannels, firstFilters, secondFilters, hiddenSize, seed } = config;
  const graph = new GraphBuilder();
  const images = graph.input(PIXEL_VALUES, "float32", ["batch", numChannels, imageSize, imageSize]);
  const first = filter(graph.scope("conv1"), config, images, [numChannels, firstFilters]);
  const second = filter(graph.scope("conv2"), config, first, [firstFilters, secondFilters]);
  const gridElements = secondFilters * gridSize(config) ** 2;
  const flat = graph.op("Reshape", [second, graph.integers([0, gridElements])]);
  const map = (name: string, value: Value, from: number) =>
    dense(graph.scope(name), value, [from, hiddenSize], heNormal(from, seed));
  const hidden = graph.op("Relu", [map("hidden1", flat, gridElements)]);
  const output = map("hidden2", hidden, hiddenSize);
  graph.output(HIDDEN_STATE, resize(graph, output, hiddenSize, outputSize));
  return graph.build("ffnn");
}

/** A convolution, ReLU, and the maximum of each 2 × 2 pixels. */
function filter(
  graph: GraphBuilder,
  { kernelSize, seed }: FfnnConfig,
  input: Value,
  [from, to]: readonly [from: number, to: number],
): Value {
  const kernel = [kernelSize, kernelSize];
  const random = heNormal(from * kernelSize ** 2, seed);
  const weight = graph.weight("weight", [to, from, ...kernel], random);
  const bias = graph.weight("bias", [to], zeros);
  const sums = graph.op("Conv", [input, weight, bias], { kernel_shape: kernel });
  const pooled = { kernel_shape: [POOL, POOL], strides: [POOL, POOL] };
  return graph.op("MaxPool", [graph.op("Relu", [sums])], pooled);
}

/** Keeps the variance through layers with ReLU (He et al., 2015): 2 / inputs, once truncated. */
function heNormal(inputs: number, seed: number): WriteWeight {
  return truncatedNormal({ range: Math.sqrt(2 / inputs) / TRUNCATED_DEVIATION, seed });
}
