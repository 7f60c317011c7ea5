/** Remote calls, as the rest of the house sees them: bytes, signals and limits. */

import type { Pieces } from "./pieces.ts";

/** The two methods of the protocol. */
export type Method = "Forward" | "Backward";

/** Options of a call. */
export interface CallOptions {
  /** Deadline, in milliseconds from now; the peer is told. */
  readonly timeoutMs: number;
  /** Cancels the call here and at the peer. */
  readonly signal?: AbortSignal | undefined;
}

/** A connection to one peer, opened by the first call, and by the next one after it broke. */
export interface Channel {
  /**
   * Calls `/Bittensor/Forward` or `/Bittensor/Backward`.
   *
   * @throws {CallError} If no answer comes; the reason of the signal if that fires first.
   */
  call(method: Method, request: Pieces, options: CallOptions): Promise<Uint8Array>;
  /** Closes the connection once the calls in flight have ended. */
  close(): Promise<void>;
}

/** A request that came in. */
export interface IncomingCall {
  /** IP address of the peer. */
  readonly peerIp: string;
  /** Fires when the deadline of the request passes or its caller is gone. */
  readonly signal: AbortSignal;
  /** Whether the caller has set a deadline. */
  readonly hasDeadline: boolean;
}

/** Answers one request. */
export type Handler = (request: Uint8Array, call: IncomingCall) => Promise<Pieces>;

/** Answers a stream of requests with a stream of answers; a method of single ones is one too. */
export type StreamHandler = (
  requests: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
) => AsyncIterable<Pieces>;

/** Options of `serve()`. */
export interface ServeOptions {
  /** IP address to listen on; `::` is every IPv6 and IPv4 address. */
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Requests that are open at one time; those above are refused with RESOURCE_EXHAUSTED. */
  readonly maximumConcurrentRpcs: number;
  /** Longest request, in bytes; a longer one is refused with RESOURCE_EXHAUSTED. */
  readonly maximumMessageBytes: number;
  /** Answers the methods of the protocol. */
  readonly handlers: Readonly<Record<Method, Handler>>;
  /** Answers further methods, by path, such as `/grpc.health.v1.Health/Check`. */
  readonly streams?: Readonly<Record<string, StreamHandler>>;
}

/** A server that listens. */
export interface GrpcServer {
  readonly port: number;
  /** Stops to listen, gives running requests `graceMs` milliseconds, then ends them. */
  close(graceMs: number): Promise<void>;
}

/** Thrown by a {@linkcode StreamHandler} to end its call with a gRPC status. */
export class StatusError extends Error {
  override readonly name = "StatusError";
  readonly status: "NOT_FOUND" | "INVALID_ARGUMENT";

  constructor(status: StatusError["status"], message: string) {
    super(message);
    this.status = status;
  }
}
