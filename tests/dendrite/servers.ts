/** Peers that misbehave, on real sockets of this machine. */

import { Buffer } from "node:buffer";
import * as grpc from "@grpc/grpc-js";
import { join, type Pieces } from "../../lib/wire/pieces.ts";

/** A peer that listens. */
export interface TestServer extends AsyncDisposable {
  readonly port: number;
}

/** A request that came in. */
export interface IncomingRequest {
  readonly method: "Forward" | "Backward";
  readonly bytes: Uint8Array;
  /** Address and port of the caller's end: another one for each connection. */
  readonly peer: string;
  /** Resolves when the caller takes it back, or its deadline passes. */
  readonly cancelled: Promise<void>;
}

/** A reply: a message, in one or in pieces, a gRPC status, or none at all. */
export type Reply = Uint8Array | Pieces | { readonly code: grpc.status } | undefined;

/** What a peer answers to a request. */
export type Behaviour = (request: IncomingRequest) => Reply | Promise<Reply>;

/** A gRPC server that answers as it is told, and never to `undefined`. */
export async function grpcServer(
  behaviour: Behaviour | undefined,
  { maximumMessageBytes = -1, port = 0 } = {},
): Promise<TestServer> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": maximumMessageBytes });
  for (const method of ["Forward", "Backward"] as const) {
    const definition = {
      path: `/Bittensor/${method}`,
      requestStream: false,
      responseStream: false,
      requestSerialize: toBuffer,
      requestDeserialize: (bytes: Buffer) => bytes,
      responseSerialize: toBuffer,
      responseDeserialize: (bytes: Buffer) => bytes,
    } as const;
    const handle = async (
      call: grpc.ServerUnaryCall<Buffer, Uint8Array>,
      reply: grpc.sendUnaryData<Uint8Array>,
    ) => {
      const cancelled = new Promise<void>((resolve) => call.once("cancelled", resolve));
      const request = { method, bytes: call.request, peer: call.getPeer(), cancelled };
      const answer = await behaviour?.(request);
      if (answer === undefined) return;
      if ("code" in answer) return reply({ code: answer.code, details: "as it was told" });
      reply(null, answer instanceof Uint8Array ? answer : join(answer));
    };
    server.addService({ [method]: definition }, { [method]: handle });
  }
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(
      `127.0.0.1:${port}`,
      grpc.ServerCredentials.createInsecure(),
      (error, port) => error === null ? resolve(port) : reject(error),
    )
  );
  const close = () =>
    new Promise<void>((resolve) => {
      server.tryShutdown(() => resolve());
      server.forceShutdown();
    });
  return { port: bound, [Symbol.asyncDispose]: close };
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes);
}

/** A TCP server that accepts, sends `greeting` to everyone, then reads and says nothing more. */
export function tcpServer(greeting: Uint8Array = new Uint8Array()): TestServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const connection of listener) connections.push(serveOne(connection, greeting));
  })();
  const close = async () => {
    listener.close();
    await accepting;
    await Promise.all(connections);
  };
  return { port: listener.addr.port, [Symbol.asyncDispose]: close };
}

/** Ends when the other side does. */
async function serveOne(connection: Deno.Conn, greeting: Uint8Array): Promise<void> {
  using _closed = connection;
  try {
    await connection.write(greeting);
    const bytes = new Uint8Array(1024);
    while (await connection.read(bytes) !== null);
  } catch {
    // A reset is one way for the other side to end.
  }
}

/** A port of this machine where nothing listens. */
export function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
