/** A session in a thread of its own: the calling thread stays free while the model computes. */

import { BittensorError } from "../base/errors.ts";
import type { Session, SessionOptions } from "./runtime.ts";
import { plain, rebuilt, type SessionReply, type SessionRequest } from "./session_host.ts";

/**
 * Loads an ONNX model in a new thread. Until it is released, it keeps the program running.
 *
 * @param model A file's path, or its bytes, whose memory goes over to the thread.
 * @throws {BittensorError} `onnx/load` If the device or the model does not work; `onnx/thread` if
 *   the thread fails.
 */
export async function createWorkerSession(
  model: Uint8Array<ArrayBuffer> | string,
  options: SessionOptions,
): Promise<Session> {
  const thread = new SessionThread();
  try {
    const transfer = typeof model === "string" ? [] : [model.buffer];
    const { inputs, outputs } = await thread.ask(
      { kind: "load", model, options },
      "loaded",
      transfer,
    );
    return {
      inputs,
      outputs,
      run: async (tensors) =>
        rebuilt((await thread.ask({ kind: "run", inputs: plain(tensors) }, "ran")).outputs),
      release: async () => {
        try {
          await thread.ask({ kind: "release" }, "released");
        } finally {
          thread.end();
        }
      },
    };
  } catch (error) {
    thread.end();
    throw error;
  }
}

type Replied<Kind> = Extract<SessionReply, { readonly kind: Kind }>;

/** A worker that answers one request after the other, in their order. */
class SessionThread {
  readonly #worker = new Worker(new URL("./session_worker.ts", import.meta.url), {
    type: "module",
  });
  /** What becomes of the requests that are not answered yet, oldest first. */
  #waiting: ((reply: SessionReply) => void)[] = [];
  #failure: SessionReply | undefined;

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

  /** Sends a request; gives its reply, which is of this kind. */
  async ask<Kind extends SessionReply["kind"]>(
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

  end(): void {
    this.#worker.terminate();
  }
}

function isOfKind<Kind extends SessionReply["kind"]>(
  reply: SessionReply,
  kind: Kind,
): reply is Replied<Kind> {
  return reply.kind === kind;
}
