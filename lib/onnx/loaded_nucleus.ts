/** A loaded model behind its public face. */

import { BittensorError } from "../base/errors.ts";
import { type FloatTensor, type Tensor, zeros } from "../base/tensor.ts";
import { Batcher, type BatchingOptions, MAX_WAITING } from "./batcher.ts";
import { callModel, resizeVectors } from "./call_model.ts";
import type { DeviceReport } from "./device.ts";
import { batchPlace, mergeInputs, splitOutput } from "./merge_inputs.ts";
import {
  asAsked,
  asItems,
  checkInputs,
  type InputRules,
  type ModelInputs,
} from "./model_inputs.ts";
import type { ModelThread } from "./model_thread.ts";
import type { SaveOptions } from "./models/save_graph.ts";
import type { ForwardOptions, Nucleus, NucleusStatistics, WaitingOptions } from "./nucleus.ts";
import { ofPart, withoutPadding, withPadding } from "./padding.ts";
import { concatenated, lengthened } from "./rows.ts";
import { type Merging, mergingOf, type ProvenSignature } from "./signature/proven.ts";
import { callBackward, checkGradients } from "./training/gradient_call.ts";
import type { Trainer } from "./training/trainer.ts";
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
  #requests = 0;
  #runs = 0;
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

  get signature(): ProvenSignature {
    return this.#rules.signature;
  }

  get merging(): Merging {
    return mergingOf(this.signature);
  }

  forward(inputs: Tensor, options: ForwardOptions = {}): Promise<FloatTensor> {
    return this.#call("run", async () => {
      const { attentionMask, signal } = options;
      signal?.throwIfAborted();
      const question = { inputs, attentionMask };
      checkInputs(this.#rules, question);
      try {
        return await this.#answer(question, signal);
      } finally {
        this.#requests++;
      }
    });
  }

  statistics(): NucleusStatistics {
    return { requests: this.#requests, runs: this.#runs };
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
      const checked = checkGradients(this.#rules, question, gradients, this.#outputSize);
      return await this.#training.train(
        (trainer) => this.#learn(trainer, question, checked),
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

  /** The answer to a question that was checked. */
  async #answer(question: ModelInputs, signal: AbortSignal | undefined): Promise<FloatTensor> {
    const { signature } = this.#rules;
    if (signature.takes === "floats") {
      const [answer] = await this.#submit([asItems(signature, question)], signal);
      return asAsked(signature, question, answer!);
    }
    const parts = withoutPadding(this.#rules, question);
    const answers = await this.#submit(parts.map((part) => part.question), signal);
    return withPadding(question, parts, answers, this.#outputSize);
  }

  /** Asks all at once; where one fails, the others are taken out again. */
  async #submit(
    questions: readonly ModelInputs[],
    signal: AbortSignal | undefined,
  ): Promise<readonly FloatTensor[]> {
    const [only, ...others] = questions;
    if (only && others.length === 0) {
      return [await this.#batcher.submit(only, batchPlace(this.signature, only), signal)];
    }
    const controller = new AbortController();
    const anySignal = signal ? AbortSignal.any([signal, controller.signal]) : controller.signal;
    try {
      return await Promise.all(
        questions.map((question) =>
          this.#batcher.submit(question, batchPlace(this.signature, question), anySignal)
        ),
      );
    } finally {
      controller.abort();
    }
  }

  /** Adds up the gradients of a question that was checked: in one run, if its parts may share one. */
  async #learn(
    trainer: Trainer,
    question: ModelInputs,
    gradients: FloatTensor,
  ): Promise<FloatTensor> {
    const { signature } = this.#rules;
    if (signature.takes === "floats") {
      return await callBackward(trainer, signature, question, gradients);
    }
    const parts = withoutPadding(this.#rules, question);
    const runs = this.merging === "any length" ? [parts] : parts.map((part) => [part]);
    for (const together of runs.filter(({ length }) => length > 0)) {
      const merged = mergeInputs(signature, together.map((part) => part.question));
      const longest = merged.inputs.dims[1]!;
      const theirs = together.map((part) => lengthened(ofPart(part, gradients), longest));
      await callBackward(trainer, signature, merged, concatenated(theirs));
    }
    return zeros(gradients.dims);
  }

  async #run(questions: readonly ModelInputs[]): Promise<readonly FloatTensor[]> {
    const { signature } = this.#rules;
    const question = mergeInputs(signature, questions);
    const session = {
      run: (...call: Parameters<Training["run"]>) => {
        this.#runs++;
        return this.#training.run(...call);
      },
    };
    const output = await callModel(session, signature, question);
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
