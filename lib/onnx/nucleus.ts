/** A model that is loaded and serves. */

import { BittensorError } from "../base/errors.ts";
import type { FloatTensor, Tensor } from "../base/tensor.ts";
import { Batcher, type BatchingOptions } from "./batcher.ts";
import { callModel, resizeVectors } from "./call_model.ts";
import { chooseDevice, type DeviceChoice, type DeviceReport } from "./device.ts";
import { batchPlace, mergeInputs, splitOutput } from "./merge_inputs.ts";
import { checkInputs, type InputRules, type ModelInputs } from "./model_inputs.ts";
import type { Precision } from "./half_precision.ts";
import { type ModelSource, openModel } from "./model_source.ts";
import type { TokenLimits } from "./models/model.ts";
import type { Optimization, Session } from "./runtime.ts";
import { findSignature, type SignatureOptions } from "./signature.ts";
import { createWorkerSession } from "./worker_session.ts";

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
  /** What an ONNX file does not say about token ids: their number, and the longest sequence. */
  readonly limits?: TokenLimits | undefined;
  /** Stops the loading between its steps. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a run. */
export interface ForwardOptions {
  /** int64 `[batch, sequence]`: 1 for a token, 0 for padding to ignore. All ones unless given. */
  readonly attentionMask?: Tensor | undefined;
  /** Rejects the call. A run that has started goes on to its end; its result is dropped. */
  readonly signal?: AbortSignal | undefined;
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

  /**
   * The model's representation of each token, image or vector. Requests at the same time are merged
   * into one run where that cannot change their answers by more than rounding.
   *
   * @param inputs Token ids, int64 `[batch, sequence]`; or images or vectors, float32, as the model
   *   takes them. A model of single items also takes sequences of them, `[batch, sequence, …]`.
   * @returns float32 `[batch, sequence, outputSize]`; for single items `[batch, outputSize]`.
   * @throws {BittensorError} `nucleus/type`, `nucleus/shape`, `nucleus/too-long`,
   *   `nucleus/vocabulary` or `nucleus/mask` If the model cannot take the inputs;
   *   `nucleus/full` if too many requests wait; `nucleus/disposed` after disposal; `onnx/run` if the
   *   runtime fails.
   */
  forward(inputs: Tensor, options?: ForwardOptions): Promise<FloatTensor>;
}

/**
 * Loads a model: one of ours, whose weights are made here, or an ONNX file.
 *
 * @throws {BittensorError} `device/unavailable` If the device asked for does not work; `onnx/file`,
 *   `onnx/too-large` or `onnx/load` if the model cannot be loaded; `model/signature` if its inputs
 *   and outputs do not serve.
 * @throws {RangeError} If `outputSize`, `threads` or a number in `batching` is out of range.
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
  const { outputSize = DEFAULT_OUTPUT_SIZE, limits = {}, names, batching } = options;
  requirePositive({ threads, outputSize });
  signal?.throwIfAborted();
  const report = await deviceReport(device, precision);
  signal?.throwIfAborted();
  const model = await openModel(source, { outputSize, precision, limits, signal });
  const { name } = model;
  const settings = { device: report.device, threads, optimization, name };
  const session = await createWorkerSession(model.content, settings);
  try {
    signal?.throwIfAborted();
    const rules = { ...model.limits, name, signature: findSignature(name, session, names) };
    return new LoadedNucleus(rules, report, { session, outputSize, batching });
  } catch (error) {
    await session.release();
    throw error;
  }
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
const MAX_DEFAULT_THREADS = 4;

function requirePositive(numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new RangeError(`${name} must be a positive integer, not ${value}`);
  }
}

/** How a model was loaded. */
interface Loaded {
  readonly session: Session;
  readonly outputSize: number;
  readonly batching: BatchingOptions | undefined;
}

class LoadedNucleus implements Nucleus {
  readonly name: string;
  readonly device: DeviceReport;
  readonly #rules: InputRules;
  readonly #session: Session;
  readonly #outputSize: number;
  readonly #batcher: Batcher<ModelInputs, FloatTensor>;
  readonly #requests = new Set<Promise<unknown>>();
  #disposal: Promise<void> | undefined;

  constructor(rules: InputRules, device: DeviceReport, loaded: Loaded) {
    this.name = rules.name;
    this.device = device;
    this.#rules = rules;
    this.#session = loaded.session;
    this.#outputSize = loaded.outputSize;
    this.#batcher = new Batcher((questions) => this.#run(questions), loaded.batching);
  }

  async forward(inputs: Tensor, options: ForwardOptions = {}): Promise<FloatTensor> {
    const { attentionMask, signal } = options;
    signal?.throwIfAborted();
    if (this.#disposal) {
      throw new BittensorError("nucleus/disposed", `Cannot run ${this.name}: it was disposed`);
    }
    const question = { inputs, attentionMask };
    checkInputs(this.#rules, question);
    const place = batchPlace(this.#rules.signature, question);
    const request = this.#batcher.submit(question, place, signal);
    this.#requests.add(request);
    try {
      return await request;
    } finally {
      this.#requests.delete(request);
    }
  }

  async #run(questions: readonly ModelInputs[]): Promise<readonly FloatTensor[]> {
    const { signature } = this.#rules;
    const output = await callModel(this.#session, signature, mergeInputs(signature, questions));
    const resized = resizeVectors(output, this.#outputSize);
    return splitOutput(signature, resized, questions);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#disposal ??= this.#release();
  }

  async #release(): Promise<void> {
    await Promise.allSettled(this.#requests);
    await this.#session.release();
  }
}
