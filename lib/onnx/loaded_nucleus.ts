/** A loaded model behind its public face. */

import { BittensorError } from "../base/errors.ts";
import type { FloatTensor, Tensor } from "../base/tensor.ts";
import { Batcher, type BatchingOptions, MAX_WAITING } from "./batcher.ts";
import { callModel, resizeVectors } from "./call_model.ts";
import type { DeviceReport } from "./device.ts";
import { batchPlace, mergeInputs, splitOutput } from "./merge_inputs.ts";
import { checkInputs, type InputRules, type ModelInputs } from "./model_inputs.ts";
import type { ModelThread } from "./model_thread.ts";
import type { SaveOptions } from "./models/save_graph.ts";
import type { ForwardOptions, Nucleus, WaitingOptions } from "./nucleus.ts";
import { callBackward, checkGradients } from "./training/gradient_call.ts";
import { checkStepOptions, type StepOptions, type StepReport } from "./training/step_options.ts";
import { type TrainedModel, Training } from "./training/training.ts";

/** How a model was loaded. */
export interface LoadedModel extends Omit<TrainedModel, "name" | "maxWaiting"> {
  readonly rules: InputRules;
  readonly device: DeviceReport;
  /** The thread is freed with the nucleus. */
  readonly thread: ModelThread;
  readonly outputSize: number;
  readonly batching: BatchingOptions | undefined;
}

export class LoadedNucleus implements Nucleus {
  readonly name: string;
  readonly device: DeviceReport;
  readonly #rules: InputRules;
  readonly #thread: ModelThread;
  readonly #outputSize: number;
  readonly #batcher: Batcher<ModelInputs, FloatTensor>;
  readonly #training: Training;
  readonly #calls = new Set<Promise<unknown>>();
  #disposal: Promise<void> | undefined;

  constructor({ rules, device, outputSize, batching, ...model }: LoadedModel) {
    const { name } = rules;
    const { maxWaiting = MAX_WAITING } = batching ?? {};
    this.name = name;
    this.device = device;
    this.#rules = rules;
    this.#thread = model.thread;
    this.#outputSize = outputSize;
    this.#batcher = new Batcher((questions) => this.#run(questions), batching);
    this.#training = new Training({ ...model, name, maxWaiting });
  }

  forward(inputs: Tensor, options: ForwardOptions = {}): Promise<FloatTensor> {
    return this.#call("run", async () => {
      const { attentionMask, signal } = options;
      signal?.throwIfAborted();
      const question = { inputs, attentionMask };
      checkInputs(this.#rules, question);
      const place = batchPlace(this.#rules.signature, question);
      return await this.#batcher.submit(question, place, signal);
    });
  }

  backward(
    inputs: Tensor,
    gradients: Tensor,
    options: ForwardOptions = {},
  ): Promise<FloatTensor> {
    return this.#call("train", async () => {
      const { attentionMask, signal } = options;
      const question = { inputs, attentionMask };
      checkInputs(this.#rules, question);
      checkGradients(this.#rules, question, gradients, this.#outputSize);
      const { signature } = this.#rules;
      return await this.#training.train(
        (trainer) => callBackward(trainer, signature, question, gradients),
        signal,
      );
    });
  }

  step(options: StepOptions & WaitingOptions): Promise<StepReport> {
    return this.#call("train", async () => {
      checkStepOptions(options);
      return await this.#training.train((trainer) => trainer.step(options), options.signal);
    });
  }

  save(path: string, options: SaveOptions = {}): Promise<void> {
    return this.#call("save", () => this.#training.save(path, options));
  }

  saveWeights(path: string): Promise<void> {
    return this.#call("save", () => this.#training.saveWeights(path));
  }

  loadWeights(path: string, { signal }: WaitingOptions = {}): Promise<void> {
    return this.#call("train", () => this.#training.loadWeights(path, signal));
  }

  /** Makes a call that disposal waits for. */
  async #call<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.#disposal) {
      throw new BittensorError("nucleus/disposed", `Cannot ${what} ${this.name}: it was disposed`);
    }
    const call = work();
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  async #run(questions: readonly ModelInputs[]): Promise<readonly FloatTensor[]> {
    const { signature } = this.#rules;
    const output = await callModel(this.#training, signature, mergeInputs(signature, questions));
    const resized = resizeVectors(output, this.#outputSize);
    return splitOutput(signature, resized, questions);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#disposal ??= this.#release();
  }

  async #release(): Promise<void> {
    await Promise.allSettled(this.#calls);
    await this.#training.settled();
    await this.#thread[Symbol.asyncDispose]();
  }
}
