/** Peers that misbehave, on real sockets of this machine. */

import { Buffer } from "node:buffer";
import * as grpc from "@grpc/grpc-js";

/** A peer that listens. */
export interface TestServer extends AsyncDisposable {
  readonly port: number;
}

/** What a peer answers to a Forward request: bytes, or a gRPC status. */
export type Behaviour = (request: Uint8Array) => Uint8Array | { code: grpc.status };

/** A gRPC server that answers as it is told, and never to `undefined`. */
export async function grpcServer(behaviour: Behaviour | undefined): Promise<TestServer> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
  const forward = {
    path: "/Bittensor/Forward",
    requestStream: false,
    responseStream: false,
    requestSerialize: toBuffer,
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: toBuffer,
    responseDeserialize: (bytes: Buffer) => bytes,
  } as const;
  server.addService({ forward }, {
    forward: (
      call: grpc.ServerUnaryCall<Buffer, Uint8Array>,
      reply: grpc.sendUnaryData<Uint8Array>,
    ) => {
      const answer = behaviour?.(call.request);
      if (answer === undefined) return;
      if (answer instanceof Uint8Array) reply(null, answer);
      else reply({ code: answer.code, details: "as it was told" });
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(
      "127.0.0.1:0",
      grpc.ServerCredentials.createInsecure(),
      (error, port) => error === null ? resolve(port) : reject(error),
    )
  );
  const close = () =>
    new Promise<void>((resolve) => {
      server.tryShutdown(() => resolve());
      server.forceShutdown();
    });
  return { port, [Symbol.asyncDispose]: close };
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
