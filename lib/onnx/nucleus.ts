/** A model that is loaded and serves. */

import { BittensorError } from "../base/errors.ts";
import { type FloatTensor, formatShape, type Tensor } from "../base/tensor.ts";
import { chooseDevice, type DeviceChoice, type DeviceReport } from "./device.ts";
import { type Model, modelInputs, modelOutput } from "./models/model.ts";
import { createSession, type Session } from "./runtime.ts";

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
  /** Stops the loading between its steps. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a run. */
export interface ForwardOptions {
  /** int64 like the inputs: 1 for a token, 0 for padding to ignore. All ones unless given. */
  readonly attentionMask?: Tensor | undefined;
  /** Rejects the call. A run that has started goes on to its end; its result is dropped. */
  readonly signal?: AbortSignal | undefined;
}

/** A loaded model. Disposing it waits for the runs in progress; doing so twice is fine. */
export interface Nucleus extends AsyncDisposable {
  /** Name of the model. */
  readonly name: string;
  /** Where it runs, and why not elsewhere. */
  readonly device: DeviceReport;

  /**
   * The model's representation of each token.
   *
   * @param inputs Token ids, int64 `[batch, sequence]`.
   * @returns float32 `[batch, sequence, outputSize]`.
   * @throws {BittensorError} `nucleus/type`, `nucleus/shape`, `nucleus/too-long`,
   *   `nucleus/vocabulary` or `nucleus/mask` If the model cannot take the inputs;
   *   `nucleus/disposed` after disposal; `onnx/run` if the runtime fails.
   */
  forward(inputs: Tensor, options?: ForwardOptions): Promise<FloatTensor>;
}

/**
 * Makes a model's weights and loads it. Both take the calling thread, about half a second for each
 * 100 MB of weights.
 *
 * @throws {BittensorError} `device/unavailable` If the device asked for does not work;
 *   `onnx/too-large` or `onnx/load` if the model cannot be loaded.
 * @throws {RangeError} If `outputSize` or `threads` is not a positive integer.
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
export async function nucleus(model: Model, options: NucleusOptions = {}): Promise<Nucleus> {
  const { device = "auto", outputSize = DEFAULT_OUTPUT_SIZE, signal } = options;
  const { threads = Math.min(MAX_DEFAULT_THREADS, navigator.hardwareConcurrency) } = options;
  if (!Number.isSafeInteger(threads) || threads < 1) {
    throw new RangeError(`threads must be a positive integer, not ${threads}`);
  }
  signal?.throwIfAborted();
  const report = typeof device === "string" ? await chooseDevice(device) : device;
  signal?.throwIfAborted();
  const bytes = model.toBytes(outputSize);
  const session = await createSession(bytes, { device: report.device, threads });
  bytes.buffer.transfer(0); // Frees the weights now: the garbage collector sees no hurry.
  if (signal?.aborted) await session.release();
  signal?.throwIfAborted();
  return new LoadedNucleus(model, report, session);
}

const DEFAULT_OUTPUT_SIZE = 512;
const MAX_DEFAULT_THREADS = 4;

class LoadedNucleus implements Nucleus {
  readonly name: string;
  readonly device: DeviceReport;
  readonly #model: Model;
  readonly #session: Session;
  readonly #runs = new Set<Promise<unknown>>();
  #disposal: Promise<void> | undefined;

  constructor(model: Model, device: DeviceReport, session: Session) {
    this.name = model.name;
    this.device = device;
    this.#model = model;
    this.#session = session;
  }

  async forward(inputs: Tensor, options: ForwardOptions = {}): Promise<FloatTensor> {
    const { attentionMask, signal } = options;
    signal?.throwIfAborted();
    if (this.#disposal) {
      throw new BittensorError("nucleus/disposed", `Cannot run ${this.name}: it was disposed`);
    }
    checkIds(this.#model, inputs);
    if (attentionMask) checkMask(this.#model, attentionMask, inputs);
    const run = this.#session.run(modelInputs(inputs, attentionMask));
    this.#runs.add(run);
    try {
      const outputs = await run;
      signal?.throwIfAborted();
      return modelOutput(outputs);
    } finally {
      this.#runs.delete(run);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#disposal ??= this.#release();
  }

  async #release(): Promise<void> {
    await Promise.allSettled(this.#runs);
    await this.#session.release();
  }
}

function checkIds(model: Model, ids: Tensor): void {
  const refuse = refusal(model, ids);
  const [, length = 0] = ids.dims;
  const { data } = ids;
  if (!(data instanceof BigInt64Array)) throw refuse("type", "token ids must be int64");
  if (ids.dims.length !== 2) throw refuse("shape", "token ids must be [batch, sequence]");
  if (data.length === 0) throw refuse("shape", "there is no token");
  if (length > model.maxSequenceLength) {
    throw refuse("too-long", `a sequence has at most ${model.maxSequenceLength} tokens`);
  }
  const size = BigInt(model.vocabSize);
  const unknown = data.find((id) => id < 0n || id >= size);
  if (unknown !== undefined) {
    throw refuse("vocabulary", `token id ${unknown} is not between 0 and ${size - 1n}`);
  }
}

function checkMask(model: Model, mask: Tensor, ids: Tensor): void {
  const refuse = refusal(model, ids);
  const { data } = mask;
  if (!(data instanceof BigInt64Array) || mask.dims.join() !== ids.dims.join()) {
    throw refuse("mask", `the attention mask is ${formatShape(mask)}`);
  }
  if (!data.every((value) => value === 0n || value === 1n)) {
    throw refuse("mask", "the attention mask has other values than 0 and 1");
  }
}

type Refusal = "type" | "shape" | "too-long" | "vocabulary" | "mask";

/** Makes the error for inputs that a model cannot take. */
function refusal(model: Model, ids: Tensor): (what: Refusal, reason: string) => BittensorError {
  return (what, reason) =>
    new BittensorError(
      `nucleus/${what}`,
      `Cannot run ${model.name} on ${formatShape(ids)}: ${reason}`,
    );
}
