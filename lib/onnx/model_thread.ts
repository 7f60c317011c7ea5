/** A thread for a model: the calling thread stays free while the model computes. */

import { BittensorError } from "../base/errors.ts";
import type { NamedTensors, RunOptions, Session, SessionOptions } from "./runtime.ts";
import {
  buffersOf,
  type KeptOutputs,
  plain,
  rebuilt,
  type SessionReply,
  type SessionRequest,
} from "./session_host.ts";

/** Options of a run in a thread. */
export interface ThreadRunOptions extends RunOptions {
  /**
   * The outputs that stay in the thread, and under which names; they are not returned, and replace
   * what was kept under these names, all at once. @default {none}
   */
  readonly kept?: KeptOutputs | undefined;
}

/** A model that is loaded in a thread. */
export interface ThreadSession extends Session {
  /** Inputs that are not given are those that the thread keeps under their names. */
  run(inputs: NamedTensors, options?: ThreadRunOptions): Promise<NamedTensors>;
}

/**
 * A thread that holds models, and tensors that stay there from one run to another, on their device if
 * it can keep them. It does one thing after the other, in the order in which it is asked. Until it is
 * disposed, it keeps the program running.
 */
export class ModelThread implements AsyncDisposable {
  readonly #worker = new Worker(new URL("./session_worker.ts", import.meta.url), {
    type: "module",
  });
  /** What becomes of the requests that are not answered yet, oldest first. */
  #waiting: ((reply: SessionReply) => void)[] = [];
  #failure: SessionReply | undefined;
  #sessions = 0;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<SessionReply>) =>
      this.#waiting.shift()?.(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const message = `The thread of a model failed: ${event.message}`;
      this.#failure = { kind: "failed", code: "onnx/thread", message };
      for (const settle of this.#waiting.splice(0)) settle(this.#failure);
    };
  }

  /**
   * Loads an ONNX model.
   *
   * @param model A file's path, or its bytes, whose memory goes over to the thread.
   * @throws {BittensorError} `onnx/load` If the device or the model does not work; `onnx/thread` if
   *   the thread fails.
   */
  async load(
    model: Uint8Array<ArrayBuffer> | string,
    options: SessionOptions,
  ): Promise<ThreadSession> {
    const session = ++this.#sessions;
    const transfer = typeof model === "string" ? [] : [model.buffer];
    const request = { kind: "load", session, model, options } as const;
    const { inputs, outputs, otherInputs } = await this.#ask(request, "loaded", transfer);
    return {
      inputs,
      outputs,
      otherInputs,
      run: async (tensors, { kept = {}, outputs } = {}) => {
        const request = { kind: "run", session, inputs: plain(tensors), outputs, kept } as const;
        return rebuilt((await this.#ask(request, "ran")).outputs);
      },
      release: async () => {
        await this.#ask({ kind: "release", session }, "done");
      },
    };
  }

  /** Keeps tensors in the thread, all at once; their memory goes over to it. */
  async keep(tensors: NamedTensors): Promise<void> {
    const request = { kind: "keep", tensors: plain(tensors) } as const;
    await this.#ask(request, "done", buffersOf(request.tensors));
  }

  /** Frees tensors that are kept. */
  async drop(names: readonly string[]): Promise<void> {
    await this.#ask({ kind: "drop", names }, "done");
  }

  /** Frees all models and tensors, after what the thread was asked before. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#ask({ kind: "close" }, "done");
    } finally {
      this.#worker.terminate();
    }
  }

  /** Sends a request; gives its reply, which is of this kind. */
  async #ask<Kind extends SessionReply["kind"]>(
    request: SessionRequest,
    kind: Kind,
    transfer: ArrayBuffer[] = [],
  ): Promise<Replied<Kind>> {
    const reply = this.#failure ?? await new Promise<SessionReply>((resolve) => {
      this.#worker.postMessage(request, transfer);
      this.#waiting.push(resolve);
    });
    if (isOfKind(reply, kind)) return reply;
    if (reply.kind !== "failed") throw new TypeError(`${kind} was expected, not ${reply.kind}`);
    throw new BittensorError(reply.code, reply.message);
  }
}

type Replied<Kind> = Extract<SessionReply, { readonly kind: Kind }>;

function isOfKind<Kind extends SessionReply["kind"]>(
  reply: SessionReply,
  kind: Kind,
): reply is Replied<Kind> {
  return reply.kind === kind;
}
