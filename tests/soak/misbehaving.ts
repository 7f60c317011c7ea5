/** Clients that an axon has to endure. None ever says GOAWAY: see NO_GOAWAY in lib/wire/grpc.ts. */

import { createConnection } from "node:net";
import { delay } from "../../lib/base/deadline.ts";
import { message, PREFACE, settings, startCall, windowUpdate } from "./http2_frames.ts";

const FORWARD = "/Bittensor/Forward";

/** How long most of them hold on to a connection, in milliseconds. */
const HOLD_MS = 500;

/** One connection of a client, from its start to its end. */
export type Episode = (port: number, request: Uint8Array, signal: AbortSignal) => Promise<void>;

/** The clients by name. */
export const MISBEHAVING: Readonly<Record<string, Episode>> = {
  "slow reader": slowReader,
  "no reader": noReader,
  "slow writer": slowWriter,
  "half-open": (port, _request, signal) => hold(port, [], signal),
  "silent after the preface": (port, _request, signal) =>
    hold(port, [PREFACE, settings(65_535)], signal),
  "garbage": garbage,
  "vanishing": vanishing,
};

/** Takes an answer in portions of a hundred bytes, and leaves before its end. */
async function slowReader(port: number, request: Uint8Array, signal: AbortSignal): Promise<void> {
  using connection = connect(port);
  connection.send(PREFACE, settings(100), startCall(1, FORWARD), message(1, request));
  for (let portion = 0; portion < 25; portion++) {
    await pause(20, signal);
    connection.send(windowUpdate(1, 100));
  }
}

/** Asks again and again on one connection, and takes no byte of an answer. */
async function noReader(port: number, request: Uint8Array, signal: AbortSignal): Promise<void> {
  using connection = connect(port);
  connection.send(PREFACE, settings(0));
  for (let stream = 1; stream < 100; stream += 2) {
    connection.send(startCall(stream, FORWARD), message(stream, request));
    await pause(HOLD_MS / 50, signal);
  }
}

/** Sends a request byte by byte, and leaves before its end. */
async function slowWriter(port: number, request: Uint8Array, signal: AbortSignal): Promise<void> {
  using connection = connect(port);
  connection.send(PREFACE, settings(65_535), startCall(1, FORWARD));
  for (const byte of message(1, request).subarray(0, 50)) {
    connection.send(Uint8Array.of(byte));
    await pause(10, signal);
  }
}

/** Sends what is no HTTP/2, no gRPC or no message. */
async function garbage(port: number, request: Uint8Array, signal: AbortSignal): Promise<void> {
  const noise = crypto.getRandomValues(new Uint8Array(400));
  const damaged = request.slice();
  for (const byte of noise.subarray(0, 4)) damaged[byte % damaged.length] = byte;
  const start = [PREFACE, settings(65_535)];
  const messages = [
    [noise],
    [...start, noise],
    [...start, startCall(1, FORWARD), noise],
    [...start, startCall(1, "/nothing/Here"), message(1, request)],
    [...start, startCall(1, FORWARD), message(1, noise)],
    [...start, startCall(1, FORWARD), message(1, damaged)],
  ];
  await hold(port, messages[(noise[0] ?? 0) % messages.length] ?? [], signal, 50);
}

/** Leaves as soon as its requests are sent, or in the midst of sending the last one. */
async function vanishing(port: number, request: Uint8Array, signal: AbortSignal): Promise<void> {
  const calls = [1, 3, 5].flatMap((stream) => [
    startCall(stream, FORWARD),
    message(stream, request),
  ]);
  const last = calls.pop() ?? new Uint8Array();
  const start = [PREFACE, settings(65_535), ...calls];
  await hold(port, [...start, last.subarray(0, 20)], signal, 20);
}

/** Sends `messages` and nothing more. */
async function hold(
  port: number,
  messages: readonly Uint8Array[],
  signal: AbortSignal,
  ms = HOLD_MS,
): Promise<void> {
  using connection = connect(port);
  connection.send(...messages);
  await pause(ms, signal);
}

/** Ends early, as its episode does, when the soak is over. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, signal).catch(() => {});
}

interface Connection extends Disposable {
  /** Sends in order, without waiting; what cannot be sent any more is lost. */
  send(...messages: readonly Uint8Array[]): void;
}

function connect(port: number): Connection {
  const socket = createConnection({ host: "127.0.0.1", port });
  // The axon may hang up first.
  socket.on("error", () => {});
  socket.resume();
  return {
    send: (...messages) => messages.forEach((bytes) => socket.writable && socket.write(bytes)),
    [Symbol.dispose]: () => socket.destroy(),
  };
}
