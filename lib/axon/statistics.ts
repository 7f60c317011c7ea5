/** What an axon has served: in total, and by caller. */

import { type Distribution, distribution } from "../base/percentile.ts";
import { RecentMap } from "../base/recent_map.ts";
import { returnCodeName } from "../domain/return_code.ts";
import type { RefusalReason } from "../wire/request_verifier.ts";

/** Why a request did not run: its signature is not accepted, or another reason of the axon's own. */
export type AxonRefusal =
  | RefusalReason
  | "malformed-message"
  | "rate-limit"
  | "blacklist"
  | "queue-full"
  | "waited-too-long"
  | "stopping";

/** The requests of one caller, or all of them. Plain data. */
export interface CallerStatistics {
  /** Requests that were answered. */
  readonly requests: number;
  /** Length of the requests, in bytes, as gRPC carries them. */
  readonly bytesIn: number;
  /** Length of the answers, in bytes. */
  readonly bytesOut: number;
  /** Answers by the name of their return code. */
  readonly codes: Readonly<Record<string, number>>;
  /**
   * Milliseconds from request to answer: of the latest 1000 requests in total, 100 of a caller;
   * `null` before the first.
   */
  readonly latencyMs: Distribution | null;
}

/** What {@linkcode Axon.statistics} returns. Plain data, which `JSON.stringify` takes. */
export interface AxonStatistics {
  readonly total: CallerStatistics;
  /**
   * The callers of late, at most 1000: by hotkey those that a signature proves, by IP address all
   * others, so that names that are made up push nobody out.
   */
  readonly callers: Readonly<Record<string, CallerStatistics>>;
  /** Requests that did not run, by reason. */
  readonly refused: Readonly<Partial<Record<AxonRefusal, number>>>;
  /** Requests whose callbacks run now. */
  readonly running: number;
  /** Requests that wait for their turn now. */
  readonly queued: number;
}

/** One answered request. */
export interface AnsweredRequest {
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly returnCode: number;
  readonly latencyMs: number;
}

/** Callers that are remembered. */
const MOST_CALLERS = 1_000;

/** Latencies that are remembered in total, and of one caller. */
const TOTAL_LATENCIES = 1_000;
const CALLER_LATENCIES = 100;

/** Counts what an axon serves. */
export class Statistics {
  readonly #total = new Counter(TOTAL_LATENCIES);
  readonly #callers = new RecentMap<string, Counter>(MOST_CALLERS);
  readonly #refused: Partial<Record<AxonRefusal, number>> = {};

  /** @param caller Who asked: a proven hotkey, or an IP address. */
  record(caller: string, request: AnsweredRequest): void {
    this.#total.add(request);
    let counter = this.#callers.get(caller);
    if (counter === undefined) {
      counter = new Counter(CALLER_LATENCIES);
      this.#callers.set(caller, counter);
    }
    counter.add(request);
  }

  /** Counts a request that did not run. */
  refuse(reason: AxonRefusal): void {
    this.#refused[reason] = (this.#refused[reason] ?? 0) + 1;
  }

  /** What was counted so far. */
  read(): Pick<AxonStatistics, "total" | "callers" | "refused"> {
    const callers: Record<string, CallerStatistics> = {};
    for (const [caller, counter] of this.#callers.entries()) callers[caller] = counter.read();
    return { total: this.#total.read(), callers, refused: { ...this.#refused } };
  }
}

class Counter {
  readonly #codes: number[] = [];
  readonly #mostLatencies: number;
  readonly #latencies: number[] = [];
  #requests = 0;
  #bytesIn = 0;
  #bytesOut = 0;

  constructor(mostLatencies: number) {
    this.#mostLatencies = mostLatencies;
  }

  add({ bytesIn, bytesOut, returnCode, latencyMs }: AnsweredRequest): void {
    this.#latencies[this.#requests % this.#mostLatencies] = latencyMs;
    this.#requests++;
    this.#bytesIn += bytesIn;
    this.#bytesOut += bytesOut;
    this.#codes[returnCode] = (this.#codes[returnCode] ?? 0) + 1;
  }

  read(): CallerStatistics {
    const codes: Record<string, number> = {};
    // Without the holes of codes that never came.
    for (const [code, count] of Object.entries(this.#codes)) {
      codes[returnCodeName(Number(code))] = count;
    }
    return {
      requests: this.#requests,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      codes,
      latencyMs: distribution(this.#latencies),
    };
  }
}
