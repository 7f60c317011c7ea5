import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import * as grpc from "@grpc/grpc-js";
import { serve } from "../../lib/wire/grpc.ts";
import type { StreamHandler } from "../../lib/wire/rpc.ts";

/** The server of an axon, with these further methods, that answers no other. */
export function serveStreams(streams: Record<string, StreamHandler>, maximumConcurrentRpcs = 4) {
  const refuse = () => Promise.reject(new Error("no test asks"));
  return serve({
    host: "127.0.0.1",
    port: 0,
    maximumConcurrentRpcs,
    maximumMessageBytes: 4096,
    handlers: { Forward: refuse, Backward: refuse },
    streams,
  });
}

/** A plain client of the standard services. */
export interface ServiceClient extends AsyncDisposable {
  /** One request, one answer. */
  ask(path: string, request: Uint8Array): Promise<Uint8Array>;
  /** One request, many answers. */
  watch(path: string, request: Uint8Array): grpc.ClientReadableStream<Uint8Array>;
  /** Many requests, many answers. */
  converse(path: string): grpc.ClientDuplexStream<Uint8Array, Uint8Array>;
}

export function serviceClient(port: number): ServiceClient {
  const sockets: Socket[] = [];
  const credentials = grpc.credentials.createInsecure();
  const createConnector = credentials._createSecureConnector.bind(credentials);
  credentials._createSecureConnector = (...options) => {
    const connector = createConnector(...options);
    const connect = (socket: Socket) => {
      sockets.push(socket);
      return connector.connect(socket);
    };
    return { ...connector, connect };
  };
  const client = new grpc.Client(`127.0.0.1:${port}`, credentials, {
    "grpc.use_local_subchannel_pool": 1,
    "grpc.initial_reconnect_backoff_ms": 1,
  });
  return {
    ask: (path, request) =>
      new Promise((resolve, reject) =>
        client.makeUnaryRequest(path, toBuffer, toBytes, request, (error, answer) => {
          if (answer === undefined) reject(error);
          else resolve(answer);
        })
      ),
    watch: (path, request) => client.makeServerStreamRequest(path, toBuffer, toBytes, request),
    converse: (path) => client.makeBidiStreamRequest(path, toBuffer, toBytes),
    [Symbol.asyncDispose]: async () => {
      // A GOAWAY, which close() would send first, may crash the server.
      for (const socket of sockets) socket.destroy();
      client.close();
      await new Promise((resolve) => setTimeout(resolve, 2));
    },
  };
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes);
}

function toBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer);
}
