/** A TCP proxy in front of a node, which loses the connection when a test says so. */

import { WebSocketFrames } from "./websocket_frames.ts";

/** What a {@linkcode CuttingProxy} does with a WebSocket message, which has a number from 1 on. */
export type Fate = "pass" | "cut";

/** A proxy whose connections are lost at certain messages; disposing closes it. */
export class CuttingProxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #target: Deno.ConnectOptions;
  readonly #fateOf: (message: number) => Fate;
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #muted = new Set<Deno.TcpConn>();
  readonly #serving: Promise<void>;
  #messages = 0;
  #cuts = 0;

  /**
   * @param target WebSocket URL of the node.
   * @param fateOf Decides on each message, whichever side sends it: one that is cut is not delivered.
   */
  constructor(target: string, fateOf: (message: number) => Fate = () => "pass") {
    const { hostname, port } = new URL(target);
    this.#target = { hostname, port: Number(port) };
    this.#fateOf = fateOf;
    this.#serving = this.#serve();
  }

  /** WebSocket URL of the proxy. */
  get endpoint(): string {
    return `ws://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** How many messages came, in both directions and over all connections. */
  get messages(): number {
    return this.#messages;
  }

  /** How often a connection was cut. */
  get cuts(): number {
    return this.#cuts;
  }

  /** Loses all connections at once; new ones are taken. */
  cutAll(): void {
    for (const connection of this.#connections) close(connection);
  }

  /** Delivers nothing any more over the connections that are open, and does not close them either. */
  muteAll(): void {
    for (const connection of this.#connections) this.#muted.add(connection);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.cutAll();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const open: Promise<void>[] = [];
    try {
      for await (const client of this.#listener) open.push(this.#connect(client));
    } finally {
      await Promise.all(open);
    }
  }

  async #connect(client: Deno.TcpConn): Promise<void> {
    this.#connections.add(client);
    let node: Deno.TcpConn | undefined;
    try {
      node = await Deno.connect({ ...this.#target, transport: "tcp" });
      this.#connections.add(node);
      const both = [this.#forward(client, node), this.#forward(node, client)];
      await Promise.race(both);
      close(client);
      close(node);
      await Promise.all(both);
    } catch {
      // Nobody listens at the target: the client sees a connection that is closed at once.
    } finally {
      for (const connection of [client, node]) {
        if (connection === undefined) continue;
        close(connection);
        this.#connections.delete(connection);
        this.#muted.delete(connection);
      }
    }
  }

  /** Forwards until either side is closed or the message comes that is to be cut. */
  async #forward(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    const frames = new WebSocketFrames();
    const buffer = new Uint8Array(65_536);
    try {
      for (let read = await from.read(buffer); read !== null; read = await from.read(buffer)) {
        for (const { bytes, isMessage } of frames.push(buffer.subarray(0, read))) {
          if (this.#muted.has(from)) continue;
          if (isMessage && this.#fateOf(++this.#messages) === "cut") {
            this.#cuts++;
            return;
          }
          await write(to, bytes);
        }
      }
    } catch {
      // The other direction has closed the connection.
    }
  }
}

async function write(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await to.write(bytes.subarray(written));
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
