/** Statistics of the calls to one endpoint. */

import { type Distribution, distribution } from "../base/percentile.ts";
import type { Address } from "../domain/address.ts";
import { ReturnCode, returnCodeName } from "../domain/return_code.ts";

/** What a dendrite counted, as plain data. */
export interface DendriteStatistics {
  /** Requests that wait for an answer. */
  readonly inFlight: number;
  /** One row for each endpoint whose connection is kept. */
  readonly endpoints: readonly EndpointStatistics[];
}

/** What was counted for one endpoint since its connection was prepared. */
export interface EndpointStatistics {
  readonly uid: number;
  readonly hotkey: Address;
  /** `host:port`, an IPv6 host in brackets. */
  readonly address: string;
  /** Requests that were sent. */
  readonly requests: number;
  /** Requests that wait for an answer. */
  readonly inFlight: number;
  /** Bytes of the messages that were sent. */
  readonly bytesSent: number;
  /** Bytes of the messages that came back. */
  readonly bytesReceived: number;
  /** How often calls ended with each return code, by its name; also calls that were not sent. */
  readonly codes: Readonly<Record<string, number>>;
  /** Durations from request to answer or failure, in milliseconds, of the last 1024 requests. */
  readonly latencyMs: Distribution | null;
}

/** Requests whose duration is remembered. */
const WINDOW = 1_024;

const CODE_COUNT = Object.keys(ReturnCode).length;

/** Counts what happens on one connection. */
export class ReceptorStatistics {
  requests = 0;
  inFlight = 0;
  bytesSent = 0;
  bytesReceived = 0;
  /** By code; the last one is for all codes that have no name. */
  readonly #codes = new Uint32Array(CODE_COUNT + 1);
  /** A ring. */
  readonly #latencies = new Float32Array(WINDOW);
  #latencyCount = 0;

  /** Counts how a call ended. */
  countCode(code: number): void {
    const known = code >= 0 && code < CODE_COUNT;
    const index = known ? code : CODE_COUNT;
    this.#codes[index] = (this.#codes[index] ?? 0) + 1;
  }

  /** Remembers how long a request took. */
  addLatency(ms: number): void {
    this.#latencies[this.#latencyCount++ % WINDOW] = ms;
  }

  /** All of it as plain data, but for the endpoint's name. */
  snapshot(): Omit<EndpointStatistics, "uid" | "hotkey" | "address"> {
    const { requests, inFlight, bytesSent, bytesReceived } = this;
    const codes: Record<string, number> = {};
    this.#codes.forEach((count, code) => {
      if (count > 0) codes[returnCodeName(code)] = count;
    });
    const latencies = this.#latencies.subarray(0, Math.min(this.#latencyCount, WINDOW));
    const latencyMs = distribution(latencies);
    return { requests, inFlight, bytesSent, bytesReceived, codes, latencyMs };
  }
}
