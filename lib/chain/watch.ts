/** What changes on the chain, block by block. */

import type { Address } from "../domain/address.ts";
import type { Rao } from "../domain/balance.ts";
import { type Endpoint, isSameEndpoint } from "../domain/endpoint.ts";
import type { BlocksOptions, Chain } from "./chain.ts";
import { allUids, fetchNeurons, fetchState } from "./pallets/seed_era.ts";

/** Which blocks to look at; of those that came while the loop was busy, only the latest. */
export type WatchOptions = Pick<BlocksOptions, "finalized" | "timeoutMs" | "signal">;

/** The neurons of a block in which some have changed. */
export interface NeuronsChange {
  /** Number of the block. */
  readonly block: number;
  /** All neurons, in the order of their uids. */
  readonly neurons: readonly Endpoint[];
  /** Those that are new or have moved. */
  readonly changed: readonly Endpoint[];
}

/** The balance of an account at a block in which it has changed. */
export interface BalanceChange {
  /** Number of the block. */
  readonly block: number;
  /** Free balance, in rao. */
  readonly balance: Rao;
}

/** Yields the neurons as they are, and then each time when one has changed. */
export async function* watchNeurons(
  chain: Chain,
  options: WatchOptions = {},
): AsyncGenerator<NeuronsChange, void> {
  let before: readonly Endpoint[] | undefined;
  for await (const { number, hash } of chain.blocks({ ...options, latestOnly: true })) {
    const state = await fetchState(chain, hash, options);
    const neurons = await fetchNeurons(state, allUids(state), options);
    const changed = neurons.filter((neuron) => {
      const former = before?.[neuron.uid];
      return former === undefined || !isSameEndpoint(neuron, former);
    });
    if (before?.length === neurons.length && changed.length === 0) continue;
    before = neurons;
    yield { block: number, neurons, changed };
  }
}

/** Yields the balance of an account as it is, and then each time when it has changed. */
export async function* watchBalance(
  chain: Chain,
  account: Address,
  options: WatchOptions = {},
): AsyncGenerator<BalanceChange, void> {
  let before: Rao | undefined;
  for await (const { number, hash } of chain.blocks({ ...options, latestOnly: true })) {
    const [balance] = await chain.freeBalances([account], hash, options);
    if (balance === undefined || balance === before) continue;
    before = balance;
    yield { block: number, balance };
  }
}
