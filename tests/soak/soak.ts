/** A soak: an axon under several times the load that it can serve, by all kinds of clients. */

import * as bittensor from "bittensor";
import { delay } from "../../lib/base/deadline.ts";
import { Modality } from "../../lib/domain/modality.ts";
import { join } from "../../lib/wire/pieces.ts";
import { encodeTensor } from "../../lib/wire/tensor_codec.ts";
import { encodeMessage } from "../../lib/wire/tensor_message.ts";
import { type Episode, MISBEHAVING } from "./misbehaving.ts";
import { type ServerState, startServer } from "./server_process.ts";

/** Requests that each well-behaved client has in flight; the axon runs 4 and queues 32 of all. */
const IN_FLIGHT = 16;

/** Connections that each misbehaving client has at one time. */
const CONNECTIONS = 4;

/** The well-behaved clients: who they are, and whether they sign. */
const CLIENTS = [
  { uri: "//Bob", signatures: "required" },
  { uri: "//Charlie", signatures: "verified" },
  { uri: "//Dave", signatures: "off" },
] as const;

/** How their requests may end: with an answer, or because the axon has too many. */
const EXPECTED: readonly string[] = [
  "Success",
  "NucleusFull",
  "NucleusTimeout",
  "Timeout",
  // gRPC refused it, above the limit of open requests.
  "UnknownException",
];

/** Requests of which the axon must answer each when all is over. */
const AFTERMATH = 50;

const IDS = new bittensor.Tensor("int64", new BigInt64Array(9).fill(464n), [1, 9]);

/** What came of a soak. */
export interface SoakReport {
  /** Requests of the well-behaved clients. */
  readonly sent: number;
  /** How they ended. */
  readonly codes: Readonly<Record<string, number>>;
  /** Requests that did not end with a code: must be 0. */
  readonly lost: number;
  /** Connections of the misbehaving clients. */
  readonly episodes: Readonly<Record<string, number>>;
  /** How requests ended when all was over: must be `{ Success: 50 }`. */
  readonly aftermath: Readonly<Record<string, number>>;
  /** The axon after the first tenth, which is its warm-up, and at the end. */
  readonly before: ServerState;
  readonly after: ServerState;
}

/**
 * Soaks an axon.
 *
 * @throws {Error} If the axon's process ends, or a well-behaved client is thrown an error.
 */
export async function soak(seconds: number): Promise<SoakReport> {
  await using server = await startServer();
  const tally = new Tally();
  await load(server.port, seconds * 100, tally);
  const before = await server.state();
  await load(server.port, seconds * 900, tally);
  const aftermath = await ask(server.port);
  return { ...tally.report(), aftermath, before, after: await server.state() };
}

/** What is wrong with what came of a soak, memory aside. */
export function faultsOf({ lost, codes, aftermath, after }: SoakReport): string[] {
  const { Success: served = 0, NucleusFull: full = 0 } = codes;
  const faults: string[] = [];
  if (lost > 0) faults.push(`${lost} requests ended without a code`);
  const unexpected = Object.keys(codes).filter((name) => !EXPECTED.includes(name));
  if (unexpected.length > 0) faults.push(`requests ended with ${unexpected.join(", ")}`);
  if (served === 0) faults.push("no request was served");
  if (full === 0) faults.push("the axon was never full: that was no load");
  if (aftermath.Success !== AFTERMATH) {
    faults.push(`afterwards, of ${AFTERMATH} requests: ${JSON.stringify(aftermath)}`);
  }
  if (after.running + after.queued > 0) {
    faults.push(`it still has ${after.running} requests, and ${after.queued} that wait`);
  }
  return faults;
}

/** Counts what clients do. */
class Tally {
  readonly #codes: Record<string, number> = {};
  readonly #episodes: Record<string, number> = {};
  #sent = 0;
  #ended = 0;

  send(): void {
    this.#sent++;
  }

  end(code: bittensor.ReturnCode): void {
    this.#ended++;
    add(this.#codes, bittensor.returnCodeName(code));
  }

  episode(name: string): void {
    add(this.#episodes, name);
  }

  report() {
    const lost = this.#sent - this.#ended;
    return { sent: this.#sent, lost, codes: this.#codes, episodes: this.#episodes };
  }
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

/** Runs all clients for `ms` milliseconds, and until what they have begun has ended. */
async function load(port: number, ms: number, tally: Tally): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const timer = setTimeout(() => controller.abort(), ms);
  try {
    await Promise.all([
      ...CLIENTS.map((client) => behave(port, client, tally, signal)),
      ...Object.entries(MISBEHAVING).flatMap(([name, episode]) =>
        Array.from({ length: CONNECTIONS }, () => misbehave(port, name, episode, tally, signal))
      ),
    ]);
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}

async function behave(
  port: number,
  { uri, signatures }: typeof CLIENTS[number],
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  await using dendrite = bittensor.dendrite({
    wallet: walletOf(uri),
    signatures,
    backoffMs: { first: 1, most: 10 },
  });
  const endpoints = endpointAt(port);
  const one = async () => {
    while (!signal.aborted) {
      tally.send();
      const { codes } = await dendrite.forwardText({ endpoints, inputs: IDS });
      for (const code of codes) {
        tally.end(code);
        // An axon that is full says so at once: asking again at once would be no load, but a loop.
        if (code !== bittensor.ReturnCode.Success) await delay(5);
      }
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, one));
}

async function misbehave(
  port: number,
  name: string,
  episode: Episode,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  const hotkey = bittensor.keypairFromUri("//Ferdie").address;
  const tensors = [encodeTensor(IDS, { modality: Modality.TEXT })];
  const request = join(encodeMessage({ hotkey, tensors }));
  while (!signal.aborted) {
    tally.episode(name);
    await episode(port, request, signal);
  }
}

/** Asks an axon that is left alone, one request after the other. */
async function ask(port: number): Promise<Record<string, number>> {
  const codes: Record<string, number> = {};
  await using dendrite = bittensor.dendrite({ wallet: walletOf("//Bob") });
  const endpoints = endpointAt(port);
  for (let request = 0; request < AFTERMATH; request++) {
    const answer = await dendrite.forwardText({ endpoints, inputs: IDS });
    for (const code of answer.codes) add(codes, bittensor.returnCodeName(code));
  }
  return codes;
}

function walletOf(uri: string) {
  const hotkey = bittensor.keypairFromUri(uri);
  return {
    hotkey: () => Promise.resolve(hotkey),
    coldkeypub: () => Promise.resolve(hotkey.address),
  };
}

function endpointAt(port: number): bittensor.Endpoint {
  const { address } = bittensor.keypairFromUri("//Alice");
  return {
    uid: 0,
    hotkey: address,
    ip: "127.0.0.1",
    ipType: 4,
    port,
    modality: Modality.TEXT,
    coldkey: address,
  };
}
