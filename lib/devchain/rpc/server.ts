/** The server of the node: WebSocket, and HTTP on the same port. */

import { settledWithin } from "../../base/deadline.ts";
import { BittensorError, messageOf } from "../../base/errors.ts";
import { formatHostPort } from "../../domain/endpoint.ts";
import { Connection } from "./connection.ts";
import { type AllowedOrigins, isLetIn } from "./door.ts";
import { answerHttp } from "./http.ts";
import type { RpcMethod } from "./rpc_method.ts";

/** Where to listen. */
export interface ServerOptions {
  readonly host: string;
  /** 0 chooses a free one. */
  readonly port: number;
  /** Web pages that are let in beside those of this machine. */
  readonly allowOrigins: AllowedOrigins;
}

/** A server that runs. */
export interface RpcServer {
  readonly port: number;
  /** Closes all connections and stops listening. */
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 256;

/** How long a client may take to say goodbye. */
const GOODBYE_MS = 1000;

/**
 * Serves RPC methods over WebSocket and HTTP.
 *
 * @throws {BittensorError} `devchain/port-in-use`, or `devchain/cannot-listen` for other reasons.
 */
export function serveRpc(
  methods: ReadonlyMap<string, RpcMethod>,
  { host, port, allowOrigins }: ServerOptions,
): RpcServer {
  const connections = new Set<Connection>();
  let closing = false;
  const server = listen(host, port, (request) => {
    if (!isLetIn(request, allowOrigins)) return answerStranger(request);
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return answerHttp(methods, request);
    }
    if (closing || connections.size >= MAX_CONNECTIONS) return new Response(null, { status: 503 });
    const { socket, response } = Deno.upgradeWebSocket(request);
    const connection = new Connection(socket, methods);
    connections.add(connection);
    connection.closed.then(() => connections.delete(connection));
    return response;
  });
  return {
    port: server.addr.port,
    close: async () => {
      closing = true;
      for (const connection of connections) connection.close();
      await settledWithin([...connections].map(({ closed }) => closed), GOODBYE_MS);
      await server.shutdown();
    },
  };
}

/** A page that is not let in: what it asks is not even read. */
function answerStranger({ headers }: Request): Response {
  const text = `pages of ${headers.get("origin")} are not let in: see --allow-origin\n`;
  return new Response(text, { status: 403, headers: { "content-type": "text/plain" } });
}

function listen(host: string, port: number, handler: Deno.ServeHandler) {
  try {
    return Deno.serve({ hostname: host, port, onListen: () => {} }, handler);
  } catch (cause) {
    if (cause instanceof TypeError || cause instanceof RangeError) throw cause;
    throw cannotListen(formatHostPort({ ip: host, port }), port, cause);
  }
}

function cannotListen(place: string, port: number, cause: unknown): BittensorError {
  if (!(cause instanceof Deno.errors.AddrInUse)) {
    return new BittensorError(
      "devchain/cannot-listen",
      `Cannot listen on ${place}: ${messageOf(cause)}`,
      { hint: "use an address of this machine, such as 127.0.0.1, and another port", cause },
    );
  }
  return new BittensorError(
    "devchain/port-in-use",
    `Cannot listen on ${place}: port ${port} is in use`,
    { hint: "use another port, or 0 for a free one", cause },
  );
}
