/** Metagraph: the network at one block, in columns. */

import { type Subtensor, subtensor } from "../chain/subtensor.ts";
import type { SubtensorOptions } from "../chain/subtensor_options.ts";
import type { Address } from "../domain/address.ts";
import { type Rao, toTao } from "../domain/balance.ts";
import { TAU, WEIGHT_SCALE } from "../domain/constants.ts";
import { type Endpoint, formatEndpoint } from "../domain/endpoint.ts";
import type { Modality } from "../domain/modality.ts";
import { type NDArray, ndarray } from "./arrays.ts";
import { EMPTY_SNAPSHOT, fetchSnapshot, type Snapshot, type SyncOptions } from "./snapshot.ts";

/** Options of {@linkcode metagraph}. */
export interface MetagraphOptions extends Pick<SubtensorOptions, "network"> {
  /** A connection to read through; by default each sync opens one and closes it. */
  readonly subtensor?: Subtensor | undefined;
}

/**
 * A metagraph of a network; empty until {@linkcode Metagraph.sync}.
 *
 * @example Sync a local network
 * ```ts
 * import * as bittensor from "bittensor";
 * import assert from "node:assert/strict";
 *
 * await using chain = await bittensor.devchain();
 * const graph = await bittensor.metagraph({ network: chain.endpoint }).sync();
 * assert.equal(graph.n, 0);
 * ```
 */
export function metagraph(options: MetagraphOptions = {}): Metagraph {
  return new Metagraph(options);
}

/** The network at one block. Columns are indexed by uid; see {@linkcode metagraph}. */
export class Metagraph {
  readonly #options: MetagraphOptions;
  #snapshot: Snapshot = EMPTY_SNAPSHOT;

  /** @internal Use {@linkcode metagraph}. */
  constructor(options: MetagraphOptions) {
    this.#options = options;
  }

  /**
   * Reads the network at the head, or at a block, and returns this metagraph.
   *
   * All of it is read at one block hash. If a read fails, the metagraph stays as it was.
   *
   * @throws {BittensorError} Those of `subtensor()`, and `metagraph/malformed`.
   */
  async sync(options: SyncOptions = {}): Promise<this> {
    const given = this.#options.subtensor;
    if (given) {
      this.#snapshot = await fetchSnapshot(given, options);
    } else {
      const { timeoutMs, signal } = options;
      const { network } = this.#options;
      await using opened = await subtensor({ network, timeoutMs, signal });
      this.#snapshot = await fetchSnapshot(opened, options);
    }
    return this;
  }

  /** Number of neurons. */
  get n(): number {
    return this.#snapshot.endpoints.length;
  }

  /** The block that was read; 0 before the first sync. */
  get block(): number {
    return this.#snapshot.block;
  }

  /** Tao that a block emits: a constant of the client, as in the seed era. */
  get tau(): number {
    return TAU;
  }

  /** 0 … n − 1, int64 `[n]`. */
  get uids(): NDArray {
    return ndarray(BigInt64Array.from(this.#snapshot.endpoints, ({ uid }) => BigInt(uid)));
  }

  /** Stake in tao, float64 `[n]`. */
  get stake(): NDArray {
    return ndarray(Float64Array.from(this.#snapshot.stake, toTao));
  }

  /** Short name of {@linkcode stake}. */
  get S(): NDArray {
    return this.stake;
  }

  /** Block of the last emission or subscription, int64 `[n]`. */
  get lastUpdate(): NDArray {
    return ndarray(BigInt64Array.from(this.#snapshot.lastUpdate, BigInt));
  }

  /** Row i holds the weights that neuron i set, from 0 to 1, float32 `[n, n]`. */
  get weights(): NDArray {
    const { n } = this;
    const dense = new Float32Array(n * n);
    for (const [row, uids] of this.#snapshot.weightUids.entries()) {
      const values = this.#snapshot.weightVals[row]!;
      for (const [index, uid] of uids.entries()) {
        dense[row * n + uid] = values[index]! / WEIGHT_SCALE;
      }
    }
    return ndarray(dense, [n, n]);
  }

  /** Short name of {@linkcode weights}. */
  get W(): NDArray {
    return this.weights;
  }

  /** Where the neurons listen, and who they are. */
  get endpoints(): readonly Endpoint[] {
    return this.#snapshot.endpoints;
  }

  get hotkeys(): Address[] {
    return this.#snapshot.endpoints.map(({ hotkey }) => hotkey);
  }

  get coldkeys(): Address[] {
    return this.#snapshot.endpoints.map(({ coldkey }) => coldkey);
  }

  /** Addresses in the network's notation, such as `/ipv4/203.0.113.7:8091`. */
  get addresses(): string[] {
    return this.#snapshot.endpoints.map(formatEndpoint);
  }

  get modalities(): Modality[] {
    return this.#snapshot.endpoints.map(({ modality }) => modality);
  }

  /** Free balance of each neuron's coldkey, in rao. */
  get balances(): readonly Rao[] {
    return this.#snapshot.balances;
  }

  /** Text form of the tutorial: `Metagraph (37,406630,akatsuki)`. */
  toString(): string {
    const { network, subtensor } = this.#options;
    return `Metagraph (${this.n},${this.block},${subtensor?.network ?? network ?? "local"})`;
  }
}
