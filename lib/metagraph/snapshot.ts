/** One block of the network, read whole: what a metagraph shows. */

import type { WaitOptions } from "../base/deadline.ts";
import { BittensorError } from "../base/errors.ts";
import type { BlockState } from "../chain/block_state.ts";
import type { Subtensor } from "../chain/subtensor.ts";
import type { Address } from "../domain/address.ts";
import type { Rao } from "../domain/balance.ts";
import type { Endpoint } from "../domain/endpoint.ts";

/** The network at one block. Columns are indexed by uid and have length n. */
export interface Snapshot {
  readonly block: number;
  readonly endpoints: readonly Endpoint[];
  /** Stake, in rao. */
  readonly stake: BigUint64Array;
  /** Block of the last emission or subscription. */
  readonly lastUpdate: Uint32Array;
  /** Row i: the uids that neuron i weighs. */
  readonly weightUids: readonly Uint32Array[];
  /** Row i: its weights, in the same order; 4294967295 is 1. */
  readonly weightVals: readonly Uint32Array[];
  /** Free balance of each neuron's coldkey. */
  readonly balances: readonly Rao[];
}

/** How far a sync has come. */
export interface SyncProgress {
  /** Reads done, up to `total`. */
  readonly done: number;
  readonly total: number;
  /** What was read last. */
  readonly step: string;
}

/** Options of `Metagraph.sync`. */
export interface SyncOptions extends WaitOptions {
  /** Block to read. @default the head */
  readonly block?: number | undefined;
  /** Called after each read. */
  readonly onProgress?: ((progress: SyncProgress) => void) | undefined;
}

/** The reads of a sync: block, neurons, stake, last update, weight uids and values, balances. */
const READS = 7;

/** Nothing read yet: a metagraph before its first sync. */
export const EMPTY_SNAPSHOT: Snapshot = {
  block: 0,
  endpoints: [],
  stake: new BigUint64Array(),
  lastUpdate: new Uint32Array(),
  weightUids: [],
  weightVals: [],
  balances: [],
};

/**
 * Reads the network at one block: its maps at the same time, so that none waits for another.
 *
 * @throws {BittensorError} `metagraph/malformed` if the rows of the chain do not fit together.
 */
export async function fetchSnapshot(
  subtensor: Subtensor,
  options: SyncOptions = {},
): Promise<Snapshot> {
  let done = 0;
  const read = async <T>(step: string, reading: Promise<T>): Promise<T> => {
    const result = await reading;
    options.onProgress?.({ done: ++done, total: READS, step });
    return result;
  };
  const state = await read("block", subtensor.at(options.block, options));
  const neurons = read("neurons", state.neurons(options));
  const [endpoints, stake, lastUpdate, weightUids, weightVals, balances] = await Promise.all([
    neurons,
    read("stake", state.stake(options)),
    read("last update", state.lastUpdate(options)),
    read("weight uids", state.weightUids(options)),
    read("weight values", state.weightVals(options)),
    read("balances", neurons.then((endpoints) => fetchBalances(state, endpoints, options))),
  ]);
  const snapshot = {
    block: state.block,
    endpoints,
    stake,
    lastUpdate,
    weightUids,
    weightVals,
    balances,
  };
  checkWeights(snapshot);
  return snapshot;
}

/** Several neurons may share a coldkey: it is read once, and each of them shows it. */
async function fetchBalances(
  state: BlockState,
  endpoints: readonly Endpoint[],
  options: WaitOptions,
): Promise<Rao[]> {
  const coldkeys = [...new Set(endpoints.map(({ coldkey }) => coldkey))];
  const balances = await state.balances(coldkeys, options);
  const byColdkey = new Map<Address, Rao>(
    coldkeys.map((coldkey, index) => [coldkey, balances[index]!]),
  );
  return endpoints.map(({ coldkey }) => byColdkey.get(coldkey)!);
}

/**
 * Checks that the weights are those of these neurons.
 *
 * @throws {BittensorError} `metagraph/malformed`.
 */
export function checkWeights({ endpoints, weightUids, weightVals }: Snapshot): void {
  for (const [uid, uids] of weightUids.entries()) {
    if (uids.length !== weightVals[uid]!.length) {
      throw malformed(uid, `${uids.length} weight uids and ${weightVals[uid]!.length} values`);
    }
    // There may be a million, which an iterator would take one by one.
    for (let index = 0; index < uids.length; index++) {
      const other = uids[index]!;
      if (other >= endpoints.length) throw malformed(uid, `it weighs the unknown neuron ${other}`);
    }
  }
}

function malformed(uid: number, why: string): BittensorError {
  return new BittensorError(
    "metagraph/malformed",
    `Cannot use the weights of neuron ${uid}: ${why}`,
  );
}
