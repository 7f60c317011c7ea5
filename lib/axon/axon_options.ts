/** Options of an axon, and their checks. */

import { elementCount } from "../base/tensor.ts";
import { parseIp } from "../domain/ip.ts";
import type { Modality } from "../domain/modality.ts";
import type { Method } from "../wire/rpc.ts";
import type { Identity } from "../wire/identity.ts";
import { MAX_ELEMENTS, MAX_MESSAGE_BYTES } from "../wire/limits.ts";
import { checkSignaturePolicy, type SignaturePolicy } from "../wire/signature_policy.ts";
import { checkFunction, type NamedCallbacks } from "./callbacks.ts";
import { checkModality } from "./modality.ts";
import {
  type PriorityFunction,
  type RequestCaller,
  stakePriority,
  type StakeSource,
} from "./priority.ts";

/**
 * Options of {@linkcode axon}.
 *
 * Callbacks are tried with sample inputs by the first start, before anything listens: see
 * {@linkcode Axon.check}.
 */
export interface AxonOptions extends NamedCallbacks {
  /** Whose axon it is. Its hotkey is read at the first start or subscription. */
  readonly wallet: Identity;
  /** Address to listen on: all of IPv6 and IPv4 by default. @default {"[::]"} */
  readonly ip?: string | undefined;
  /** Port to listen on; 0 picks a free one, which `axon.port` then tells. @default {8091} */
  readonly port?: number | undefined;
  /**
   * What the chain is told. All callbacks serve, whatever it says. @default {that of the one forward
   * callback; text without any}
   */
  readonly modality?: Modality | undefined;
  /**
   * Channels, rows and columns of the image that callbacks are tried with: those of the network,
   * unless yours takes others and does not say so. @default {[3, 512, 512]}
   */
  readonly imageShape?: readonly [channels: number, rows: number, columns: number] | undefined;
  /** What becomes of signed and unsigned requests. @default {"verified"} */
  readonly signatures?: SignaturePolicy | undefined;
  /** Who is served first when requests wait. @default {the caller's stake in `metagraph`, else 0} */
  readonly priority?: PriorityFunction | undefined;
  /** Where the default priority finds the stake of callers; keep it in sync. */
  readonly metagraph?: StakeSource | undefined;
  /** Who is refused; asked for each request, before its tensors are read. */
  readonly blacklist?: Blacklist | undefined;
  /**
   * Requests of one caller per second, and at once after a pause; those above are refused with
   * `NucleusFull`. Callers are told apart by hotkey where a session proves it, else by IP address.
   * `Infinity` for no limit. @default {1000}
   */
  readonly maximumRequestsPerSecond?: number | undefined;
  /** Longest request, in bytes; gRPC refuses a longer one. @default {64 MiB} */
  readonly maximumMessageBytes?: number | undefined;
  /** Most elements of one tensor of a request. @default {16777216, which is also the most} */
  readonly maximumElements?: number | undefined;
  /** Requests that are open at one time, waiting ones included; gRPC refuses those above. @default {400} */
  readonly maximumConcurrentRpcs?: number | undefined;
  /**
   * Callbacks that run at one time. One that ignores its signal keeps its place until it ends.
   * @default {10}
   */
  readonly maximumRunning?: number | undefined;
  /** Requests that wait for a callback; those above are refused with `NucleusFull`. @default {200} */
  readonly maximumQueued?: number | undefined;
  /** What requests get to end when the axon stops, in milliseconds. @default {1000} */
  readonly graceMs?: number | undefined;
  /**
   * How long the request of a caller that sets no deadline may take, in milliseconds; also how long a
   * callback may take for a sample. @default {60000}
   */
  readonly timeoutMs?: number | undefined;
}

/** What a {@linkcode Blacklist} learns beside the caller. */
export interface BlacklistContext {
  readonly method: Method;
  /** Of the first tensor; `undefined` if there is none. A number beyond `Modality` is answered later. */
  readonly modality: number | undefined;
  /** IP address of the caller. */
  readonly peerIp: string;
}

/**
 * Says who is refused: `true`, or the sentence that the caller is told, and it is refused with
 * `SenderUnknown`. A blacklist that fails refuses everyone, with `UnknownException`.
 */
export type Blacklist = (
  caller: RequestCaller,
  context: BlacklistContext,
) => boolean | string | Promise<boolean | string>;

/** Options with their defaults, but for wallet and callbacks. */
export interface AxonSettings {
  /** As it was given. */
  readonly ip: string;
  /** For the system: without brackets. */
  readonly host: string;
  readonly port: number;
  readonly modality: Modality | undefined;
  readonly imageShape: readonly number[];
  readonly signatures: SignaturePolicy;
  readonly priority: PriorityFunction;
  readonly blacklist: Blacklist | undefined;
  readonly maximumRequestsPerSecond: number;
  readonly maximumMessageBytes: number;
  readonly maximumElements: number;
  readonly maximumConcurrentRpcs: number;
  readonly maximumRunning: number;
  readonly maximumQueued: number;
  readonly graceMs: number;
  readonly timeoutMs: number;
}

/** Longest wait of a timer, in milliseconds; more than enough for a count, too. */
const MOST = 2_000_000_000;

/**
 * Checks options, and fills in the defaults.
 *
 * @throws {BittensorError} `ip/invalid`.
 * @throws {RangeError | TypeError} That names the option and its value.
 */
export function checkOptions(options: AxonOptions): AxonSettings {
  const { ip = "[::]", port = 8091, modality, signatures = "verified", metagraph } = options;
  const { priority, blacklist, maximumRequestsPerSecond = 1_000 } = options;
  if (typeof options.wallet?.hotkey !== "function") {
    throw new TypeError("Cannot make an axon: wallet has no hotkey()");
  }
  const host = ip.replace(/^\[(.*)\]$/, "$1");
  parseIp(host);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`Cannot listen on port ${port}: a port is a whole number up to 65535`);
  }
  if (modality !== undefined) checkModality(modality);
  if (!(maximumRequestsPerSecond > 0)) {
    throw new RangeError(
      `Cannot set maximumRequestsPerSecond to ${maximumRequestsPerSecond}: it is a number above 0`,
    );
  }
  if (metagraph !== undefined && typeof metagraph !== "object") {
    throw new TypeError(`Cannot read stake from metagraph: it is a ${typeof metagraph}`);
  }
  if (priority !== undefined) checkFunction("priority", priority);
  if (blacklist !== undefined) checkFunction("blacklist", blacklist);
  return {
    ip,
    host,
    port,
    modality,
    imageShape: checkImageShape(options.imageShape ?? [3, 512, 512]),
    signatures: checkSignaturePolicy(signatures),
    priority: priority ?? (metagraph === undefined ? () => 0 : stakePriority(metagraph)),
    blacklist,
    maximumRequestsPerSecond,
    maximumMessageBytes: whole(options, "maximumMessageBytes", MAX_MESSAGE_BYTES, 1),
    maximumElements: whole(options, "maximumElements", MAX_ELEMENTS, 1, MAX_ELEMENTS),
    maximumConcurrentRpcs: whole(options, "maximumConcurrentRpcs", 400, 1),
    maximumRunning: whole(options, "maximumRunning", 10, 1),
    maximumQueued: whole(options, "maximumQueued", 200, 0),
    graceMs: whole(options, "graceMs", 1_000, 0),
    timeoutMs: whole(options, "timeoutMs", 60_000, 1),
  };
}

function checkImageShape(shape: readonly number[]): readonly number[] {
  const isShape = shape.length === 3 && shape.every((size) => Number.isInteger(size) && size > 0);
  if (isShape && elementCount(shape) <= MAX_ELEMENTS / 2) return shape;
  throw new RangeError(
    `Cannot set imageShape to [${shape}]: it is channels, rows and columns, whole numbers from 1`,
  );
}

type WholeOption =
  | "maximumMessageBytes"
  | "maximumElements"
  | "maximumConcurrentRpcs"
  | "maximumRunning"
  | "maximumQueued"
  | "graceMs"
  | "timeoutMs";

function whole(
  options: AxonOptions,
  name: WholeOption,
  preset: number,
  least: number,
  most = MOST,
): number {
  const value = options[name] ?? preset;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(
    `Cannot set ${name} to ${value}: it is a whole number from ${least} to ${most}`,
  );
}
