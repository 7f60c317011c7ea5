import { RpcCode, RpcError } from "./rpc_error.ts";
import type { RpcClient, RpcMethod, Subscription } from "./rpc_method.ts";
import { answer, MAX_MESSAGE, notification } from "./request.ts";

/** Bytes that may wait for a client that reads slowly: a few of the largest answers. */
const MAX_WAITING = 64 * 1024 * 1024;

const MAX_SUBSCRIPTIONS = 1024;

/** Close codes of WebSocket. */
const TOO_BIG = 1009;
const TRY_AGAIN_LATER = 1013;
const GOING_AWAY = 1001;

/**
 * One client: its socket, its requests, its subscriptions.
 *
 * A client that sends more than a message may hold, or lets too much wait to be read, is dropped: its
 * subscriptions end, nothing is served to it any more, and the socket closes as soon as it reads.
 */
export class Connection implements RpcClient {
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #methods: ReadonlyMap<string, RpcMethod>;
  readonly #subscriptions = new Map<string, () => void>();
  /** Notifications of a request that is being answered: the answer goes first. */
  #held: string[] | undefined;
  #lastId = 0;

  constructor(socket: WebSocket, methods: ReadonlyMap<string, RpcMethod>) {
    this.#socket = socket;
    this.#methods = methods;
    const closed = Promise.withResolvers<void>();
    this.closed = closed.promise;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => this.#receive(data));
    // A broken connection tells it by this event first, and is closed next.
    socket.addEventListener("error", () => this.#stopAll());
    socket.addEventListener("close", () => {
      this.#stopAll();
      closed.resolve();
    });
  }

  subscribe({ notification: method, start }: Subscription): string {
    if (this.#subscriptions.size >= MAX_SUBSCRIPTIONS) {
      throw new RpcError(
        RpcCode.TooManySubscriptions,
        "Too many subscriptions on the connection",
        `Exceeded max limit of ${MAX_SUBSCRIPTIONS}`,
      );
    }
    const id = `dev${++this.#lastId}`;
    const stop = start(
      (result) => this.#send(notification(method, id, result)),
      () => this.#subscriptions.delete(id),
    );
    this.#subscriptions.set(id, stop);
    return id;
  }

  unsubscribe(id: string): boolean {
    this.#subscriptions.get(id)?.();
    return this.#subscriptions.delete(id);
  }

  /** Says goodbye; see {@linkcode Connection.closed}. */
  close(): void {
    this.#close(GOING_AWAY, "the node stops");
  }

  #receive(data: string | ArrayBuffer): void {
    // After goodbye nothing is served any more, even if the client still talks.
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    const length = typeof data === "string" ? data.length : data.byteLength;
    if (length > MAX_MESSAGE) {
      return this.#close(TOO_BIG, `messages have at most ${MAX_MESSAGE} bytes`);
    }
    const message = typeof data === "string" ? data : new TextDecoder().decode(data);
    this.#held = [];
    const reply = answer(this.#methods, this, message);
    const held = this.#held;
    this.#held = undefined;
    if (reply instanceof Promise) reply.then((text) => this.#reply(text));
    else this.#reply(reply);
    for (const notification of held) this.#send(notification);
  }

  #reply(text: string | undefined): void {
    if (text !== undefined) this.#send(text);
  }

  #send(text: string): void {
    if (this.#held !== undefined) {
      this.#held.push(text);
    } else if (this.#socket.readyState === WebSocket.OPEN) {
      this.#socket.send(text);
      if (this.#socket.bufferedAmount > MAX_WAITING) {
        this.#close(TRY_AGAIN_LATER, "too much waits to be read");
      }
    }
  }

  #close(code: number, reason: string): void {
    this.#stopAll();
    if (this.#socket.readyState <= WebSocket.OPEN) this.#socket.close(code, reason);
  }

  #stopAll(): void {
    for (const stop of this.#subscriptions.values()) stop();
    this.#subscriptions.clear();
  }
}
