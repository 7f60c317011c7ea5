/** Graphs in a thread, each loaded when it first runs. */

import type { Graph } from "../graph/graph_builder.ts";
import { modelBytes } from "../graph/model_bytes.ts";
import type { ModelThread, ThreadSession } from "../model_thread.ts";
import type { NamedTensors, SessionOptions } from "../runtime.ts";
import type { KeptOutputs } from "../session_host.ts";

/** A graph to run. */
export interface ThreadGraph {
  /** What tells it from the other graphs of the thread. */
  readonly name: string;
  readonly build: () => Graph;
  /** Inputs that the thread does not keep. @default {none} */
  readonly inputs?: NamedTensors | undefined;
  /**
   * The outputs that stay in the thread, on the device if it can keep them, and under which names: the
   * same outputs in every run of the graph. @default {none}
   */
  readonly kept?: KeptOutputs | undefined;
}

/** Runs graphs in one thread, which frees them when it is disposed. */
export class ThreadGraphs {
  readonly thread: ModelThread;
  readonly #options: SessionOptions;
  readonly #sessions = new Map<string, ThreadSession>();

  constructor(thread: ModelThread, options: SessionOptions) {
    this.thread = thread;
    this.#options = options;
  }

  /**
   * Runs a graph; gives the outputs that do not stay in the thread.
   *
   * @throws {BittensorError} `onnx/load` or `onnx/run` If the runtime fails.
   */
  async run(graph: ThreadGraph): Promise<NamedTensors> {
    const { inputs = {}, kept = {} } = graph;
    const session = this.#sessions.get(graph.name) ?? await this.load(graph);
    return await session.run(inputs, { kept });
  }

  /**
   * Loads a graph before its first run.
   *
   * @throws {BittensorError} `onnx/load` If the runtime fails.
   */
  async load({ name, build, kept = {} }: ThreadGraph): Promise<ThreadSession> {
    const options = { ...this.#options, resident: Object.keys(kept) };
    const session = await this.thread.load(modelBytes(build()), options);
    this.#sessions.set(name, session);
    return session;
  }
}
