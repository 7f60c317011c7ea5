/** JSON-RPC requests to the nodes of a chain, each with a deadline, and their failures as ours. */

import { type WaitOptions, withDeadline } from "../base/deadline.ts";
import { BittensorError, messageOf } from "../base/errors.ts";
import { Latest } from "./latest.ts";
import { isLoopback, withoutCredentials } from "./networks.ts";
import { NodeConnection } from "./node_connection.ts";
import {
  ConnectionLost,
  RequestRefused,
  type RpcSocket,
  type SubscriptionListener,
} from "./rpc_socket.ts";

/** Default of every wait for a node, in milliseconds. */
export const TIMEOUT_MS = 20_000;

/** Default of {@linkcode ConnectOptions.heartbeatMs}. */
const HEARTBEAT_MS = 10_000;

/** How to connect. */
export interface ConnectOptions extends WaitOptions {
  /**
   * Silence of a node, while somebody waits for it, after which it is asked whether it is there; after
   * as much silence again the connection counts as lost. In milliseconds. @default {10000}
   */
  readonly heartbeatMs?: number | undefined;
}

/** The methods that start and end a subscription. */
export interface SubscriptionMethods {
  readonly subscribe: string;
  readonly unsubscribe: string;
}

/** The requests over one connection, which is opened anew when it is lost. */
export class RpcClient implements AsyncDisposable {
  readonly #connection: NodeConnection;

  private constructor(connection: NodeConnection) {
    this.#connection = connection;
  }

  /**
   * Connects to the first of several nodes that answers.
   *
   * @param endpoints WebSocket URLs, at least one.
   * @throws {BittensorError} `chain/unreachable`.
   */
  static async connect(
    endpoints: readonly string[],
    options: ConnectOptions = {},
  ): Promise<RpcClient> {
    const { timeoutMs = TIMEOUT_MS, signal, heartbeatMs = HEARTBEAT_MS } = options;
    const connection = new NodeConnection(endpoints, heartbeatMs);
    const slow = () => unreachable(endpoints, `no answer within ${timeoutMs} ms`);
    try {
      await withDeadline(
        (signal) => open(connection, endpoints, signal),
        { timeoutMs, signal },
        slow,
      );
      return new RpcClient(connection);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** The node that is connected, without credentials. */
  get endpoint(): string {
    return this.#connection.endpoint;
  }

  /** How often a connection was opened. */
  get connections(): number {
    return this.#connection.connections;
  }

  /**
   * Reads: asks again, over a new connection, when one was lost before the answer came.
   *
   * @throws {BittensorError} `chain/timeout`; `chain/connection-lost` if no connection was to be had
   * in time; `chain/refused` with the node's own error as cause; `chain/closed`.
   */
  request<T>(method: string, params: readonly unknown[], options?: WaitOptions): Promise<T> {
    return this.#persist(
      method,
      (socket, signal) => socket.request<T>(method, params, signal),
      options,
    );
  }

  /**
   * Writes: asks once. When the connection is lost before the answer came, nobody knows whether the
   * node got it: that is `chain/connection-lost`.
   */
  requestOnce<T>(method: string, params: readonly unknown[], options?: WaitOptions): Promise<T> {
    return this.#within(method, async (signal) => {
      const socket = await this.#connection.socket(signal);
      return await socket.request<T>(method, params, signal);
    }, options);
  }

  /**
   * What a subscription says, until the loop is left: only the latest, if the loop is slow.
   *
   * After a lost connection it subscribes again; `timeoutMs` is how long that may take.
   */
  async *watch<T>(
    { subscribe, unsubscribe }: SubscriptionMethods,
    options: WaitOptions = {},
  ): AsyncGenerator<T, void> {
    while (true) {
      const latest = new Latest<unknown>();
      const { socket, id } = await this.#subscribe(subscribe, {
        next: (result) => latest.put(result),
        lost: (error) => latest.fail(error),
      }, options);
      try {
        while (true) yield await latest.take(options.signal) as T;
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error;
      } finally {
        socket.unsubscribe(unsubscribe, id);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
  }

  #subscribe(method: string, listener: SubscriptionListener, options: WaitOptions) {
    return this.#persist(method, async (socket, signal) => {
      const id = await socket.subscribe(method, signal, listener);
      return { socket, id };
    }, options);
  }

  /** Does `work` again, over a new connection, when one was lost before it was done. */
  #persist<T>(
    what: string,
    work: (socket: RpcSocket, signal: AbortSignal) => Promise<T>,
    options?: WaitOptions,
  ): Promise<T> {
    return this.#within(what, async (signal) => {
      while (true) {
        const socket = await this.#connection.socket(signal);
        try {
          return await work(socket, signal);
        } catch (error) {
          if (!(error instanceof ConnectionLost)) throw error;
        }
      }
    }, options);
  }

  async #within<T>(
    what: string,
    work: (signal: AbortSignal) => Promise<T>,
    options: WaitOptions = {},
  ): Promise<T> {
    const { timeoutMs = TIMEOUT_MS, signal } = options;
    try {
      return await withDeadline(work, { timeoutMs, signal }, () => this.#late(what, timeoutMs));
    } catch (error) {
      if (error instanceof ConnectionLost) throw this.#lost("before an answer came");
      if (!(error instanceof RequestRefused)) throw error;
      throw new BittensorError(
        "chain/refused",
        `The chain at ${this.endpoint} refused ${what}: ${error.message}`,
        { cause: error },
      );
    }
  }

  #late(what: string, timeoutMs: number): BittensorError {
    const { failure } = this.#connection;
    if (failure !== undefined) return this.#lost(`and not restored in ${timeoutMs} ms: ${failure}`);
    return new BittensorError(
      "chain/timeout",
      `No answer from the chain at ${this.endpoint} within ${timeoutMs} ms: ${what}`,
    );
  }

  #lost(detail: string): BittensorError {
    return new BittensorError(
      "chain/connection-lost",
      `The connection to the chain at ${this.endpoint} was lost ${detail}`,
      { hint: "check that the node still runs" },
    );
  }
}

/** Opens a connection for the first time: where nothing listens, it does not wait for somebody. */
async function open(
  connection: NodeConnection,
  endpoints: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  try {
    await connection.open();
  } catch (error) {
    if (error instanceof BittensorError) throw error;
    if (!(error instanceof ConnectionLost)) throw unreachable(endpoints, messageOf(error), error);
    await connection.socket(signal);
  }
}

function unreachable(
  endpoints: readonly string[],
  reason: string,
  cause?: unknown,
): BittensorError {
  const shown = endpoints.map(withoutCredentials).join(", ");
  return new BittensorError(
    "chain/unreachable",
    `Cannot connect to the chain at ${shown}: ${reason}`,
    {
      cause,
      hint: endpoints.some(isLoopback)
        ? "start a chain of your own: `bt devchain` in a terminal, devchain({ port: 9944 }) in a script"
        : "check the URL, and that a node runs there",
    },
  );
}
