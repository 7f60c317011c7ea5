/** Subtensor: the client of the Bittensor chain. */

import type { WaitOptions } from "../base/deadline.ts";
import { BittensorError } from "../base/errors.ts";
import type { Address } from "../domain/address.ts";
import { type Rao, rao } from "../domain/balance.ts";
import { findSetting } from "../domain/config.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import { logSuccess } from "../domain/log_event.ts";
import { formatIp, parseIp } from "../domain/ip.ts";
import { Modality } from "../domain/modality.ts";
import type { Signer } from "../domain/signer.ts";
import { BlockState } from "./block_state.ts";
import { type CallPlan, plannedCall } from "./call_plan.ts";
import type { BlockHead, BlocksOptions, Call, Chain } from "./chain.ts";
import {
  type ExtrinsicOptions,
  type ExtrinsicReceipt,
  followExtrinsic,
  submitExtrinsic,
} from "./extrinsic.ts";
import { findNetwork } from "./networks.ts";
import { fetchState, hasSeedEraPallet } from "./pallets/seed_era.ts";
import * as calls from "./pallets/seed_era_calls.ts";
import type {
  ReadOptions,
  SetWeightsOptions,
  StakeOptions,
  SubscribeOptions,
  SubtensorOptions,
  TransferOptions,
} from "./subtensor_options.ts";
import { Turns } from "./turns.ts";
import {
  type BalanceChange,
  type NeuronsChange,
  watchBalance,
  watchNeurons,
  type WatchOptions,
} from "./watch.ts";

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
  const { value: network } = await findSetting("network", options.network);
  const { name, endpoints } = findNetwork(network);
  // Loaded when it is needed: it takes longer to load than all the rest of the toolkit.
  const { connectChain } = await import("./polkadot.ts");
  const chain = await connectChain(endpoints, options);
  if (hasSeedEraPallet(chain)) {
    logSuccess("chain", "Network:", name, "blue");
    logSuccess("chain", "Endpoint:", chain.endpoint, "blue");
    return new Subtensor(name, chain);
  }
  await chain[Symbol.asyncDispose]();
  throw new BittensorError(
    "chain/unsupported",
    `Cannot use the chain at ${chain.endpoint}: ${chain.specName} ${chain.specVersion} has no ` +
      "SubtensorModule of the seed era",
    { hint: "connect to a local network, which bittensor.localnet() starts" },
  );
}

/**
 * A connection to the chain; see {@linkcode subtensor}.
 *
 * Reads take a block, and read at the head without one. A connection that is lost is opened again,
 * with pauses that grow, when it is needed next: reads that were under way are finished, and what was
 * submitted is looked for in the blocks instead of being submitted again.
 */
export class Subtensor implements AsyncDisposable {
  /** Name of the network, or its endpoint when only that was given. */
  readonly network: string;
  readonly #chain: Chain;
  /** Extrinsics of one signer are submitted one after another: each takes the next nonce. */
  readonly #turns = new Turns();

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

  /**
   * The state of one block, the head by default: whatever is read from it belongs together.
   *
   * @throws {BittensorError} `chain/unknown-block`.
   */
  async at(block?: number, options?: WaitOptions): Promise<BlockState> {
    const { hash, number } = await this.#chain.block(block, options);
    return new BlockState(number, await fetchState(this.#chain, hash, options));
  }

  /** Free balance of an account, in rao; zero if it does not exist. */
  async getBalance(address: Address, options: ReadOptions = {}): Promise<Rao> {
    const state = await this.at(options.block, options);
    const [balance = rao(0n)] = await state.balances([address], options);
    return balance;
  }

  /** Free balances of all accounts, in rao. */
  async getBalances(options: ReadOptions = {}): Promise<ReadonlyMap<Address, Rao>> {
    return await (await this.at(options.block, options)).allBalances(options);
  }

  /** All neurons, in the order of their uids. */
  async neurons(options: ReadOptions = {}): Promise<readonly Endpoint[]> {
    return await (await this.at(options.block, options)).neurons(options);
  }

  /** The uids of all hotkeys. */
  async getActive(options: ReadOptions = {}): Promise<ReadonlyMap<Address, number>> {
    return await (await this.at(options.block, options)).active(options);
  }

  /** The uid of a hotkey; undefined if it has no neuron. */
  async getUidForPubkey(hotkey: Address, options: ReadOptions = {}): Promise<number | undefined> {
    return await (await this.at(options.block, options)).uid(hotkey, options);
  }

  /** One neuron; undefined if there is none of this uid. */
  async getNeuronForUid(uid: number, options: ReadOptions = {}): Promise<Endpoint | undefined> {
    return await (await this.at(options.block, options)).neuron(uid, options);
  }

  /** Whether a hotkey has a neuron at this address. */
  async isSubscribed(
    { hotkey, ip, port }: { hotkey: Address; ip: string; port: number },
    options: ReadOptions = {},
  ): Promise<boolean> {
    const text = formatIp(parseIp(ip));
    const neuron = await this.#neuronOf(hotkey, options);
    return neuron?.ip === text && neuron.port === port;
  }

  /** Stake of all neurons in rao, by uid. */
  async getStake(options: ReadOptions = {}): Promise<BigUint64Array> {
    return await (await this.at(options.block, options)).stake(options);
  }

  /** Stake of one neuron, in rao; 0 if there is none of this uid. */
  async getStakeForUid(uid: number, options: ReadOptions = {}): Promise<Rao> {
    return await (await this.at(options.block, options)).stakeOf(uid, options);
  }

  /** Block of the last emission or subscription, by uid. */
  async getLastEmit(options: ReadOptions = {}): Promise<Uint32Array> {
    return await (await this.at(options.block, options)).lastUpdate(options);
  }

  /** The same of one neuron; 0 if there is none of this uid. */
  async getLastEmitDataForUid(uid: number, options: ReadOptions = {}): Promise<number> {
    return await (await this.at(options.block, options)).lastUpdateOf(uid, options);
  }

  /** Row i: the uids that neuron i weighs. */
  async getWeightUids(options: ReadOptions = {}): Promise<Uint32Array[]> {
    return await (await this.at(options.block, options)).weightUids(options);
  }

  /** Row i: the weights of neuron i, in the order of its weight uids; 4294967295 is 1. */
  async getWeightVals(options: ReadOptions = {}): Promise<Uint32Array[]> {
    return await (await this.at(options.block, options)).weightVals(options);
  }

  /** The uids that one neuron weighs. */
  async weightUidsForUid(uid: number, options: ReadOptions = {}): Promise<Uint32Array> {
    return await (await this.at(options.block, options)).weightUidsOf(uid, options);
  }

  /** The weights of one neuron, in the order of its weight uids; 4294967295 is 1. */
  async weightValsForUid(uid: number, options: ReadOptions = {}): Promise<Uint32Array> {
    return await (await this.at(options.block, options)).weightValsOf(uid, options);
  }

  /**
   * Blocks as they come, from the head on, until the loop is left. None is left out: not after a lost
   * connection, and not when the loop is slow, unless `latestOnly` says so.
   *
   * @example Follow the head of a chain
   * ```ts
   * import * as bittensor from "bittensor";
   * import assert from "node:assert/strict";
   *
   * await using chain = await bittensor.devchain({ seal: { intervalMs: 50 } });
   * await using subtensor = await bittensor.subtensor({ network: chain.endpoint });
   * for await (const head of subtensor.blocks({ from: 0 })) {
   *   assert.match(head.hash, /^0x/);
   *   if (head.number === 2) break;
   * }
   * ```
   */
  blocks(options?: BlocksOptions): AsyncIterable<BlockHead> {
    return this.#chain.blocks(options);
  }

  /** The neurons as they are, and then each time when one has changed, until the loop is left. */
  watchNeurons(options?: WatchOptions): AsyncIterable<NeuronsChange> {
    return watchNeurons(this.#chain, options);
  }

  /** The balance of an account as it is, and then each time when it has changed. */
  watchBalance(account: Address, options?: WatchOptions): AsyncIterable<BalanceChange> {
    return watchBalance(this.#chain, account, options);
  }

  /**
   * Registers a neuron, or moves a known one to another address. Nothing is sent if the neuron is
   * there already; the receipt then has no hash.
   *
   * @throws {BittensorError} `ip/invalid`, `chain/invalid-port`, `address/invalid`, and those of
   * {@linkcode Subtensor.transfer}.
   * @throws {ExtrinsicError} If the chain refuses it, such as `SubtensorModule.InvalidIpAddress`.
   */
  async subscribe(options: SubscribeOptions): Promise<ExtrinsicReceipt> {
    const { hotkey: signer, coldkey, ip, port, modality = Modality.TEXT } = options;
    const hotkey = signer.address;
    const call = calls.subscribeCall({ hotkey, coldkey, ip, port, modality });
    const { timeoutMs, signal } = options;
    const known = await this.#neuronOf(hotkey, { timeoutMs, signal });
    const isThere = known?.ip === formatIp(parseIp(ip)) && known.port === port &&
      known.modality === modality && known.coldkey === coldkey;
    if (!isThere) return await this.#send(call, signer, options);
    const [, place] = call.note;
    logSuccess("chain", "Subscribed with", place, "blue");
    return { fee: rao(0n), finalized: false, events: [] };
  }

  /**
   * Sets the weights of a neuron; see {@linkcode normalizeWeights} for what the chain stores.
   *
   * @throws {BittensorError} `chain/invalid-weights`, and those of {@linkcode Subtensor.transfer}.
   * @throws {ExtrinsicError} If the chain refuses them, such as `SubtensorModule.InvalidUid`.
   */
  async setWeights(options: SetWeightsOptions): Promise<ExtrinsicReceipt> {
    const call = calls.setWeightsCall(options.uids, options.weights);
    return await this.#send(call, options.hotkey, options);
  }

  /**
   * Moves balance of a coldkey to the stake of one of its neurons.
   *
   * @throws {BittensorError} Those of {@linkcode Subtensor.transfer}.
   * @throws {ExtrinsicError} If the chain refuses it, such as `SubtensorModule.NotActive`.
   */
  async addStake(options: StakeOptions): Promise<ExtrinsicReceipt> {
    const call = calls.addStakeCall(options.hotkey, options.amount);
    return await this.#send(call, options.coldkey, options);
  }

  /**
   * Moves stake of a neuron back to the balance of its coldkey.
   *
   * @throws {BittensorError} Those of {@linkcode Subtensor.transfer}.
   * @throws {ExtrinsicError} If the chain refuses it, such as
   * `SubtensorModule.NotEnoughStaketoWithdraw`.
   */
  async removeStake(options: StakeOptions): Promise<ExtrinsicReceipt> {
    const call = calls.removeStakeCall(options.hotkey, options.amount);
    return await this.#send(call, options.coldkey, options);
  }

  /**
   * Moves balance to another account.
   *
   * @throws {BittensorError} `address/invalid`, `chain/invalid-amount` and
   * `chain/insufficient-balance` before anything is sent; `chain/extrinsic-refused` if no node takes
   * it; `chain/extrinsic-unknown` if what became of it was not found out in time.
   * @throws {ExtrinsicError} If the chain refuses it, such as `Balances.ExistentialDeposit`.
   */
  async transfer(options: TransferOptions): Promise<ExtrinsicReceipt> {
    const call = calls.transferCall(options.dest, options.amount);
    return await this.#send(call, options.coldkey, options);
  }

  /**
   * What including a call would cost its signer, in rao. Nothing is sent, and no key is needed.
   *
   * @throws {BittensorError} If an argument of the call cannot be used.
   *
   * @example Ask first
   * ```ts
   * import * as bittensor from "bittensor";
   * import assert from "node:assert/strict";
   *
   * await using chain = await bittensor.devchain();
   * await using subtensor = await bittensor.subtensor({ network: chain.endpoint });
   * const [alice, bob] = ["//Alice", "//Bob"].map(bittensor.keypairFromUri);
   * const fee = await subtensor.estimateFee({
   *   call: "transfer",
   *   coldkey: alice!.address,
   *   dest: bob!.address,
   *   amount: bittensor.tao("1"),
   * });
   * assert(fee > 0n);
   * ```
   */
  async estimateFee(plan: CallPlan, options?: WaitOptions): Promise<Rao> {
    const { call, signer } = plannedCall(plan);
    return await this.#chain.fee(call, signer, options);
  }

  /** Text form of the tutorial: `Subtensor (local:ws://127.0.0.1:9944)`. */
  toString(): string {
    const { network, endpoint } = this;
    return network === endpoint ? `Subtensor (${endpoint})` : `Subtensor (${network}:${endpoint})`;
  }

  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chain[Symbol.asyncDispose]();
  }

  async #send(call: Call, signer: Signer, options: ExtrinsicOptions): Promise<ExtrinsicReceipt> {
    const submit = () => {
      options.signal?.throwIfAborted();
      return submitExtrinsic(this.#chain, call, signer, options);
    };
    const extrinsic = await this.#turns.take(signer.address, submit, options.signal);
    const receipt = await followExtrinsic(this.#chain, extrinsic, options);
    if (receipt.blockHash !== undefined) logSuccess("chain", ...call.note, "blue");
    return receipt;
  }

  async #neuronOf(hotkey: Address, options: ReadOptions): Promise<Endpoint | undefined> {
    const state = await this.at(options.block, options);
    const uid = await state.uid(hotkey, options);
    return uid === undefined ? undefined : await state.neuron(uid, options);
  }
}
