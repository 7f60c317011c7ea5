/** gRPC, as far as we use it: unary calls of bytes. The only file that knows @grpc/grpc-js. */

import type { Buffer } from "node:buffer";
import { constants, type Http2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setImmediate } from "node:timers";
import * as grpc from "@grpc/grpc-js";
import { delay, settledWithin, untilAborted } from "../base/deadline.ts";
import { logger } from "../base/log.ts";
import { ReturnCode } from "../domain/return_code.ts";
import { CallError } from "./call_error.ts";
import { MAX_MESSAGE_BYTES } from "./limits.ts";
import { MessageSender } from "./message_sender.ts";
import { type Pieces, PiecesBuffer } from "./pieces.ts";
import {
  type CallOptions,
  type Channel,
  type GrpcServer,
  type Handler,
  type Method,
  type ServeOptions,
  StatusError,
  type StreamHandler,
} from "./rpc.ts";
import { listenTcp } from "./tcp_listener.ts";

/*
 * NO_GOAWAY: neither side of ours ever sends the HTTP/2 frame GOAWAY; both just close the connection.
 * Deno 2.9.6 may crash when it receives one on a connection that has had requests
 * (https://github.com/denoland/deno/issues/36788); the test "stop() leaves its callers alive" shows it.
 */

const METHODS = {
  Forward: method("/Bittensor/Forward"),
  Backward: method("/Bittensor/Backward"),
};

/** What the library waits, in milliseconds, before it dials a peer for the second time. */
const FIRST_BACKOFF_MS = 1;

/** How long, in milliseconds, the library prefers one address of a peer before it tries the next. */
const CONNECT_TIMER_MS = 250;

/** By how much, in milliseconds, a timer that was set later may end earlier; jitter of the library too. */
const TIMER_SLACK_MS = 5;

/** Options of a server, but for the limit of a message. */
export const SERVER_OPTIONS: grpc.ChannelOptions = {
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  // The default of 64 KiB costs an answer of 1 MB a third of its speed.
  "grpc-node.flow_control_window": 4 * 1024 * 1024,
};

/** Options of a channel. */
export const CLIENT_OPTIONS: grpc.ChannelOptions = {
  ...SERVER_OPTIONS,
  // Statistics that nobody reads. A server needs them: without, it forgets its sessions at the end.
  "grpc.enable_channelz": 0,
  // Peers are dialled directly, whatever the environment says about proxies.
  "grpc.enable_http_proxy": 0,
  // Retries are for the caller to decide; without them no copy of the request is kept.
  "grpc.enable_retries": 0,
  // A pool shared by all channels would keep connections open after close().
  "grpc.use_local_subchannel_pool": 1,
  // We drop what failed and dial at the next call: only a connection that nobody waits for backs off.
  "grpc.initial_reconnect_backoff_ms": FIRST_BACKOFF_MS,
};

/**
 * Prepares a channel; nothing is sent before the first call.
 *
 * @param target `host:port`, an IPv6 host in brackets.
 */
export function connect(target: string): Channel {
  silence();
  let connection: Connection | undefined;
  let closing = false;
  let running = 0;
  let dropped: Promise<void> | undefined;
  const drop = () => {
    dropped = connection?.close() ?? dropped;
    connection = undefined;
    return dropped;
  };
  const call = async (method: Method, request: Pieces, options: CallOptions) => {
    const { channel } = connection ??= dial(target);
    running++;
    try {
      return await callUnary(channel, METHODS[method], request, options);
    } finally {
      running--;
      // The library would redial a failed peer for ever, asked or not.
      const useless = closing || stateOf(channel) === TRANSIENT_FAILURE;
      if (useless && running === 0 && connection?.channel === channel) await drop();
    }
  };
  const close = async () => {
    closing = true;
    const connecting = connection !== undefined && stateOf(connection.channel) === CONNECTING;
    // Calls in flight may end, and then close it; those that still wait for a connection may not.
    if (connecting || running === 0) drop();
    await dropped;
    // Timers of a failed or unfinished connection stay behind in the library: they end before ours.
    await delay((connecting ? CONNECT_TIMER_MS : FIRST_BACKOFF_MS) + TIMER_SLACK_MS);
    // One of them may have set another; both were due with ours if the process stood still meanwhile.
    await delay(FIRST_BACKOFF_MS + TIMER_SLACK_MS);
  };
  return { call, close };
}

interface Connection {
  readonly channel: grpc.ChannelInterface;
  close(): Promise<void>;
}

function dial(target: string): Connection {
  let socket: Socket | undefined;
  let closed = false;
  const credentials = grpc.credentials.createInsecure();
  const createConnector = credentials._createSecureConnector.bind(credentials);
  credentials._createSecureConnector = (...options) => {
    const connector = createConnector(...options);
    const connect = (tcp: Socket) =>
      closed ? Promise.reject(new Error("the channel is closed")) : connector.connect(socket = tcp);
    return { ...connector, connect };
  };
  const channel = new grpc.Channel(target, credentials, CLIENT_OPTIONS);
  const close = async () => {
    closed = true;
    // Before the library does, which would say GOAWAY to a peer that spoke (see NO_GOAWAY), and which
    // forgets a connection whose peer accepted and never spoke.
    socket?.destroy();
    // A new channel tells itself the address of its peer in a moment, and would dial it for ever then.
    await new Promise((resolve) => setImmediate(resolve));
    channel.close();
  };
  return { channel, close };
}

const { CONNECTING, TRANSIENT_FAILURE } = grpc.connectivityState;

function stateOf(channel: grpc.ChannelInterface): grpc.connectivityState {
  return channel.getConnectivityState(false);
}

/** One call on the channel itself: the interceptors above it, which we do not use, take time. */
function callUnary(
  channel: grpc.ChannelInterface,
  { path, requestSerialize, responseDeserialize }: typeof METHODS[Method],
  request: Pieces,
  { timeoutMs, signal }: CallOptions,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const call = channel.createCall(path, Date.now() + timeoutMs, null, null, null);
    const onAbort = () => {
      call.cancelWithStatus(grpc.status.CANCELLED, "the caller changed its mind");
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    let answer: Uint8Array | undefined;
    call.start(new grpc.Metadata(), {
      onReceiveMetadata: () => {},
      onReceiveMessage: (message) => answer = responseDeserialize(message),
      onReceiveStatus: (status) => {
        signal?.removeEventListener("abort", onAbort);
        if (status.code === grpc.status.OK && answer !== undefined) resolve(answer);
        else reject(callError(status, timeoutMs));
      },
    });
    call.startRead();
    call.sendMessageWithContext({}, requestSerialize(request));
    call.halfClose();
  });
}

function callError({ code, details }: grpc.StatusObject, timeoutMs: number): CallError {
  const options = { cause: new Error(`${grpc.status[code]}: ${details}`) };
  switch (code) {
    case grpc.status.DEADLINE_EXCEEDED:
      return new CallError(ReturnCode.Timeout, `no answer within ${timeoutMs} ms`, options);
    case grpc.status.UNAVAILABLE:
      return new CallError(ReturnCode.Unavailable, "nothing answers there", options);
    default:
      return new CallError(
        ReturnCode.UnknownException,
        `gRPC status ${grpc.status[code]}`,
        options,
      );
  }
}

/**
 * Listens for requests.
 *
 * @throws {BittensorError} `axon/port-in-use`, or `axon/listen` if the address cannot be had for
 * another reason.
 */
export async function serve(options: ServeOptions): Promise<GrpcServer> {
  silence();
  const { handlers, streams = {}, maximumConcurrentRpcs, maximumMessageBytes } = options;
  const server = new grpc.Server({
    ...SERVER_OPTIONS,
    "grpc.max_receive_message_length": maximumMessageBytes,
  });
  const calls = new OpenCalls(maximumConcurrentRpcs);
  server.addService(METHODS, {
    Forward: calls.handle(handlers.Forward),
    Backward: calls.handle(handlers.Backward),
  });
  for (const [path, handler] of Object.entries(streams)) {
    const definition = { ...method(path), requestStream: true, responseStream: true };
    server.addService({ [path]: definition }, { [path]: calls.handleStream(handler) });
  }
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  const listener = await listenTcp(
    options.host,
    options.port,
    (socket) => injector.injectConnection(socket),
  );
  // A timer of each connection would be set anew with each of its writes: this one is for all.
  const idling = setInterval(() => {
    listener.closeIdle();
    calls.freeMemory();
  }, IDLE_MS);
  const close = async (graceMs: number) => {
    clearInterval(idling);
    listener.stop();
    await calls.ended(graceMs);
    // We close the connections ourselves: the library would say GOAWAY; see NO_GOAWAY.
    await listener.closeConnections();
    server.forceShutdown();
  };
  return { port: listener.port, close };
}

type UnaryCall = grpc.ServerUnaryCall<Uint8Array, Pieces>;
type StreamCall = grpc.ServerDuplexStream<Uint8Array, Pieces>;

/** End of a call whose answer is sent. */
const OK = { code: grpc.status.OK, details: "OK" };

/** Answer to a call above the limit. */
const TOO_MANY = { code: grpc.status.RESOURCE_EXHAUSTED, details: "too many requests" };

/** Answer to a stream that is open when the server stops. */
const STOPPING = { code: grpc.status.UNAVAILABLE, details: "the server stops" };

/** A connection is closed when nothing came or went for so long, in milliseconds, up to twice that. */
const IDLE_MS = 3 * 60_000;

/** How long, in milliseconds, an answer may take to be read when its place is needed. */
const SENDING_MS = 60_000;

/** A call of one request. */
interface OpenCall {
  readonly stream: Http2Stream & Duplex;
  readonly ended: Promise<void>;
  /** When it was answered. */
  answeredAt: number;
}

/** The calls of a server: at most so many at one time, counted until their answers are sent. */
class OpenCalls {
  readonly #most: number;
  readonly #sender = new MessageSender();
  /** In the order of their arrival. */
  readonly #calls = new Set<OpenCall>();
  /** Streams, whose callers may hold them for as long as they like, and what ends them. */
  readonly #streams = new Map<Promise<void>, AbortController>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Turns a handler into one of gRPC. */
  handle(handler: Handler): grpc.handleUnaryCall<Uint8Array, Pieces> {
    return async (call, reply) => {
      if (this.#calls.size >= this.#most && !this.#makeRoom()) return reply(TOO_MANY);
      const open = this.#open(call);
      try {
        const answer = await answerTo(call, handler);
        open.answeredAt = performance.now();
        // Past the library, which takes fresh memory for each message, and hands it over at once.
        call.sendMetadata(new grpc.Metadata());
        await this.#sender.send(open.stream, answer);
        reply(OK);
      } catch (error) {
        open.answeredAt = performance.now();
        reply(statusOf(error));
      }
    };
  }

  /** Turns a handler of streams into one of gRPC. */
  handleStream(handler: StreamHandler): grpc.handleBidiStreamingCall<Uint8Array, Pieces> {
    return async (call) => {
      if (this.#streams.size >= this.#most) return void call.emit("error", TOO_MANY);
      const controller = new AbortController();
      const { signal } = controller;
      const ended = closed(streamOf(call));
      this.#streams.set(ended, controller);
      ended.then(() => this.#streams.delete(ended));
      call.once("cancelled", () => controller.abort(callerLeft()));
      try {
        for await (const answer of handler(requestsOf(call, signal), signal)) {
          if (signal.aborted) break;
          if (!call.write(answer)) await drained(call, signal);
        }
        signal.throwIfAborted();
        call.end();
      } catch (error) {
        // To a caller that left, this does nothing.
        call.emit("error", signal.aborted ? STOPPING : statusOf(error));
      }
    };
  }

  /** Ends the streams, and resolves when every answer is sent, or after `graceMs` milliseconds. */
  ended(graceMs: number): Promise<void> {
    for (const stream of this.#streams.values()) stream.abort(callerLeft());
    const calls = Array.from(this.#calls, ({ ended }) => ended);
    return settledWithin([...calls, ...this.#streams.keys()], graceMs);
  }

  /** Lets go of the memory that answers of a busy hour have left. */
  freeMemory(): void {
    this.#sender.clear();
  }

  #open(call: UnaryCall): OpenCall {
    const stream = streamOf(call);
    const open = { stream, ended: closed(stream), answeredAt: Infinity };
    this.#calls.add(open);
    open.ended.then(() => this.#calls.delete(open));
    return open;
  }

  /** Gives up answers that nobody reads; returns whether there were any. */
  #makeRoom(): boolean {
    const before = performance.now() - SENDING_MS;
    for (const call of this.#calls) {
      if (call.answeredAt > before) continue;
      call.stream.close(constants.NGHTTP2_CANCEL);
      this.#calls.delete(call);
    }
    return this.#calls.size < this.#most;
  }
}

/** What a handler answers; its signal fires no more after that. */
async function answerTo(call: UnaryCall, handler: Handler): Promise<Pieces> {
  const controller = new AbortController();
  const onCancelled = () => controller.abort(callerLeft());
  call.on("cancelled", onCancelled);
  const answer = await handler(call.request, {
    peerIp: ipOf(call.getPeer()),
    signal: controller.signal,
    hasDeadline: call.getDeadline() !== Infinity,
  });
  call.off("cancelled", onCancelled);
  return answer;
}

/** The HTTP/2 stream of a call, which tells when its answer is sent; the library has no name for it. */
function streamOf(call: UnaryCall | StreamCall): Http2Stream & Duplex {
  return Reflect.get(Reflect.get(call, "call"), "stream");
}

function closed(stream: Http2Stream): Promise<void> {
  return new Promise((resolve) => stream.closed ? resolve() : stream.once("close", resolve));
}

function callerLeft(): DOMException {
  return new DOMException("The caller left", "AbortError");
}

/** How a call ends whose handler threw. */
function statusOf(error: unknown) {
  if (error instanceof StatusError) {
    return { code: grpc.status[error.status], details: error.message };
  }
  logger("axon").warn("A request failed: {error}", { error });
  return { code: grpc.status.INTERNAL, details: "the request cannot be handled" };
}

/** The requests of a call; throws the reason of the signal when it fires. */
async function* requestsOf(call: StreamCall, signal: AbortSignal): AsyncIterable<Uint8Array> {
  // By default, whoever takes no more requests destroys the call before it is answered.
  const requests: AsyncIterator<Uint8Array> = call.iterator({ destroyOnReturn: false });
  while (true) {
    const { done, value } = await untilAborted(requests.next(), signal);
    if (done) return;
    yield value;
  }
}

/** Resolves when more can be written to a call, or its signal fires. */
async function drained(call: StreamCall, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = () => resolve();
  call.once("drain", wake);
  signal.addEventListener("abort", wake, { once: true });
  await promise;
  call.off("drain", wake);
  signal.removeEventListener("abort", wake);
}

/** The address in `address:port`. */
function ipOf(peer: string): string {
  return peer.slice(0, peer.lastIndexOf(":"));
}

/** A unary method of bytes. */
function method(path: string) {
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: toBuffer,
    requestDeserialize: toBytes,
    responseSerialize: toBuffer,
    responseDeserialize: toBytes,
  } as const;
}

function toBuffer(pieces: Pieces): Buffer {
  return new PiecesBuffer(pieces) as unknown as Buffer;
}

function toBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** The library would write to the console of the host program. */
function silence(): void {
  grpc.setLogVerbosity(grpc.logVerbosity.NONE);
}
