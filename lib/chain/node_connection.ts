/** A connection to one of several nodes of a chain, opened anew after it was lost. */

import { delay, untilAborted, withDeadline } from "../base/deadline.ts";
import { BittensorError, messageOf } from "../base/errors.ts";
import type { Hex } from "./chain.ts";
import { withoutCredentials } from "./networks.ts";
import { RpcSocket } from "./rpc_socket.ts";

/** Pause before the first attempt to open a lost connection, in milliseconds; later ones double it. */
const FIRST_PAUSE_MS = 100;

/** Longest such pause. */
const MOST_PAUSE_MS = 5_000;

/** How long one attempt at one node may take, in milliseconds. */
const ATTEMPT_MS = 10_000;

/**
 * Opens sockets when somebody needs one: an idle connection that was lost stays lost, and costs
 * nothing, until the next request.
 */
export class NodeConnection {
  readonly #endpoints: readonly string[];
  readonly #heartbeatMs: number;
  readonly #closing = new AbortController();
  #socket: RpcSocket | undefined;
  /** Position of the node that was reached last. */
  #current = 0;
  #attempt: Promise<void> | undefined;
  #failures = 0;
  #connections = 0;
  #failure: unknown;
  /** Hash of block 0 at the first node: another node must serve the same chain. */
  #genesis: Hex | undefined;

  /**
   * @param endpoints WebSocket URLs, at least one; the first that answers is used.
   * @param heartbeatMs See {@linkcode RpcSocket.open}.
   */
  constructor(endpoints: readonly string[], heartbeatMs: number) {
    this.#endpoints = endpoints;
    this.#heartbeatMs = heartbeatMs;
  }

  /** The node that is or was connected, without credentials. */
  get endpoint(): string {
    return withoutCredentials(this.#endpoints[this.#current] ?? "");
  }

  /** How often a connection was opened. */
  get connections(): number {
    return this.#connections;
  }

  /** Why there is no connection; undefined while there is one. */
  get failure(): string | undefined {
    if (this.#socket?.isOpen) return undefined;
    return this.#failure === undefined ? "it was closed" : messageOf(this.#failure);
  }

  /**
   * Tries each node once.
   *
   * @throws the failure of the last one.
   */
  async open(): Promise<void> {
    await this.#tryEach();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** The open socket; waits for one, attempt after attempt, until `signal` fires. */
  async socket(signal: AbortSignal): Promise<RpcSocket> {
    while (true) {
      this.#closing.signal.throwIfAborted();
      if (this.#socket?.isOpen) return this.#socket;
      this.#attempt ??= this.#reopen().finally(() => this.#attempt = undefined);
      await untilAborted(this.#attempt, signal);
    }
  }

  /** Closes for good; what still waits throws `chain/closed`. */
  async close(): Promise<void> {
    const reason = new BittensorError(
      "chain/closed",
      `The connection to the chain at ${this.endpoint} was closed by this program`,
      { hint: "connect again" },
    );
    this.#closing.abort(reason);
    await this.#attempt?.catch(() => {});
    await this.#socket?.close();
  }

  async #reopen(): Promise<void> {
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, MOST_PAUSE_MS);
    await delay(pause, this.#closing.signal);
    await this.#tryEach();
  }

  async #tryEach(): Promise<void> {
    for (let tried = 0; tried < this.#endpoints.length; tried++) {
      const position = (this.#current + tried) % this.#endpoints.length;
      try {
        this.#socket = await this.#dial(this.#endpoints[position]!);
        this.#current = position;
        this.#failures = 0;
        this.#failure = undefined;
        this.#connections++;
        return;
      } catch (error) {
        this.#closing.signal.throwIfAborted();
        this.#failure = error;
      }
    }
    this.#failures++;
  }

  async #dial(endpoint: string): Promise<RpcSocket> {
    const limits = { timeoutMs: ATTEMPT_MS, signal: this.#closing.signal };
    return await withDeadline(
      async (signal) => {
        const socket = await RpcSocket.open(endpoint, { heartbeatMs: this.#heartbeatMs, signal });
        try {
          await this.#checkGenesis(socket, signal);
          return socket;
        } catch (error) {
          await socket.close();
          throw error;
        }
      },
      limits,
      () => new Error(`no answer within ${ATTEMPT_MS} ms`),
    );
  }

  async #checkGenesis(socket: RpcSocket, signal: AbortSignal): Promise<void> {
    const genesis = await socket.request<Hex>("chain_getBlockHash", [0], signal);
    this.#genesis ??= genesis;
    if (genesis === this.#genesis) return;
    throw new Error(`it serves another chain: its block 0 is ${genesis}, not ${this.#genesis}`);
  }
}
