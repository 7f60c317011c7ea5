/** The state of one block. */

import type { WaitOptions } from "../base/deadline.ts";
import type { Address } from "../domain/address.ts";
import { type Rao, rao } from "../domain/balance.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import type { Hex } from "./chain.ts";
import * as seedEra from "./pallets/seed_era.ts";
import { readUint } from "./scale.ts";

/**
 * The state of one block: whatever is read from it belongs together. Uids run from 0 to n − 1, and
 * columns are indexed by uid.
 */
export class BlockState {
  /** Number of the block. */
  readonly block: number;
  readonly #state: seedEra.PalletState;
  readonly #uids: readonly number[];

  /** @internal Use `Subtensor.at()`. */
  constructor(block: number, state: seedEra.PalletState) {
    this.block = block;
    this.#state = state;
    this.#uids = seedEra.allUids(state);
  }

  /** Hash of the block. */
  get hash(): Hex {
    return this.#state.at;
  }

  /** When the block was made, in milliseconds since 1970; 0 for the genesis block. */
  async timestamp(options?: WaitOptions): Promise<number> {
    const { chain, at } = this.#state;
    const [bytes] = await chain.values("Timestamp", "Now", [new Uint8Array()], at, options);
    return bytes === undefined ? 0 : Number(readUint(bytes, 0, 8));
  }

  /** Number of neurons. */
  get n(): number {
    return this.#state.n;
  }

  /** Who the neurons are and where they listen. */
  neurons(options?: WaitOptions): Promise<Endpoint[]> {
    return seedEra.fetchNeurons(this.#state, this.#uids, options);
  }

  /** One neuron; undefined if there is none of this uid. */
  async neuron(uid: number, options?: WaitOptions): Promise<Endpoint | undefined> {
    const [neuron] = await seedEra.fetchNeurons(this.#state, this.#known(uid), options);
    return neuron;
  }

  /** The uid of a hotkey; undefined if it has no neuron. */
  uid(hotkey: Address, options?: WaitOptions): Promise<number | undefined> {
    return seedEra.fetchUid(this.#state, hotkey, options);
  }

  /** The uids of all hotkeys. */
  active(options?: WaitOptions): Promise<ReadonlyMap<Address, number>> {
    return seedEra.fetchActive(this.#state, options);
  }

  /** Stake in rao. */
  stake(options?: WaitOptions): Promise<BigUint64Array> {
    return seedEra.fetchStake(this.#state, this.#uids, options);
  }

  /** Stake of one neuron, in rao; 0 if there is none of this uid. */
  async stakeOf(uid: number, options?: WaitOptions): Promise<Rao> {
    const [stake = 0n] = await seedEra.fetchStake(this.#state, this.#known(uid), options);
    return rao(stake);
  }

  /** Block of the last emission or subscription. */
  lastUpdate(options?: WaitOptions): Promise<Uint32Array> {
    return seedEra.fetchLastUpdate(this.#state, this.#uids, options);
  }

  /** The same of one neuron; 0 if there is none of this uid. */
  async lastUpdateOf(uid: number, options?: WaitOptions): Promise<number> {
    const [block = 0] = await seedEra.fetchLastUpdate(this.#state, this.#known(uid), options);
    return block;
  }

  /** Row i: the uids that neuron i weighs. */
  weightUids(options?: WaitOptions): Promise<Uint32Array[]> {
    return seedEra.fetchWeightUids(this.#state, this.#uids, options);
  }

  /** The uids that one neuron weighs; none if there is no such neuron. */
  async weightUidsOf(uid: number, options?: WaitOptions): Promise<Uint32Array> {
    const [row] = await seedEra.fetchWeightUids(this.#state, this.#known(uid), options);
    return row ?? new Uint32Array();
  }

  /** Row i: the weights of neuron i, in the order of its weight uids; 4294967295 is 1. */
  weightVals(options?: WaitOptions): Promise<Uint32Array[]> {
    return seedEra.fetchWeightVals(this.#state, this.#uids, options);
  }

  /** The weights of one neuron, in the order of its weight uids; 4294967295 is 1. */
  async weightValsOf(uid: number, options?: WaitOptions): Promise<Uint32Array> {
    const [row] = await seedEra.fetchWeightVals(this.#state, this.#known(uid), options);
    return row ?? new Uint32Array();
  }

  /** Free balances of accounts, in rao; zero for accounts that do not exist. */
  balances(addresses: readonly Address[], options?: WaitOptions): Promise<Rao[]> {
    const { chain, at } = this.#state;
    return chain.freeBalances(addresses, at, options);
  }

  /** Free balances of all accounts, in rao. */
  allBalances(options?: WaitOptions): Promise<ReadonlyMap<Address, Rao>> {
    const { chain, at } = this.#state;
    return chain.allFreeBalances(at, options);
  }

  #known(uid: number): readonly number[] {
    return Number.isInteger(uid) && uid >= 0 && uid < this.n ? [uid] : [];
  }
}
