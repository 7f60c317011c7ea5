/** A listening port, and the connections that came through it. */

import { createServer, type Server, type Socket } from "node:net";
import { BittensorError } from "../base/errors.ts";

/** Connections that one port holds at most; those above are closed at once. */
const MOST_CONNECTIONS = 4_096;

/** A port that takes connections. */
export interface TcpListener {
  readonly port: number;
  /** Takes no more connections. */
  stop(): void;
  /** Closes every connection on which nothing came or went since this was called before. */
  closeIdle(): void;
  /** Closes every connection, once what was written to it is sent, and returns when all are. */
  closeConnections(): Promise<void>;
}

/**
 * Listens on a port.
 *
 * @param host IP address to listen on; `::` is every IPv6 and IPv4 address.
 * @param port 0 picks a free port.
 * @throws {BittensorError} `axon/port-in-use`, or `axon/listen` if the address cannot be had for
 * another reason.
 */
export async function listenTcp(
  host: string,
  port: number,
  onConnection: (socket: Socket) => void,
): Promise<TcpListener> {
  /** How many bytes each had carried at the last `closeIdle()`. */
  const sockets = new Map<Socket, number>();
  const server = createServer((socket) => {
    if (sockets.size >= MOST_CONNECTIONS) return void socket.destroy();
    sockets.set(socket, -1);
    socket.once("close", () => sockets.delete(socket));
    onConnection(socket);
  });
  return {
    port: await bind(server, host, port),
    stop: () => void server.close(),
    closeIdle: () => {
      for (const [socket, before] of sockets) {
        const carried = socket.bytesRead + socket.bytesWritten;
        if (carried === before) socket.destroy();
        else sockets.set(socket, carried);
      }
    },
    closeConnections: async () => {
      await Promise.all(Array.from(sockets.keys(), closed));
    },
  };
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
    socket.destroySoon();
  });
}

async function bind(server: Server, host: string, port: number): Promise<number> {
  try {
    return await tryBind(server, host, port);
  } catch (cause) {
    const text = String(cause);
    // A machine without IPv6 cannot listen on "::", which stands for every address.
    if (host === "::" && /EAFNOSUPPORT|EADDRNOTAVAIL/.test(text)) {
      return await bind(server, "0.0.0.0", port);
    }
    if (text.includes("EADDRINUSE")) {
      throw new BittensorError(
        "axon/port-in-use",
        `Cannot listen on port ${port} of ${host}: another program does`,
        { cause, hint: "choose another port, or 0 for any free one" },
      );
    }
    throw new BittensorError("axon/listen", `Cannot listen on port ${port} of ${host}`, {
      cause,
      hint: "ip must be an address of this machine, and ports below 1024 may need privileges",
    });
  }
}

function tryBind(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
