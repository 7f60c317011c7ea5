/** A bare JSON-RPC client over WebSocket. */

import assert from "node:assert/strict";

export interface Message {
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: { readonly subscription: string; readonly result: unknown };
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: string };
}

/** The socket is closed and all messages were taken. */
export class SocketClosed extends Error {
  override readonly name = "SocketClosed";
}

export class RpcSocket implements AsyncDisposable {
  readonly closed: Promise<CloseEvent>;
  readonly #socket: WebSocket;
  readonly #messages: unknown[] = [];
  #waiting: (() => void) | undefined;
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    const closed = Promise.withResolvers<CloseEvent>();
    this.closed = closed.promise;
    socket.addEventListener("close", (event) => {
      closed.resolve(event);
      this.#waiting?.();
    });
    socket.addEventListener("message", ({ data }) => {
      this.#messages.push(JSON.parse(data));
      this.#waiting?.();
    });
  }

  static async open(endpoint: string): Promise<RpcSocket> {
    const socket = new WebSocket(endpoint);
    const rpc = new RpcSocket(socket);
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve, { once: true });
      socket.addEventListener("error", reject, { once: true });
    });
    return rpc;
  }

  send(text: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(text);
  }

  /** The next message of any kind. @throws {SocketClosed} If there will be none. */
  async next(): Promise<unknown> {
    while (this.#messages.length === 0) {
      if (this.#socket.readyState === WebSocket.CLOSED) throw new SocketClosed();
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting = resolve;
      await promise;
    }
    return this.#messages.shift();
  }

  /** The next notification. */
  async notification(): Promise<unknown> {
    return (await this.next() as Message).params?.result;
  }

  /** Asks and gives the answer, which must be the next message. */
  async ask(method: string, ...params: unknown[]): Promise<Message> {
    const id = ++this.#lastId;
    this.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    const answer = await this.next() as Message;
    assert.equal(answer.id, id);
    return answer;
  }

  /** Asks and gives the answer, whatever is said before. */
  async answer(method: string, ...params: unknown[]): Promise<Message> {
    const id = ++this.#lastId;
    this.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    while (true) {
      const message = await this.next() as Message;
      if (message.id === id) return message;
    }
  }

  /** The result of a request that must succeed. */
  async result(method: string, ...params: unknown[]): Promise<unknown> {
    const { result, error } = await this.ask(method, ...params);
    assert.equal(error, undefined);
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}
