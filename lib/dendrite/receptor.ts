/** Receptor: one connection to one endpoint, and what comes of a call over it. */

import type { Address } from "../domain/address.ts";
import { type Endpoint, formatHostPort } from "../domain/endpoint.ts";
import { logCall } from "../domain/log_event.ts";
import { ReturnCode } from "../domain/return_code.ts";
import { CallError } from "../wire/call_error.ts";
import { connect } from "../wire/grpc.ts";
import type { CallOptions, Channel } from "../wire/rpc.ts";
import { type Pieces, totalLength } from "../wire/pieces.ts";
import type { RequestSigner } from "../wire/request_signer.ts";
import type { TensorMessage } from "../wire/tensor_message.ts";
import { type Answer, missingAnswer, type Outcome, readAnswer } from "./answer.ts";
import { Backoff, type BackoffLimits } from "./backoff.ts";
import type { Query } from "./query.ts";
import { Semaphore } from "./semaphore.ts";
import { type EndpointStatistics, ReceptorStatistics } from "./statistics.ts";

export type { Answer };

/** Options of {@linkcode Receptor}. */
export interface ReceptorOptions {
  /** Requests in flight at one time; the others wait. */
  readonly maximumInFlight: number;
  readonly backoff: BackoffLimits;
}

/** Options of {@linkcode Receptor.ask}; the timeout covers the wait for a turn. */
export interface AskOptions extends CallOptions {
  readonly signer: RequestSigner;
  /** Slots of all requests in flight, of any receptor. */
  readonly slots: Semaphore;
}

/** One connection to one endpoint. Disposing it closes the connection. */
export class Receptor implements AsyncDisposable {
  /** Its name in the pool. */
  readonly key: string;
  readonly endpoint: Endpoint;
  /** Calls that hold it; the pool counts them. */
  users = 0;
  readonly #address: string;
  readonly #channel: Channel;
  readonly #slots: Semaphore;
  readonly #backoff: Backoff;
  readonly #statistics = new ReceptorStatistics();
  #disposed = false;

  constructor(key: string, endpoint: Endpoint, { maximumInFlight, backoff }: ReceptorOptions) {
    this.key = key;
    this.endpoint = endpoint;
    this.#address = formatHostPort(endpoint);
    this.#channel = connect(this.#address);
    this.#slots = new Semaphore(maximumInFlight);
    this.#backoff = new Backoff(backoff);
  }

  get hotkey(): Address {
    return this.endpoint.hotkey;
  }

  /**
   * Asks the neuron. Whatever goes wrong with it is a return code.
   *
   * @throws the reason of the signal when the caller aborted.
   */
  async ask(query: Query, options: AskOptions): Promise<Answer> {
    const startMs = performance.now();
    const { hotkey } = this;
    const { method, dims, failure } = query;
    logCall("Dendrite", () => ({
      method,
      isAnswer: false,
      code: failure?.returnCode ?? ReturnCode.Success,
      shape: dims,
      hotkey,
      message: failure?.message,
    }));
    let outcome: Outcome;
    try {
      outcome = await this.#takeTurn(query, options, startMs);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      const { returnCode: code, message } = error;
      outcome = { representation: missingAnswer(query), code, message };
    }
    this.#statistics.countCode(outcome.code);
    const { representation, code, message } = outcome;
    const shape = code === ReturnCode.Success ? representation.dims : undefined;
    logCall("Dendrite", () => ({ method, isAnswer: true, code, shape, hotkey, message }));
    return { representation, code, message, timeMs: performance.now() - startMs };
  }

  /** What was counted since the receptor was made. */
  statistics(): EndpointStatistics {
    const { uid, hotkey } = this.endpoint;
    return { uid, hotkey, address: this.#address, ...this.#statistics.snapshot() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#channel.close();
  }

  /** Waits for a slot of this receptor, then for one of all. */
  async #takeTurn(query: Query, options: AskOptions, startMs: number): Promise<Outcome> {
    if (query.failure !== undefined) throw query.failure;
    this.#checkBackoff(startMs);
    if (!this.#slots.tryEnter()) await this.#waitFor(this.#slots, options, startMs);
    try {
      if (!options.slots.tryEnter()) await this.#waitFor(options.slots, options, startMs);
      try {
        return readAnswer(await this.#exchange(query, options, startMs), query);
      } finally {
        options.slots.leave();
      }
    } finally {
      this.#slots.leave();
    }
  }

  async #waitFor(slots: Semaphore, options: AskOptions, startMs: number): Promise<void> {
    const { timeoutMs, signal } = options;
    const leftMs = startMs + timeoutMs - performance.now();
    if (!await slots.enter({ timeoutMs: leftMs, signal })) {
      const reason = `not sent: other requests were in flight for ${timeoutMs} ms`;
      throw new CallError(ReturnCode.Timeout, reason);
    }
    try {
      if (this.#disposed) {
        throw new CallError(ReturnCode.Unavailable, "not sent: the dendrite was disposed");
      }
      this.#checkBackoff(performance.now());
    } catch (error) {
      slots.leave();
      throw error;
    }
  }

  #checkBackoff(now: number): void {
    const leftMs = this.#backoff.remainingMs(now);
    if (leftMs <= 0) return;
    const reason = `not sent: the endpoint failed, and is asked again in ${Math.ceil(leftMs)} ms`;
    throw new CallError(ReturnCode.Backoff, reason);
  }

  async #exchange(
    { method, tensors }: Query,
    { signer, signal, timeoutMs }: AskOptions,
    startMs: number,
  ): Promise<TensorMessage> {
    const statistics = this.#statistics;
    const send = async (bytes: Pieces) => {
      const leftMs = Math.ceil(startMs + timeoutMs - performance.now());
      if (leftMs <= 0) throw new CallError(ReturnCode.Timeout, `no answer within ${timeoutMs} ms`);
      statistics.requests++;
      statistics.bytesSent += totalLength(bytes);
      const answer = await this.#channel.call(method, bytes, { timeoutMs: leftMs, signal });
      statistics.bytesReceived += answer.length;
      return answer;
    };
    const sentMs = performance.now();
    statistics.inFlight++;
    try {
      const answer = await signer.exchange({ method, tensors, receiver: this.hotkey }, send);
      this.#backoff.succeeded();
      statistics.addLatency(performance.now() - sentMs);
      return answer;
    } catch (error) {
      if (error instanceof CallError) this.#noteFailure(error.returnCode, sentMs);
      throw error;
    } finally {
      statistics.inFlight--;
    }
  }

  #noteFailure(code: ReturnCode, sentMs: number): void {
    const now = performance.now();
    this.#statistics.addLatency(now - sentMs);
    const silent = code === ReturnCode.Timeout || code === ReturnCode.Unavailable;
    if (silent) this.#backoff.failed(sentMs, now);
    else this.#backoff.succeeded();
  }
}
