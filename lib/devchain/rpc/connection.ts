import { clearImmediate, setImmediate } from "node:timers";
import { RpcCode, RpcError } from "./rpc_error.ts";
import type { RpcClient, RpcMethod, Subscription } from "./rpc_method.ts";
import { answer, MAX_MESSAGE, notification } from "./request.ts";

/** Bytes of requests that may wait, and of answers for a client that reads slowly. */
const MAX_WAITING = 64 * 1024 * 1024;

/** Characters of an answer that leaves before the next request is served. */
const LARGE_ANSWER = 64 * 1024;

/** Bytes that a request counts for at least: while it waits, it takes more than its text. */
const LEAST_REQUEST = 100;

const MAX_SUBSCRIPTIONS = 1024;

/** Close codes of WebSocket. */
const TOO_BIG = 1009;
const TRY_AGAIN_LATER = 1013;
const GOING_AWAY = 1001;

/**
 * One client: its socket, its requests, its subscriptions.
 *
 * A client that sends more than a message may hold, or lets too much wait, is dropped: its
 * subscriptions end, nothing is served to it any more, and the socket closes as soon as it reads.
 */
export class Connection implements RpcClient {
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #methods: ReadonlyMap<string, RpcMethod>;
  readonly #subscriptions = new Map<string, () => void>();
  /** Requests that came after a large answer, which is about to leave; and their bytes. */
  readonly #waiting: (string | ArrayBuffer)[] = [];
  #waitingBytes = 0;
  /** Set while a large answer is about to leave. */
  #leaving: ReturnType<typeof setImmediate> | undefined;
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
    const size = sizeOf(data);
    if (size > MAX_MESSAGE) {
      return this.#close(TOO_BIG, `messages have at most ${MAX_MESSAGE} bytes`);
    }
    if (this.#leaving === undefined) return this.#serve(data);
    this.#waiting.push(data);
    this.#waitingBytes += size;
    if (this.#waitingBytes > MAX_WAITING) this.#close(TRY_AGAIN_LATER, "too many requests wait");
  }

  /** Serves what waits, up to the next large answer. */
  #serveWaiting(): void {
    this.#leaving = undefined;
    while (this.#leaving === undefined) {
      const request = this.#waiting.shift();
      if (request === undefined) return;
      this.#waitingBytes -= sizeOf(request);
      this.#serve(request);
    }
  }

  #serve(data: string | ArrayBuffer): void {
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
      // The platform sends when it has time: while requests are served one after the other, it has none.
      if (text.length >= LARGE_ANSWER) this.#leaving ??= setImmediate(() => this.#serveWaiting());
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
    clearImmediate(this.#leaving);
    this.#leaving = undefined;
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
  }
}

function sizeOf(request: string | ArrayBuffer): number {
  const size = typeof request === "string" ? request.length : request.byteLength;
  return Math.max(size, LEAST_REQUEST);
}
