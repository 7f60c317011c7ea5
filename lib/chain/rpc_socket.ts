/** One WebSocket to a node: requests and subscriptions, for as long as it lasts. */

import { settledWithin, untilAborted } from "../base/deadline.ts";
import { Heartbeat } from "./heartbeat.ts";
import { isLoopback } from "./networks.ts";

/** The connection was lost: whether the node got a request that had no answer yet is unknown. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";

  constructor() {
    super("the connection was lost");
  }
}

/** The node answered a request with an error. */
export class RequestRefused extends Error {
  override readonly name = "RequestRefused";
}

/** Hears what a subscription says, until the connection is lost. */
export interface SubscriptionListener {
  readonly next: (result: unknown) => void;
  readonly lost: (error: ConnectionLost) => void;
}

/** What a node calls a subscription. */
export type SubscriptionId = string | number;

/** A message of a node: the answer to a request, or news of a subscription. */
interface Message {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
  readonly params?: { readonly subscription: SubscriptionId; readonly result: unknown };
}

interface PendingRequest {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** How long a node may take to say goodbye, in milliseconds. */
const GOODBYE_MS = 1000;

/** What every node answers at once. */
const PING = "system_chain";

/** How a socket is opened. */
export interface RpcSocketOptions {
  /** Silence that is taken for a lost connection is twice this, in milliseconds. */
  readonly heartbeatMs: number;
  /** Stops the attempt. */
  readonly signal: AbortSignal;
}

/** An open WebSocket that speaks JSON-RPC 2.0. */
export class RpcSocket {
  readonly #socket: WebSocket;
  readonly #closed = Promise.withResolvers<void>();
  readonly #pending = new Map<number, PendingRequest>();
  readonly #listeners = new Map<SubscriptionId, SubscriptionListener>();
  readonly #heartbeat: Heartbeat;
  #lost = false;
  #lastId = 0;

  private constructor(socket: WebSocket, heartbeatMs: number) {
    this.#socket = socket;
    this.#heartbeat = new Heartbeat({
      periodMs: heartbeatMs,
      ask: () => this.#send(PING, []),
      onSilence: () => this.#drop(),
    });
    socket.addEventListener("message", ({ data }) => this.#receive(data));
    socket.addEventListener("error", () => this.#lose());
    socket.addEventListener("close", () => {
      this.#lose();
      this.#closed.resolve();
    });
  }

  /**
   * Opens a WebSocket.
   *
   * @throws {Error} With the reason, if there is none to be had.
   */
  static open(endpoint: string, { heartbeatMs, signal }: RpcSocketOptions): Promise<RpcSocket> {
    const socket = new WebSocket(endpoint);
    const { promise, resolve, reject } = Promise.withResolvers<RpcSocket>();
    socket.addEventListener("open", () => resolve(new RpcSocket(socket, heartbeatMs)));
    socket.addEventListener("error", (event) => {
      const reason = event instanceof ErrorEvent ? event.message : "";
      reject(new Error(reason || "the connection was refused"));
    });
    socket.addEventListener("close", () => reject(new Error("the connection was closed")));
    return untilAborted(promise, signal).catch((error) => {
      socket.close();
      throw error;
    });
  }

  /** Whether requests can be sent. */
  get isOpen(): boolean {
    return !this.#lost && this.#socket.readyState === WebSocket.OPEN;
  }

  /**
   * Asks the node once.
   *
   * @throws {RequestRefused} If the node answers with an error.
   * @throws {ConnectionLost} If the connection went before the answer came.
   */
  async request<T>(method: string, params: readonly unknown[], signal: AbortSignal): Promise<T> {
    return await this.#ask(method, params, signal, () => {}) as T;
  }

  /** Starts a subscription; its listener misses nothing, however early it comes. */
  async subscribe(
    method: string,
    signal: AbortSignal,
    listener: SubscriptionListener,
  ): Promise<SubscriptionId> {
    const onAnswer = (id: unknown) => this.#listeners.set(id as SubscriptionId, listener);
    return await this.#ask(method, [], signal, onAnswer) as SubscriptionId;
  }

  /** Ends a subscription, without waiting for the node. */
  unsubscribe(method: string, id: SubscriptionId): void {
    this.#listeners.delete(id);
    if (this.isOpen) this.#send(method, [id]);
    this.#rest();
  }

  /** Says goodbye, and returns when the socket is closed. */
  async close(): Promise<void> {
    this.#socket.close();
    await settledWithin([this.#closed.promise], GOODBYE_MS);
  }

  async #ask(
    method: string,
    params: readonly unknown[],
    signal: AbortSignal,
    onAnswer: (result: unknown) => void,
  ): Promise<unknown> {
    if (!this.isOpen) throw new ConnectionLost();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const id = this.#send(method, params);
    this.#pending.set(id, {
      resolve: (result) => {
        onAnswer(result);
        resolve(result);
      },
      reject,
    });
    this.#heartbeat.start();
    try {
      return await untilAborted(promise, signal);
    } finally {
      this.#pending.delete(id);
      this.#rest();
    }
  }

  /** Sends a request, and returns its id. */
  #send(method: string, params: readonly unknown[]): number {
    const id = ++this.#lastId;
    const text = JSON.stringify({ jsonrpc: "2.0", id, method, params });
    this.#socket.send(isLoopback(this.#socket.url) ? withoutDelay(text) : text);
    return id;
  }

  /** Nobody watches over a connection that nobody waits for. */
  #rest(): void {
    if (this.#pending.size === 0 && this.#listeners.size === 0) this.#heartbeat.stop();
  }

  #receive(data: unknown): void {
    this.#heartbeat.heard();
    const message = parse(data);
    // A node that does not speak JSON-RPC is of no use: what waits is asked elsewhere.
    if (message === undefined) return this.#drop();
    const { id, result, error, params } = message;
    if (params !== undefined) return this.#listeners.get(params.subscription)?.next(params.result);
    const pending = id === undefined ? undefined : this.#pending.get(id);
    if (error === undefined) pending?.resolve(result);
    else pending?.reject(refusal(error));
  }

  /** Gives the connection up without waiting for a goodbye. */
  #drop(): void {
    this.#lose();
    this.#socket.close();
  }

  #lose(): void {
    this.#lost = true;
    this.#heartbeat.stop();
    const error = new ConnectionLost();
    for (const { reject } of this.#pending.values()) reject(error);
    for (const { lost } of this.#listeners.values()) lost(error);
    this.#pending.clear();
    this.#listeners.clear();
  }
}

function parse(data: unknown): Message | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const message: unknown = JSON.parse(data);
    return typeof message === "object" && message !== null ? message : undefined;
  } catch {
    return undefined;
  }
}

function refusal({ code, message, data }: NonNullable<Message["error"]>): RequestRefused {
  const detail = data === undefined
    ? ""
    : `: ${typeof data === "string" ? data : JSON.stringify(data)}`;
  return new RequestRefused(`${code}: ${message}${detail}`);
}

/** Bytes of a packet on loopback. */
const PACKET = 65_536;

/** Bytes up to which the platform sends a message in one go. */
const ONE_WRITE = 1_000;

/**
 * A message of several kilobytes, with blanks up to the size of a packet.
 *
 * The platform writes the head of such a message by itself, and the kernel holds back the rest, which
 * is no full packet, until the other side has acknowledged the head: 44 ms on loopback, where all
 * else takes less than one. Blanks after JSON mean nothing.
 */
function withoutDelay(text: string): string {
  return text.length < ONE_WRITE ? text : text.padEnd(PACKET);
}
