/** The far side of a model thread: what its worker is asked, and answers. */

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

/** Under which name each of some outputs stays in the thread, by the names of the outputs. */
export type KeptOutputs = Readonly<Record<string, string>>;

/** What a worker is asked. Sessions have numbers that the asking side chooses. */
export type SessionRequest =
  | {
    readonly kind: "load";
    readonly session: number;
    readonly model: Uint8Array<ArrayBuffer> | string;
    readonly options: SessionOptions;
  }
  | {
    readonly kind: "run";
    readonly session: number;
    /** The inputs that are not kept in the thread. */
    readonly inputs: PlainTensors;
    /** The outputs to compute; all if left out. */
    readonly outputs: readonly string[] | undefined;
    readonly kept: KeptOutputs;
  }
  | { readonly kind: "keep"; readonly tensors: PlainTensors }
  | { readonly kind: "drop"; readonly names: readonly string[] }
  | { readonly kind: "release"; readonly session: number }
  | { readonly kind: "close" };

/** What a worker answers. */
export type SessionReply =
  | {
    readonly kind: "loaded";
    readonly inputs: readonly TensorInfo[];
    readonly outputs: readonly TensorInfo[];
    readonly otherInputs: readonly string[];
  }
  | { readonly kind: "ran"; readonly outputs: PlainTensors }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly code: BittensorError["code"]; readonly message: string };

/** Holds the sessions of one worker, and the tensors that stay between runs. */
export class SessionHost {
  readonly #sessions = new Map<number, Session>();
  readonly #kept = new Map<string, Tensor>();

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
    switch (request.kind) {
      case "load": {
        const { inputs, outputs, otherInputs } = await this.#load(request);
        return { kind: "loaded", inputs, outputs, otherInputs };
      }
      case "run":
        return { kind: "ran", outputs: plain(await this.#run(request)) };
      case "keep":
        this.#keep(Object.entries(rebuilt(request.tensors)));
        return { kind: "done" };
      case "drop":
        this.#drop(request.names);
        return { kind: "done" };
      case "release":
        await this.#release(request.session);
        return { kind: "done" };
      case "close":
        this.#drop([...this.#kept.keys()]);
        for (const session of this.#sessions.keys()) await this.#release(session);
        return { kind: "done" };
    }
  }

  async #load({ session, model, options }: RequestOf<"load">): Promise<Session> {
    const loaded = await createSession(model, options);
    // Frees the weights now: the garbage collector sees no hurry.
    if (typeof model !== "string") model.buffer.transfer(0);
    this.#sessions.set(session, loaded);
    return loaded;
  }

  async #run({ session, inputs, kept, ...wanted }: RequestOf<"run">): Promise<NamedTensors> {
    const loaded = this.#session(session);
    const missing = loaded.inputs.flatMap(({ name }) => {
      const tensor = Object.hasOwn(inputs, name) ? undefined : this.#kept.get(name);
      return tensor ? [[name, tensor] as const] : [];
    });
    const outputs = Object.entries(
      await loaded.run({ ...Object.fromEntries(missing), ...rebuilt(inputs) }, wanted),
    );
    this.#keep(
      outputs.flatMap(([name, tensor]) =>
        kept[name] === undefined ? [] : [[kept[name], tensor] as const]
      ),
    );
    return Object.fromEntries(outputs.filter(([name]) => kept[name] === undefined));
  }

  /** All at once as far as others see: no run is in progress meanwhile. */
  #keep(tensors: readonly (readonly [name: string, tensor: Tensor])[]): void {
    this.#drop(tensors.map(([name]) => name));
    for (const [name, tensor] of tensors) this.#kept.set(name, tensor);
  }

  #drop(names: readonly string[]): void {
    for (const name of names) {
      const tensor = this.#kept.get(name);
      if (tensor) free(tensor);
      this.#kept.delete(name);
    }
  }

  #session(number: number): Session {
    const session = this.#sessions.get(number);
    if (session) return session;
    throw new TypeError("the model was not loaded");
  }

  async #release(session: number): Promise<void> {
    const loaded = this.#session(session);
    this.#sessions.delete(session);
    await loaded.release();
  }
}

type RequestOf<Kind> = Extract<SessionRequest, { readonly kind: Kind }>;

/** Gives memory back now, on whatever device: the garbage collector sees no hurry. */
function free(tensor: Tensor): void {
  if (tensor.location === "cpu" && ArrayBuffer.isView(tensor.data)) {
    const { buffer } = tensor.data;
    if (buffer instanceof ArrayBuffer) buffer.transfer(0);
  }
  tensor.dispose();
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
