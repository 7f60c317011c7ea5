/** JSON-RPC requests to a node, each with a deadline, and their failures as ours. */

import type { WsProvider } from "@polkadot/api";
import { type WaitOptions, withDeadline } from "../base/deadline.ts";
import { BittensorError, messageOf } from "../base/errors.ts";
import type { ExtrinsicStatus, Hex } from "./chain.ts";

/** Default of every wait for a node, in milliseconds. */
export const TIMEOUT_MS = 20_000;

/** Name of the messages about a watched extrinsic. */
const UPDATE = "author_extrinsicUpdate";

/** The requests over one connection. */
export class RpcClient {
  readonly #endpoint: string;
  readonly #provider: WsProvider;

  /** @param endpoint Where the provider is connected to, without credentials. */
  constructor(endpoint: string, provider: WsProvider) {
    this.#endpoint = endpoint;
    this.#provider = provider;
  }

  /**
   * Asks the node once.
   *
   * @throws {BittensorError} `chain/timeout`, `chain/connection-lost`, or `chain/refused` with the
   * node's own error as cause.
   */
  request<T>(method: string, params: unknown[], options?: WaitOptions): Promise<T> {
    return this.#wait(method, () => this.#provider.send<T>(method, params), options);
  }

  /** Submits an extrinsic once, and yields its statuses until the loop is left. */
  async *watchExtrinsic(extrinsic: Hex, options?: WaitOptions): AsyncIterable<ExtrinsicStatus> {
    const statuses: ExtrinsicStatus[] = [];
    let failure: Error | undefined;
    let news = Promise.withResolvers<void>();
    const fail = (error: Error) => {
      failure = error;
      news.resolve();
    };
    const onStatus = (error: Error | null, status: ExtrinsicStatus) => {
      if (error) return fail(error);
      statuses.push(status);
      news.resolve();
    };
    const method = "author_submitAndWatchExtrinsic";
    const stopListening = this.#provider.on("disconnected", () => fail(this.#connectionLost()));
    let id: number | string | undefined;
    try {
      id = await this.#wait(
        method,
        () => this.#provider.subscribe(UPDATE, method, [extrinsic], onStatus),
        options,
      );
      while (true) {
        await this.#wait("the status of an extrinsic", () => news.promise, options);
        news = Promise.withResolvers<void>();
        yield* statuses.splice(0);
        if (failure) throw failure;
      }
    } finally {
      stopListening();
      if (id !== undefined && this.#provider.isConnected) {
        await this.#provider.unsubscribe(UPDATE, "author_unwatchExtrinsic", id);
      }
    }
  }

  /** Closes the connection, and returns when it is closed. */
  async close(): Promise<void> {
    if (!this.#provider.isConnected) return;
    const closed = new Promise<void>((resolve) => this.#provider.on("disconnected", resolve));
    await this.#provider.disconnect();
    await closed;
  }

  async #wait<T>(what: string, work: () => Promise<T>, options: WaitOptions = {}): Promise<T> {
    const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    const timeout = () =>
      new BittensorError(
        "chain/timeout",
        `No answer from the chain at ${this.#endpoint} within ${timeoutMs} ms: ${what}`,
      );
    try {
      return await withDeadline(work, { ...options, timeoutMs }, timeout);
    } catch (error) {
      if (options.signal?.aborted || error instanceof BittensorError) throw error;
      if (!this.#provider.isConnected) throw this.#connectionLost();
      throw new BittensorError(
        "chain/refused",
        `The chain at ${this.#endpoint} refused ${what}: ${messageOf(error)}`,
        { cause: error },
      );
    }
  }

  #connectionLost(): BittensorError {
    return new BittensorError(
      "chain/connection-lost",
      `The connection to the chain at ${this.#endpoint} was lost`,
      { hint: "check that the node still runs, then connect again" },
    );
  }
}
