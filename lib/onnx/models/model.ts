/** What a model is: a graph that is made from a configuration and a seed. */

import type { Graph } from "../graph/graph_builder.ts";
import { modelBytes } from "../graph/model_bytes.ts";
import { saveGraph, type SaveOptions } from "./save_graph.ts";

/** What is known of token ids beyond their type and shape. */
export interface TokenLimits {
  /** Token ids run from 0 to `vocabSize - 1`. */
  readonly vocabSize?: number | undefined;
  /** Longest sequence. */
  readonly maxSequenceLength?: number | undefined;
  /**
   * Id of what pads shorter texts of a request, at either end of a row: such tokens are no part of
   * it, and get zeros. Not looked for where a mask is given; `null` if no id is padding.
   */
  readonly padTokenId?: number | null | undefined;
}

/** Options of {@linkcode Model.save}. */
export interface SaveModelOptions extends SaveOptions {
  /** As in {@linkcode Model.graph}. */
  readonly outputSize?: number | undefined;
}

/** A description of a model. It holds no weights: they are made with its bytes. */
export interface Model extends TokenLimits {
  /** What kind of model it is, such as `bert`. */
  readonly name: string;
  /** Size of the vectors that it computes. */
  readonly hiddenSize: number;

  /**
   * The computation, with its initial weights. Text models take {@linkcode INPUT_IDS} and
   * {@linkcode ATTENTION_MASK}, both int64 `[batch, sequence]`, and give {@linkcode HIDDEN_STATE},
   * float32 `[batch, sequence, outputSize]`; image models take {@linkcode PIXEL_VALUES}, float32
   * `[batch, channels, rows, columns]`, and give float32 `[batch, outputSize]`.
   *
   * @param outputSize Longer vectors are cut to it, shorter ones get zeros. @default {hiddenSize}
   * @throws {RangeError} If `outputSize` is not a positive integer.
   */
  graph(outputSize?: number): Graph;

  /**
   * The graph as an ONNX file. The same configuration and seed give the same bytes.
   *
   * @throws {BittensorError} `onnx/too-large` If the file would exceed 2 GiB: see `save`.
   */
  toBytes(outputSize?: number): Uint8Array<ArrayBuffer>;

  /**
   * Writes the graph to an ONNX file, and the weights of a large model to a file beside it.
   *
   * @throws {BittensorError} `onnx/write` If the files cannot be written.
   */
  save(path: string, options?: SaveModelOptions): Promise<void>;
}

/** Input of text models: token ids. */
export const INPUT_IDS = "input_ids";

/** Input of text models: 1 for a token to attend to, 0 for padding. */
export const ATTENTION_MASK = "attention_mask";

/** Input of image models. */
export const PIXEL_VALUES = "pixel_values";

/** Output: the representation of each token, or of each image. */
export const HIDDEN_STATE = "last_hidden_state";

/** What sets one model apart from another. */
export interface ModelDescription extends TokenLimits {
  readonly name: string;
  readonly hiddenSize: number;
  /** Builds the graph, once the output size is known to be a positive integer. */
  readonly build: (outputSize: number) => Graph;
}

/** A model of this description. */
export function describeModel({ build, ...description }: ModelDescription): Model {
  const graph = (outputSize = description.hiddenSize) => {
    if (!Number.isSafeInteger(outputSize) || outputSize < 1) {
      throw new RangeError(`outputSize must be a positive integer, not ${outputSize}`);
    }
    return build(outputSize);
  };
  return {
    ...description,
    graph,
    toBytes: (outputSize) => modelBytes(graph(outputSize)),
    save: (path, { outputSize, ...options } = {}) => saveGraph(graph(outputSize), path, options),
  };
}
