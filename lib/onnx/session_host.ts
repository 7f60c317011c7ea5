/** The far side of a session in a thread of its own: what its worker is asked, and answers. */

import { BittensorError, messageOf } from "../base/errors.ts";
import { Tensor } from "../base/tensor.ts";
import {
  createSession,
  type NamedTensors,
  type Session,
  type SessionOptions,
  type TensorInfo,
} from "./runtime.ts";

/** A tensor as it crosses threads: without its class. */
export type PlainTensor = Pick<Tensor, "type" | "data" | "dims">;

/** Tensors by name, as they cross threads. */
export type PlainTensors = Readonly<Record<string, PlainTensor>>;

/** What a worker is asked; the first request loads the model. */
export type SessionRequest =
  | {
    readonly kind: "load";
    readonly model: Uint8Array<ArrayBuffer> | string;
    readonly options: SessionOptions;
  }
  | { readonly kind: "run"; readonly inputs: PlainTensors }
  | { readonly kind: "release" };

/** What a worker answers. */
export type SessionReply =
  | {
    readonly kind: "loaded";
    readonly inputs: readonly TensorInfo[];
    readonly outputs: readonly TensorInfo[];
  }
  | { readonly kind: "ran"; readonly outputs: PlainTensors }
  | { readonly kind: "released" }
  | { readonly kind: "failed"; readonly code: BittensorError["code"]; readonly message: string };

/** Holds the session of one worker. */
export class SessionHost {
  #session: Session | undefined;

  /** Does what is asked; never rejects. */
  async answer(request: SessionRequest): Promise<SessionReply> {
    try {
      return await this.#answer(request);
    } catch (error) {
      const code = error instanceof BittensorError ? error.code : "onnx/thread";
      return { kind: "failed", code, message: messageOf(error) };
    }
  }

  async #answer(request: SessionRequest): Promise<SessionReply> {
    if (request.kind === "load") {
      const { model, options } = request;
      this.#session = await createSession(model, options);
      // Frees the weights now: the garbage collector sees no hurry.
      if (typeof model !== "string") model.buffer.transfer(0);
      const { inputs, outputs } = this.#session;
      return { kind: "loaded", inputs, outputs };
    }
    const session = this.#session;
    if (!session) throw new TypeError("no model was loaded");
    if (request.kind === "run") {
      return { kind: "ran", outputs: plain(await session.run(rebuilt(request.inputs))) };
    }
    await session.release();
    return { kind: "released" };
  }
}

/** Strips tensors of their class, which does not cross threads. */
export function plain(tensors: NamedTensors): PlainTensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { type, data, dims }]) => [name, { type, data, dims }]),
  );
}

/** Gives tensors their class back. */
export function rebuilt(tensors: PlainTensors): NamedTensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { type, data, dims }]) => [
      name,
      new Tensor(type, data, dims),
    ]),
  );
}

/** The memory of tensors, to hand over to another thread without a copy. */
export function buffersOf(tensors: PlainTensors): ArrayBuffer[] {
  return Object.values(tensors).flatMap(({ data }) =>
    ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer ? [data.buffer] : []
  );
}
