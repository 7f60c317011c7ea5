/** Trains a model in its thread, where its parameters, their gradients and moments stay. */

import { BittensorError } from "../../base/errors.ts";
import { Tensor } from "../../base/tensor.ts";
import { gradientGraph, gradientName } from "../graph/gradients.ts";
import type { Graph } from "../graph/graph_builder.ts";
import { parametersOf, takeParameters, type Weights, weightsOf } from "../graph/parameters.ts";
import type { ModelThread } from "../model_thread.ts";
import type { NamedTensors, SessionOptions } from "../runtime.ts";
import { OptimizerState } from "./optimizer_state.ts";
import {
  addedName,
  copyGraph,
  nextName,
  NORM,
  normGraph,
  type Parameter,
  replacements,
  sumGraph,
} from "./step_graphs.ts";
import type { StepOptions, StepReport } from "./step_options.ts";
import { type ThreadGraph, ThreadGraphs } from "./thread_graphs.ts";

/**
 * Trains one model. Only `forward` may run beside another call: each run uses the parameters that are
 * there when it starts.
 */
export class Trainer {
  readonly #graphs: ThreadGraphs;
  readonly #graph: Graph;
  readonly #parameters: readonly Parameter[];
  readonly #names: readonly string[];
  readonly #optimizer: OptimizerState;
  #hasGradients = false;

  private constructor(graph: Graph, graphs: ThreadGraphs) {
    this.#graphs = graphs;
    this.#graph = takeParameters(graph);
    this.#parameters = parametersOf(graph);
    this.#names = this.#parameters.map(({ name }) => name);
    this.#optimizer = new OptimizerState(graphs, this.#parameters);
  }

  /**
   * Puts the parameters of a model into a thread.
   *
   * @param graph The model, with the weights that it starts with.
   */
  static async open(graph: Graph, thread: ModelThread, options: SessionOptions): Promise<Trainer> {
    const trainer = new Trainer(graph, new ThreadGraphs(thread, options));
    await trainer.#keepWeights(weightsOf(graph));
    await trainer.#graphs.load(trainer.#forward);
    return trainer;
  }

  get #forward(): ThreadGraph {
    return { name: "forward", build: () => this.#graph };
  }

  /** Runs the model as trained so far. */
  async forward(inputs: NamedTensors): Promise<NamedTensors> {
    return await this.#graphs.run({ ...this.#forward, inputs });
  }

  /**
   * Adds the gradients of the parameters to those that the next step is to use.
   *
   * @param inputs The model's inputs, and the gradients of its outputs: see `gradientName`.
   * @returns The gradients of the model's float inputs: see `gradientName`.
   */
  async backward(inputs: NamedTensors): Promise<NamedTensors> {
    const place = this.#hasGradients ? addedName : gradientName;
    const floats = this.#graph.inputs.filter(({ type }) => type === "float32");
    const gradients = await this.#graphs.run({
      name: "gradients",
      build: () => gradientGraph(this.#graph, floats.map(({ name }) => name)),
      inputs,
      kept: Object.fromEntries(this.#names.map((name) => [gradientName(name), place(name)])),
    });
    if (this.#hasGradients) await this.#addUp();
    this.#hasGradients = true;
    return gradients;
  }

  /**
   * Moves the parameters along the gradients that were added up, which are used up by it. Without any
   * nothing changes.
   *
   * @throws {BittensorError} `nucleus/not-finite` If the gradients are not finite; they are dropped.
   */
  async step(options: StepOptions): Promise<StepReport> {
    if (!this.#hasGradients) return { steps: this.#optimizer.steps, gradientNorm: 0 };
    const gradientNorm = await this.#gradientNorm();
    if (!Number.isFinite(gradientNorm)) {
      await this.#dropGradients();
      throw new BittensorError(
        "nucleus/not-finite",
        `Cannot take a step: the length of the gradient is ${gradientNorm}`,
        { hint: "lower the learning rate, and load weights that were saved before" },
      );
    }
    await this.#optimizer.move(options, gradientNorm);
    await this.#dropGradients();
    return { steps: this.#optimizer.steps, gradientNorm };
  }

  /** The parameters as they are. */
  async weights(): Promise<Weights> {
    const build = () => copyGraph(this.#parameters);
    const copies = await this.#graphs.run({ name: "copy", build });
    return new Map(this.#names.map((name) => {
      const data = copies[nextName(name)]?.data;
      if (data instanceof Float32Array && data.buffer instanceof ArrayBuffer) {
        return [name, new Float32Array(data.buffer, data.byteOffset, data.length)];
      }
      throw new TypeError(`the parameter ${name} was not copied`);
    }));
  }

  /** Replaces the parameters; gradients and moments are dropped. The memory of `weights` goes over. */
  async replaceWeights(weights: Weights): Promise<void> {
    await this.#keepWeights(weights);
    await this.#dropGradients();
    await this.#optimizer.reset();
  }

  async #keepWeights(weights: Weights): Promise<void> {
    const tensors = this.#parameters.map(({ name, dims }) => {
      const elements = weights.get(name);
      if (elements) return [name, new Tensor("float32", elements, dims)];
      throw new TypeError(`there are no weights for ${name}`);
    });
    await this.#graphs.thread.keep(Object.fromEntries(tensors));
  }

  async #addUp(): Promise<void> {
    const kept = replacements(this.#names.map(gradientName));
    await this.#graphs.run({ name: "sum", build: () => sumGraph(this.#parameters), kept });
    await this.#graphs.thread.drop(this.#names.map(addedName));
  }

  async #dropGradients(): Promise<void> {
    this.#hasGradients = false;
    await this.#graphs.thread.drop(this.#names.map(gradientName));
  }

  async #gradientNorm(): Promise<number> {
    const build = () => normGraph(this.#parameters);
    const outputs = await this.#graphs.run({ name: "norm", build });
    return Number(outputs[NORM]?.data[0]);
  }
}
