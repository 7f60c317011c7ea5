import { elementCount } from "../../lib/base/tensor.ts";
import type { Graph } from "../../lib/onnx/graph/graph_builder.ts";
import { parametersOf, takeParameters, weightsOf } from "../../lib/onnx/graph/parameters.ts";
import { bert } from "../../lib/onnx/models/bert.ts";
import { ffnn } from "../../lib/onnx/models/ffnn.ts";
import { gpt2 } from "../../lib/onnx/models/gpt2.ts";
import {
  ATTENTION_MASK,
  HIDDEN_STATE,
  INPUT_IDS,
  type Model,
  PIXEL_VALUES,
} from "../../lib/onnx/models/model.ts";
import type { NamedTensors } from "../../lib/onnx/runtime.ts";
import {
  checkGradients,
  FLOAT64,
  type Precision,
  randomIntegers,
  spread,
  type Vector,
} from "./gradient_check.ts";
import { int64 } from "./small_models.ts";

/** The initial weights, made uneven: zeros and ones would hide what is mixed up. */
function unevenWeights(graph: Graph, scale: number): Readonly<Record<string, Vector>> {
  const random = randomIntegers(3);
  return Object.fromEntries(
    Array.from(weightsOf(graph), ([name, elements]) => {
      const offsets = spread(elements.length, random);
      return [name, Array.from(elements, (value, index) => value + scale * offsets[index]!)];
    }),
  );
}

/**
 * BERT has Gelu, and FFNN Conv, in float32 alone. Rounding leaves 1e-6 / (2 · step), which is 1e-4 for
 * BERT and 1e-3 for FFNN; to that comes the third derivative, step² / 6 times the curvature of layer
 * normalization, or what lies beyond a corner of ReLU or of a maximum, for which FFNN's step is small.
 */
const BERT_PRECISION: Precision = { type: "float32", step: 4e-3, tolerance: 2e-3 };
const FFNN_PRECISION: Precision = { type: "float32", step: 5e-4, tolerance: 3e-3 };

/** What is checked of one model. */
interface ModelCheck {
  readonly model: Model;
  readonly outputSize: number;
  /** Sizes of the output. */
  readonly output: readonly number[];
  readonly integers?: NamedTensors;
  /** Float inputs of the model, and their sizes. */
  readonly floats?: Readonly<Record<string, readonly number[]>>;
  readonly precision: Precision;
}

async function checkModel(check: ModelCheck): Promise<void> {
  const { model, outputSize, output, integers = {}, floats = {}, precision } = check;
  const graph = model.graph(outputSize);
  const parameters = parametersOf(graph).map(({ name, dims }) => [name, dims] as const);
  const inputs = Object.entries(floats).map(([name, dims]) =>
    [name, spread(elementCount(dims), randomIntegers(5))] as const
  );
  await checkGradients({
    graph: takeParameters(graph),
    dims: { ...Object.fromEntries(parameters), ...floats, [HIDDEN_STATE]: output },
    inputs: { ...unevenWeights(graph, 0.5), ...Object.fromEntries(inputs) },
    integers,
    precision,
    seed: 11,
  });
}

// A token twice, and one that is masked: their gradients add up, or stay out.
const TOKENS = {
  [INPUT_IDS]: int64([[1, 4, 4], [0, 2, 3]]),
  [ATTENTION_MASK]: int64([[1, 1, 1], [1, 1, 0]]),
};

Deno.test("gradientGraph() of gpt2 agrees with finite differences, for every parameter", async () => {
  const model = gpt2({ nEmbd: 4, nLayer: 2, nHead: 2, nInner: 6, nPositions: 5, vocabSize: 6 });
  for (const outputSize of [3, 4, 6]) {
    await checkModel({
      model,
      outputSize,
      output: [2, 3, outputSize],
      integers: TOKENS,
      precision: FLOAT64,
    });
  }
});

Deno.test("gradientGraph() of bert agrees with finite differences, for every parameter", async () => {
  const model = bert({
    hiddenSize: 4,
    layers: 2,
    numAttentionHeads: 2,
    intermediateSize: 6,
    maxPositionEmbeddings: 5,
    vocabSize: 6,
    layerNormEps: 0.1,
  });
  await checkModel({
    model,
    outputSize: 6,
    output: [2, 3, 6],
    integers: TOKENS,
    precision: BERT_PRECISION,
  });
});

Deno.test("gradientGraph() of ffnn agrees with finite differences, for images and parameters", async () => {
  const model = ffnn({
    imageSize: 11,
    numChannels: 2,
    firstFilters: 2,
    secondFilters: 3,
    kernelSize: 2,
    hiddenSize: 4,
  });
  await checkModel({
    model,
    outputSize: 4,
    output: [2, 4],
    floats: { [PIXEL_VALUES]: [2, 2, 11, 11] },
    precision: FFNN_PRECISION,
  });
});
