/** The training of a served model, which begins when it is first asked for. */

import { BittensorError } from "../../base/errors.ts";
import type { Graph } from "../graph/graph_builder.ts";
import { replaceWeights } from "../graph/parameters.ts";
import type { ModelThread, ThreadSession } from "../model_thread.ts";
import { saveGraph, type SaveOptions } from "../models/save_graph.ts";
import type { NamedTensors, RunOptions, SessionOptions } from "../runtime.ts";
import { Trainer } from "./trainer.ts";
import { Turns } from "./turns.ts";
import { readWeights, writeWeights } from "./weights_file.ts";

/** A model that is served, and may be trained. */
export interface TrainedModel {
  readonly name: string;
  /** Makes the computation, with the weights that it starts with; a text says why it cannot be trained. */
  readonly training: (() => Graph) | string;
  readonly thread: ModelThread;
  /** The model as it was loaded, its weights inside. */
  readonly session: ThreadSession;
  readonly options: SessionOptions;
  /** Most calls that wait for their turn. */
  readonly maxWaiting: number;
}

/**
 * Runs a model, and trains it if it can be trained. Training calls take turns; from the first on, the
 * model runs with parameters that can change.
 */
export class Training {
  readonly #model: TrainedModel;
  readonly #turns: Turns;
  #trainer: Trainer | undefined;

  constructor(model: TrainedModel) {
    this.#model = model;
    this.#turns = new Turns(model.maxWaiting);
  }

  /** Runs the model, with the weights that it has when the run starts. */
  async run(inputs: NamedTensors, options?: RunOptions): Promise<NamedTensors> {
    return await (this.#trainer?.forward(inputs) ?? this.#model.session.run(inputs, options));
  }

  /**
   * Does something with the trainer of the model when it is its turn.
   *
   * @param signal Takes it out before its turn.
   * @throws {BittensorError} `nucleus/not-trainable` If the model cannot be trained; `nucleus/full` if
   *   too many calls wait; `onnx/load` or `onnx/run` if the runtime fails.
   */
  async train<T>(work: (trainer: Trainer) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const graph = this.#graph();
    return await this.#turns.take(
      async () => await work(this.#trainer ??= await this.#open(graph())),
      signal,
    );
  }

  /** Writes the weights to a file; see `writeWeights`. */
  async saveWeights(path: string): Promise<void> {
    await writeWeights(path, await this.#trained());
  }

  /** Replaces the weights by those of a file; see `readWeights`. */
  async loadWeights(path: string, signal?: AbortSignal): Promise<void> {
    const weights = await readWeights(path, this.#graph()());
    signal?.throwIfAborted();
    await this.train((trainer) => trainer.replaceWeights(weights), signal);
  }

  /** Writes the model to an ONNX file; see `saveGraph`. */
  async save(path: string, options: SaveOptions): Promise<void> {
    await saveGraph(await this.#trained(), path, options);
  }

  /** Waits for the training calls, those that their callers gave up included. */
  async settled(): Promise<void> {
    await this.#turns.settled();
  }

  /** Makes the computation. */
  #graph(): () => Graph {
    const { name, training } = this.#model;
    if (typeof training === "function") return training;
    throw new BittensorError("nucleus/not-trainable", `Cannot train ${name}: ${training}`);
  }

  /** The computation with the weights as they are. */
  async #trained(): Promise<Graph> {
    const graph = this.#graph()();
    const weights = await this.#turns.take(async () => await this.#trainer?.weights());
    return weights ? replaceWeights(graph, weights) : graph;
  }

  async #open(graph: Graph): Promise<Trainer> {
    const { thread, session, options } = this.#model;
    const trainer = await Trainer.open(graph, thread, options);
    this.#trainer = trainer;
    // The thread frees it after the runs that it was asked for before.
    await session.release();
    return trainer;
  }
}
