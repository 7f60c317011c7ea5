/** A model that is loaded and serves. */

import { logger } from "../base/log.ts";
import type { FloatTensor, Tensor } from "../base/tensor.ts";
import type { BatchingOptions } from "./batcher.ts";
import { chooseDevice, type DeviceChoice, type DeviceReport } from "./device.ts";
import type { Precision } from "./half_precision.ts";
import { LoadedNucleus } from "./loaded_nucleus.ts";
import { type ModelSource, openModel } from "./model_source.ts";
import { ModelThread } from "./model_thread.ts";
import type { TokenLimits } from "./models/model.ts";
import type { SaveOptions } from "./models/save_graph.ts";
import type { Device, Optimization } from "./runtime.ts";
import { isUsual } from "./signature/layout.ts";
import { proveSignature } from "./signature/prove.ts";
import { type Merging, type ProvenSignature, remarksOn } from "./signature/proven.ts";
import { findSignature } from "./signature/find_signature.ts";
import type { SignatureOptions } from "./signature/signature.ts";
import type { StepOptions, StepReport } from "./training/step_options.ts";

/** Options of {@linkcode nucleus}. */
export interface NucleusOptions {
  /**
   * Where to run. A report of `chooseDevice` stands for its device, without trying it again.
   * @default {"auto"}
   */
  readonly device?: DeviceChoice | DeviceReport | undefined;
  /** Size of the vectors returned: longer ones are cut, shorter ones get zeros. @default {512} */
  readonly outputSize?: number | undefined;
  /** Threads for one run. @default {4} or the number of cores, if that is less */
  readonly threads?: number | undefined;
  /** How much the runtime may rearrange the graph, for speed. @default {"all"} */
  readonly optimization?: Optimization | undefined;
  /** What a model of ours computes with; 16 bits are for GPUs. @default {"float32"} */
  readonly precision?: Precision | undefined;
  /** How requests that come together are merged into one run. */
  readonly batching?: BatchingOptions | undefined;
  /** Inputs and outputs of an ONNX file, where their names do not tell. */
  readonly names?: SignatureOptions | undefined;
  /**
   * What an ONNX file does not say about token ids: their number, the longest sequence, and which is
   * padding. @default {the network's `[PAD]`, 50260, is padding; the rest is not known}
   */
  readonly limits?: TokenLimits | undefined;
  /** Stops the loading between its steps. */
  readonly signal?: AbortSignal | undefined;
}

/** What every call that waits for its turn takes. */
export interface WaitingOptions {
  /** Rejects the call. A run that has started goes on to its end; its result is dropped. */
  readonly signal?: AbortSignal | undefined;
}

/** What a nucleus has done. */
export interface NucleusStatistics {
  /** Calls of `forward` that were answered or failed. */
  readonly requests: number;
  /** Runs of the model that they took. */
  readonly runs: number;
}

/** Options of a run. */
export interface ForwardOptions extends WaitingOptions {
  /** int64 `[batch, sequence]`: 1 for a token, 0 for padding to ignore. All ones unless given. */
  readonly attentionMask?: Tensor | undefined;
}

/**
 * A loaded model, in a thread of its own. Disposing it waits for the requests in progress; doing so
 * twice is fine. Until then it keeps the program running.
 */
export interface Nucleus extends AsyncDisposable {
  /** Name of the model, or of its file. */
  readonly name: string;
  /** Where it runs, and why not elsewhere. */
  readonly device: DeviceReport;
  /** What its inputs and outputs are for, and what samples proved of it when it was loaded. */
  readonly signature: ProvenSignature;
  /** Which requests share a run, by what was proven. */
  readonly merging: Merging;

  /**
   * The model's representation of each token, image or vector. Requests at the same time are merged
   * into one run where it was proven that this changes their answers by no more than rounding. Rows
   * that are padded with `padTokenId` get the vectors that they get alone, and zeros for the padding.
   *
   * @param inputs Token ids, int64 `[batch, sequence]`; or images or vectors, float32, as the model
   *   takes them. A model of single items also takes sequences of them, `[batch, sequence, …]`.
   * @returns float32 `[batch, sequence, outputSize]`; for single items `[batch, outputSize]`.
   * @throws {RefusedInputs} `nucleus/type`, `nucleus/shape`, `nucleus/too-long`,
   *   `nucleus/vocabulary` or `nucleus/mask` If the model cannot take the inputs.
   * @throws {BittensorError} `nucleus/full` If too many requests wait; `nucleus/disposed` after
   *   disposal; `onnx/run` if the runtime fails; `nucleus/output` if the model gives something of
   *   another shape than it was asked for.
   */
  forward(inputs: Tensor, options?: ForwardOptions): Promise<FloatTensor>;

  /**
   * The way back: finds the gradients of the weights, and adds them to those that the next `step`
   * uses. Calls take turns; the first one prepares the model for training, which takes longer. A call
   * that is aborted while it runs adds its gradients nevertheless. Where several elements of a window of
   * MaxPool are the largest, they share its gradient equally.
   *
   * @param inputs As for `forward`.
   * @param gradients Those of what `forward` returns, and of its shape: float32, finite.
   * @returns The gradients of the inputs, of their shape. Token ids have none: for them it is zeros
   *   `[batch, sequence, outputSize]`, as gradients of text looked in the seed era.
   * @throws {BittensorError} As `forward`; `nucleus/gradients` if the gradients do not fit;
   *   `nucleus/not-trainable` for an ONNX file, or with 16-bit floats.
   */
  backward(inputs: Tensor, gradients: Tensor, options?: ForwardOptions): Promise<FloatTensor>;

  /** How many requests were answered, and by how many runs. */
  statistics(): NucleusStatistics;

  /**
   * Moves the weights against the gradients that were added up, and starts adding up anew. Without
   * gradients nothing changes. A run of `forward` uses the weights before or after a step, never some
   * of both.
   *
   * @throws {BittensorError} `nucleus/not-finite` If the gradients are not finite, which drops them;
   *   `nucleus/not-trainable`, `nucleus/full`, `nucleus/disposed` or `onnx/run` as `backward`.
   * @throws {RangeError} If an option is out of range.
   */
  step(options: StepOptions & WaitingOptions): Promise<StepReport>;

  /**
   * Writes the model with its present weights to an ONNX file, which `nucleus()` serves as it serves
   * any. A file that exists is replaced.
   *
   * @throws {BittensorError} `onnx/write` If it cannot be written; `nucleus/not-trainable` if the
   *   model came from an ONNX file, or has 16-bit floats.
   */
  save(path: string, options?: SaveOptions): Promise<void>;

  /**
   * Writes the present weights to a file in the safetensors format, without the state of the
   * optimizer. A file that exists is replaced.
   *
   * @throws {BittensorError} `weights/write` If it cannot be written; `nucleus/not-trainable` as `save`.
   */
  saveWeights(path: string): Promise<void>;

  /**
   * Replaces the weights by those that `saveWeights` wrote. The optimizer starts anew, and gradients
   * are dropped.
   *
   * @throws {BittensorError} `weights/read` If the file cannot be read; `weights/format` if it is cut
   *   off, or no file of weights; `weights/model` if it is of another model; `nucleus/not-trainable`
   *   as `save`. Nothing has changed then.
   */
  loadWeights(path: string, options?: WaitingOptions): Promise<void>;
}

/**
 * Loads a model: one of ours, whose weights are made here, or an ONNX file. It is tried with samples
 * before it serves: what they do not prove, it does not do.
 *
 * @throws {BittensorError} `device/unavailable` If the device asked for does not work; `onnx/file`,
 *   `onnx/too-large` or `onnx/load` if the model cannot be loaded; `model/signature` if its inputs
 *   and outputs do not serve, or it fails on samples.
 * @throws {RangeError} If `outputSize`, `threads` or a number in `limits` or `batching` is out of range.
 *
 * @example Represent a sentence
 * ```ts
 * import { bert, nucleus, tokenizer } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * const model = bert({ hiddenSize: 32, layers: 1, numAttentionHeads: 2, intermediateSize: 64 });
 * await using served = await nucleus(model, { device: "cpu" });
 * const output = await served.forward(tokenizer().encode("the cat"));
 * assert.deepEqual(output.dims, [1, 2, 512]);
 * ```
 */
export async function nucleus(
  source: ModelSource,
  options: NucleusOptions = {},
): Promise<Nucleus> {
  const { device = "auto", precision = "float32", optimization, signal } = options;
  const { threads = Math.min(MAX_DEFAULT_THREADS, navigator.hardwareConcurrency) } = options;
  const { outputSize = DEFAULT_OUTPUT_SIZE, names, batching } = options;
  requirePositive({ threads, outputSize });
  requireLimits(options.limits ?? {});
  signal?.throwIfAborted();
  const report = await deviceReport(device, precision);
  signal?.throwIfAborted();
  const model = await openModel(source, {
    outputSize,
    precision,
    limits: options.limits ?? {},
    signal,
  });
  const { name } = model;
  const settings = { device: report.device, threads, optimization, name };
  await using resources = new AsyncDisposableStack();
  const thread = resources.use(new ModelThread());
  const session = await thread.load(model.content, settings);
  signal?.throwIfAborted();
  const limits = { padTokenId: PAD_TOKEN_ID, ...model.limits };
  const signature = await proveSignature(session, findSignature(name, session, names), {
    name,
    limits,
    tolerance: toleranceOf(report.device, session.outputs.map(({ type }) => type)),
    signal,
  });
  for (const remark of remarksOn(signature)) {
    logger("onnx").info("{name}: {remark}", { name, remark });
  }
  const rules = { ...limits, name, signature };
  const training = isUsual(signature.layout) ? model.training : OTHER_ORDER;
  const loaded = { rules, device: report, thread, session, options: settings };
  const served = new LoadedNucleus({ ...loaded, training, outputSize, batching });
  resources.move();
  return served;
}

/** A report says that a device works with 32 bits; any other precision is tried here. */
async function deviceReport(
  device: DeviceChoice | DeviceReport,
  precision: Precision,
): Promise<DeviceReport> {
  if (typeof device === "string") return await chooseDevice(device, { precision });
  return precision === "float32" ? device : await chooseDevice(device.device, { precision });
}

const DEFAULT_OUTPUT_SIZE = 512;

/** Why a model cannot be trained whose output was put in order: its gradients were not. */
const OTHER_ORDER = "the axes of its output are in another order than [batch, sequence, size]";

/** `[PAD]` of the network's tokenizer: texts of several lengths come padded with it. */
const PAD_TOKEN_ID = 50_260;

/**
 * How far the answers of one run may be from those of another that differs in its size alone: the
 * order of additions changes. GPUs multiply with 10 bits of mantissa, as many as 16-bit floats have.
 */
function toleranceOf(device: Device, outputTypes: readonly string[]): number {
  return device === "cpu" && !outputTypes.includes("float16") ? 1e-4 : 1e-2;
}
const MAX_DEFAULT_THREADS = 4;

function requireLimits({ vocabSize, maxSequenceLength, padTokenId }: TokenLimits): void {
  if (vocabSize !== undefined) requirePositive({ vocabSize });
  if (maxSequenceLength !== undefined) requirePositive({ maxSequenceLength });
  if (padTokenId === undefined || padTokenId === null) return;
  if (Number.isSafeInteger(padTokenId) && padTokenId >= 0) return;
  throw new RangeError(`padTokenId must be a token id or null, not ${padTokenId}`);
}

function requirePositive(numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new RangeError(`${name} must be a positive integer, not ${value}`);
  }
}
