/**
 * A metagraph read from a dev chain: against the bare transfer of the same messages, and against the
 * same maps read through `entries()` of `@polkadot/api`.
 *
 * The bare transfer sends the requests of a sync at once, where a sync has to wait for one answer before
 * it knows what to ask next, and takes the answers as text, which it does not even parse. It is no floor:
 * a node with all requests before it can be slower than with a few of them at a time.
 *
 * Run with `deno task bench`, or `deno run -P=test bench/metagraph_bench.ts [rounds]`. The chain is in
 * a process of its own. Sync and transfer take turns, of which the first three warm up and do not count;
 * `entries()` comes after them, since it leaves so much garbage that collecting it would take a good
 * part of the time of what comes next.
 */

import { ApiPromise, WsProvider } from "@polkadot/api";
import type { ApiOptions } from "@polkadot/api/types";
import * as bittensor from "bittensor";
import { median, startProcess } from "./process.ts";

const ROUNDS = Number(Deno.args[0] ?? 9);
const WARM_UP_ROUNDS = 3;
const WEIGHTS = 256;

/** The maps of a metagraph, as the library names them. */
const MAPS = ["neurons", "stake", "lastEmit", "weightUids", "weightVals"] as const;

/** How long a task takes, in milliseconds. */
async function timed(task: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await task();
  return performance.now() - start;
}

/** What a client sends while a task runs; only its own sockets are listened to. */
async function sentDuring(
  sockets: readonly WebSocket[],
  task: () => Promise<unknown>,
): Promise<string[]> {
  const sent: string[] = [];
  const originals = sockets.map((socket) => socket.send);
  for (const socket of sockets) {
    const { send } = socket;
    socket.send = (data) => {
      sent.push(String(data));
      send.call(socket, data);
    };
  }
  await task();
  for (const [index, socket] of sockets.entries()) socket.send = originals[index]!;
  return sent;
}

/** The sockets that are opened while a task runs. */
async function socketsOf<T>(task: () => Promise<T>): Promise<readonly [WebSocket[], T]> {
  const sockets: WebSocket[] = [];
  const Original = globalThis.WebSocket;
  globalThis.WebSocket = class extends Original {
    constructor(...args: ConstructorParameters<typeof Original>) {
      super(...args);
      sockets.push(this);
    }
  };
  const result = await task();
  globalThis.WebSocket = Original;
  return [sockets, result];
}

/** Sends messages at once, and waits for as many answers, which nobody reads; gives their length. */
async function transfer(socket: WebSocket, messages: readonly string[]): Promise<number> {
  let length = 0;
  let missing = messages.length;
  const done = Promise.withResolvers<void>();
  socket.onmessage = ({ data }: MessageEvent<string>) => {
    length += data.length;
    if (--missing === 0) done.resolve();
  };
  for (const message of messages) socket.send(message);
  await done.promise;
  return length;
}

async function openSocket(endpoint: string): Promise<WebSocket> {
  const socket = new WebSocket(endpoint);
  await new Promise((resolve) => socket.onopen = resolve);
  return socket;
}

async function benchSync(neurons: number): Promise<void> {
  await using server = startProcess("./metagraph_server.ts", `${neurons}`, `${WEIGHTS}`);
  const endpoint = await server.read();
  const connect = () => bittensor.subtensor({ network: endpoint });
  const [sockets, subtensor] = await socketsOf(connect);
  const graph = bittensor.metagraph({ subtensor });
  let messages: string[] = [];
  const first = await timed(async () => messages = await sentDuring(sockets, () => graph.sync()));
  const bare = await openSocket(endpoint);
  const times = { sync: [] as number[], transfer: [] as number[], entries: [] as number[] };
  let length = 0;
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const ours = await timed(() => graph.sync());
    const moved = await timed(async () => length = await transfer(bare, messages));
    if (round < 0) continue;
    times.sync.push(ours);
    times.transfer.push(moved);
  }
  const provider = new WsProvider(endpoint) as NonNullable<ApiOptions["provider"]>;
  const api = await ApiPromise.create({ provider, noInitWarn: true });
  const head = await api.at(await api.rpc.chain.getBlockHash());
  const entries = () =>
    Promise.all(MAPS.map((map) => head.query["subtensorModule"]![map]!.entries()));
  // It takes long, and its time varies little.
  for (let round = 0; round < 2; round++) times.entries.push(await timed(entries));
  const [sync, least, library] = [times.sync, times.transfer, times.entries].map(median) as [
    number,
    number,
    number,
  ];
  console.log(
    `\n${graph.n} neurons with ${WEIGHTS} weights each, ${(length / 1e6).toFixed(1)} MB in ` +
      `${messages.length} messages, in ms\n` +
      `  sync, scores included            ${sync.toFixed(0)} (the first ${first.toFixed(0)})\n` +
      `  bare transfer of these messages  ${least.toFixed(0)}, sync is x ${
        (sync / least).toFixed(2)
      }\n` +
      `  entries() of @polkadot/api       ${library.toFixed(0)}, x ${(library / sync).toFixed(1)}`,
  );
  bare.close();
  await api.disconnect();
  await subtensor[Symbol.asyncDispose]();
}

await benchSync(256);
await benchSync(4096);
Deno.exit();
