/** What a chain starts with: a document that a person can write, as JSON or in a script. */

import type { Amount } from "./amount.ts";

/**
 * The first block of a chain. Everything may be left out.
 *
 * An account is an SS58 address, or the path of a development account such as `//Alice`, whose key
 * derives from a phrase that everybody knows.
 *
 * @example A network of two neurons
 * ```ts
 * import * as bittensor from "bittensor";
 * import assert from "node:assert/strict";
 *
 * await using chain = await bittensor.devchain({
 *   genesis: {
 *     balances: { "//Alice": "1000 tao" },
 *     neurons: [
 *       { hotkey: "//Alice//hotkey", coldkey: "//Alice", stake: "100 tao", weights: [[1, 1]] },
 *       { hotkey: "//Bob//hotkey", coldkey: "//Bob", ip: "203.0.113.7", port: 8091 },
 *     ],
 *   },
 * });
 * const graph = await bittensor.metagraph({ network: chain.endpoint }).sync();
 * assert.equal(graph.n, 2);
 * ```
 */
export interface Genesis {
  /**
   * Free balances by account.
   * @default the six accounts of `devAccounts` with 1,000 tao each
   */
  readonly balances?: Readonly<Record<string, Amount>> | undefined;
  /** The neurons in the order of their uids, which start at 0. @default {none} */
  readonly neurons?: readonly GenesisNeuron[] | undefined;
  /** What else the runtime is to be told. */
  readonly parameters?: GenesisParameters | undefined;
}

/** A neuron of a {@linkcode Genesis}. */
export interface GenesisNeuron {
  /** The account that the neuron signs with; each neuron has its own. */
  readonly hotkey: string;
  /** The account that owns it; it may own several. */
  readonly coldkey: string;
  /** @default {"0 rao"} */
  readonly stake?: Amount | undefined;
  /** What it accrued and has not paid out. @default {"0 rao"} */
  readonly pendingEmission?: Amount | undefined;
  /** The block in which it last paid out. @default {0} */
  readonly lastEmit?: number | undefined;
  /**
   * Pairs of a uid and its weight, as `set_weights` takes them: whole numbers, of which only the
   * proportion counts.
   * @default all weight to itself, as after a subscription
   */
  readonly weights?: readonly (readonly number[])[] | undefined;
  /** IPv4 or IPv6 address where it listens. @default {"0.0.0.0"} */
  readonly ip?: string | undefined;
  /** @default {0} */
  readonly port?: number | undefined;
}

/** Parameters of a {@linkcode Genesis}; the defaults are those of the 2021 runtime. */
export interface GenesisParameters {
  /** What a block pays before the first halving. @default {"0.5 tao"} */
  readonly blockReward?: Amount | undefined;
  /** Blocks between two halvings of the reward. @default {21000000} */
  readonly halvingInterval?: number | undefined;
  /** How many subscriptions a block may hold. @default {25} */
  readonly subscriptionsPerBlock?: number | undefined;
  /** Fees to be part of the reward of block 1. @default {"0 rao"} */
  readonly transactionFeePool?: Amount | undefined;
}
