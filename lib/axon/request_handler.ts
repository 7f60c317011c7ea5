/** The way of a request through an axon: who asks, what is asked, when does it run. */

import { logCall } from "../domain/log_event.ts";
import { ReturnCode } from "../domain/return_code.ts";
import type { IncomingCall, Method } from "../wire/rpc.ts";
import { type Pieces, totalLength } from "../wire/pieces.ts";
import type { Caller, RequestVerifier } from "../wire/request_verifier.ts";
import { decodeMessage, type TensorMessage } from "../wire/tensor_message.ts";
import { Admission, type IncomingRequest } from "./admission.ts";
import type { AxonSettings } from "./axon_options.ts";
import { readBackward } from "./backward.ts";
import type { Callbacks } from "./callbacks.ts";
import { readForward } from "./forward.ts";
import { JobRunner } from "./job_runner.ts";
import { type Outcome, STOPPING, WAITED_TOO_LONG } from "./outcome.ts";
import { RequestLives } from "./request_lives.ts";
import type { Statistics } from "./statistics.ts";

/** Options of {@linkcode RequestHandler}. */
export interface RequestHandlerOptions {
  readonly settings: AxonSettings;
  readonly verifier: RequestVerifier;
  /** The callbacks as they are now. */
  readonly callbacks: () => Callbacks;
  readonly statistics: Statistics;
}

/** Answers the requests to one axon, from a start to its stop. */
export class RequestHandler {
  readonly #settings: AxonSettings;
  readonly #verifier: RequestVerifier;
  readonly #callbacks: () => Callbacks;
  readonly #statistics: Statistics;
  readonly #admission: Admission;
  readonly #runner: JobRunner;
  readonly #lives: RequestLives;
  #closed = false;

  constructor({ settings, verifier, callbacks, statistics }: RequestHandlerOptions) {
    this.#settings = settings;
    this.#verifier = verifier;
    this.#callbacks = callbacks;
    this.#statistics = statistics;
    this.#admission = new Admission(verifier, settings);
    this.#runner = new JobRunner(settings);
    this.#lives = new RequestLives(settings.timeoutMs);
  }

  /** Requests whose callbacks run. */
  get running(): number {
    return this.#runner.running;
  }

  /** Requests that wait for their turn. */
  get queued(): number {
    return this.#runner.queued;
  }

  /** Takes no more requests; those that it has may end. */
  close(): void {
    this.#closed = true;
  }

  /** Gives up all requests that have not ended: each is answered now. */
  cancel(): void {
    this.#closed = true;
    this.#lives.stop(new DOMException("The axon stopped", "AbortError"));
  }

  /**
   * Answers a request. Whatever is wrong with it becomes a return code.
   *
   * @throws {BittensorError} `wire/message` if it is no message at all.
   */
  async handle(method: Method, bytes: Uint8Array, call: IncomingCall): Promise<Pieces> {
    const start = performance.now();
    const message = this.#decode(bytes);
    const { hotkey } = message;
    logCall("Axon", () => ({
      method,
      isAnswer: false,
      code: ReturnCode.Success,
      shape: message.tensors[0]?.shape,
      hotkey,
    }));
    const request = { method, message, peerIp: call.peerIp };
    const { caller, refused } = this.#admission.admit(request, start);
    const outcome = refused ?? await this.#serve(request, caller, call);
    const { answer, shape, refused: reason } = outcome;
    const { returnCode: code = ReturnCode.Success } = answer;
    logCall("Axon", () => ({
      method,
      isAnswer: true,
      code,
      shape,
      hotkey,
      message: answer.message,
    }));
    const pieces = this.#verifier.encodeAnswer(caller, answer);
    if (reason !== undefined) this.#statistics.refuse(reason);
    this.#statistics.record(caller.verified ? caller.hotkey : call.peerIp, {
      bytesIn: bytes.length,
      bytesOut: totalLength(pieces),
      returnCode: code,
      latencyMs: performance.now() - start,
    });
    return pieces;
  }

  #decode(bytes: Uint8Array): TensorMessage {
    try {
      return decodeMessage(bytes);
    } catch (error) {
      this.#statistics.refuse("malformed-message");
      throw error;
    }
  }

  async #serve(request: IncomingRequest, caller: Caller, call: IncomingCall): Promise<Outcome> {
    if (this.#closed) return STOPPING;
    const life = this.#lives.begin(call.signal, call.hasDeadline);
    try {
      if (this.#admission.hasBlacklist) {
        const refused = await this.#admission.askBlacklist(request, caller, life.signal);
        if (refused !== undefined) return refused;
      }
      const read = request.method === "Forward" ? readForward : readBackward;
      const job = read(request.message, this.#callbacks(), this.#settings.maximumElements);
      if ("answer" in job) return job;
      if (!this.#runner.enter()) {
        const refused = await this.#runner.wait(caller, life);
        if (refused !== undefined) return refused;
      }
      return await this.#runner.run(job, caller, life);
    } catch (error) {
      if (life.aborted) return life.stopped ? STOPPING : WAITED_TOO_LONG;
      throw error;
    } finally {
      life.end();
    }
  }
}
