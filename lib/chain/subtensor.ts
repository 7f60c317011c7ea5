/** Subtensor: the client of the Bittensor chain. */

import type { WaitOptions } from "../base/deadline.ts";
import { BittensorError } from "../base/errors.ts";
import type { Address } from "../domain/address.ts";
import type { Rao } from "../domain/balance.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import { Modality } from "../domain/modality.ts";
import type { Signer } from "../domain/signer.ts";
import type { Chain, Hex } from "./chain.ts";
import { type ExtrinsicOptions, type ExtrinsicReceipt, submitExtrinsic } from "./extrinsic.ts";
import { findNetwork } from "./networks.ts";
import * as seedEra from "./pallets/seed_era.ts";
import { connectChain } from "./polkadot.ts";

/** Options of {@linkcode subtensor}. */
export interface SubtensorOptions extends WaitOptions {
  /** A network by name, or the WebSocket URL of a node. @default {"local"} */
  readonly network?: string | undefined;
}

/** Options of {@linkcode Subtensor.subscribe}. */
export interface SubscribeOptions extends ExtrinsicOptions {
  /** Key of the neuron; signs the extrinsic and needs no balance. */
  readonly hotkey: Signer;
  /** Account that owns the neuron. */
  readonly coldkey: Address;
  /** Address under which other neurons reach it; the chain refuses 127.0.0.1 and ::1. */
  readonly ip: string;
  readonly port: number;
  /** @default {Modality.TEXT} */
  readonly modality?: Modality | undefined;
}

/**
 * Connects to the chain of a network.
 *
 * @throws {BittensorError} `chain/unknown-network`; `chain/unreachable` if no node answers in
 * `timeoutMs` (20 s by default); `chain/unsupported` if its chain is not one of the seed era.
 *
 * @example Ask a local network for its block
 * ```ts
 * import * as bittensor from "bittensor";
 * import assert from "node:assert/strict";
 *
 * await using chain = await bittensor.devchain();
 * await using subtensor = await bittensor.subtensor({ network: chain.endpoint });
 * assert.equal(await subtensor.getCurrentBlock(), 0);
 * ```
 */
export async function subtensor(options: SubtensorOptions = {}): Promise<Subtensor> {
  const { name, endpoint } = findNetwork(options.network ?? "local");
  const chain = await connectChain(endpoint, options);
  if (seedEra.hasSeedEraPallet(chain)) return new Subtensor(name, chain);
  await chain[Symbol.asyncDispose]();
  throw new BittensorError(
    "chain/unsupported",
    `Cannot use the chain at ${chain.endpoint}: ${chain.specName} ${chain.specVersion} has no ` +
      "SubtensorModule of the seed era",
    { hint: "connect to a local network, which bittensor.localnet() starts" },
  );
}

/** A connection to the chain; see {@linkcode subtensor}. */
export class Subtensor implements AsyncDisposable {
  /** Name of the network, or its endpoint when only that was given. */
  readonly network: string;
  readonly #chain: Chain;

  /** @internal Use {@linkcode subtensor}. */
  constructor(network: string, chain: Chain) {
    this.network = network;
    this.#chain = chain;
  }

  /** WebSocket URL of the node. */
  get endpoint(): string {
    return this.#chain.endpoint;
  }

  /** Number of the block at the head. */
  async getCurrentBlock(options?: WaitOptions): Promise<number> {
    return (await this.#chain.block(undefined, options)).number;
  }

  /** Free balance of an account, in rao, at the head or at a block; zero if it does not exist. */
  async getBalance(
    address: Address,
    options: WaitOptions & { readonly block?: number | undefined } = {},
  ): Promise<Rao> {
    const state = await this.at(options.block, options);
    const [balance] = await state.balances([address], options);
    return balance!;
  }

  /** All neurons, in the order of their uids, at the head or at a block. */
  async neurons(
    options: WaitOptions & { readonly block?: number | undefined } = {},
  ): Promise<readonly Endpoint[]> {
    return await (await this.at(options.block, options)).neurons(options);
  }

  /** The state of one block, the head by default: whatever is read from it belongs together. */
  async at(block?: number, options?: WaitOptions): Promise<BlockState> {
    const { hash, number } = await this.#chain.block(block, options);
    return new BlockState(number, await seedEra.fetchState(this.#chain, hash, options));
  }

  /**
   * Registers a neuron, or moves a known one to another address.
   *
   * @throws {BittensorError} `ip/invalid`, `chain/invalid-port`, `chain/extrinsic-refused`.
   * @throws {ExtrinsicError} If the chain refuses it, such as `SubtensorModule.InvalidIpAddress`.
   */
  async subscribe(options: SubscribeOptions): Promise<ExtrinsicReceipt> {
    const { hotkey, coldkey, ip, port, modality = Modality.TEXT } = options;
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new BittensorError("chain/invalid-port", `Cannot subscribe with the port ${port}`, {
        hint: "a port is a whole number from 1 to 65535",
      });
    }
    const call = seedEra.subscribeCall({ ip, port, modality, coldkey });
    return await submitExtrinsic(this.#chain, call, hotkey, options);
  }

  /** Text form of the tutorial: `Subtensor (local:ws://127.0.0.1:9944)`. */
  toString(): string {
    const { network, endpoint } = this;
    return network === endpoint ? `Subtensor (${endpoint})` : `Subtensor (${network}:${endpoint})`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chain[Symbol.asyncDispose]();
  }
}

/** The state of one block. Uids run from 0 to n − 1, and columns are indexed by uid. */
export class BlockState {
  /** Number of the block. */
  readonly block: number;
  readonly #state: seedEra.PalletState;

  /** @internal Use {@linkcode Subtensor.at}. */
  constructor(block: number, state: seedEra.PalletState) {
    this.block = block;
    this.#state = state;
  }

  /** Hash of the block. */
  get hash(): Hex {
    return this.#state.at;
  }

  /** Number of neurons. */
  get n(): number {
    return this.#state.n;
  }

  /** Who the neurons are and where they listen. */
  neurons(options?: WaitOptions): Promise<Endpoint[]> {
    return seedEra.fetchNeurons(this.#state, options);
  }

  /** Stake in rao. */
  stake(options?: WaitOptions): Promise<BigUint64Array> {
    return seedEra.fetchStake(this.#state, options);
  }

  /** Block of the last emission or subscription. */
  lastUpdate(options?: WaitOptions): Promise<Uint32Array> {
    return seedEra.fetchLastUpdate(this.#state, options);
  }

  /** Row i: the uids that neuron i weighs. */
  weightUids(options?: WaitOptions): Promise<Uint32Array[]> {
    return seedEra.fetchWeightUids(this.#state, options);
  }

  /** Row i: the weights of neuron i, in the order of its weight uids; 4294967295 is 1. */
  weightVals(options?: WaitOptions): Promise<Uint32Array[]> {
    return seedEra.fetchWeightVals(this.#state, options);
  }

  /** Free balances of accounts, in rao. */
  balances(addresses: readonly Address[], options?: WaitOptions): Promise<Rao[]> {
    const { chain, at } = this.#state;
    return chain.freeBalances(addresses, at, options);
  }
}
