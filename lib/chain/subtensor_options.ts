/** What the calls of a subtensor take. */

import type { WaitOptions } from "../base/deadline.ts";
import type { Address } from "../domain/address.ts";
import type { Rao } from "../domain/balance.ts";
import type { Modality } from "../domain/modality.ts";
import type { Signer } from "../domain/signer.ts";
import type { ExtrinsicOptions } from "./extrinsic.ts";

/** Options of {@linkcode subtensor}. */
export interface SubtensorOptions extends WaitOptions {
  /**
   * A network by name, the WebSocket URL of a node, or the URLs of several nodes of one chain,
   * separated by commas: when one is lost, the next one is used.
   *
   * @default what `BT_NETWORK` says, else the config file, else `local`
   */
  readonly network?: string | undefined;
}

/** Options of everything that is read from a block. */
export interface ReadOptions extends WaitOptions {
  /** Number of the block. @default the head */
  readonly block?: number | undefined;
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

/** Options of {@linkcode Subtensor.setWeights}. */
export interface SetWeightsOptions extends ExtrinsicOptions {
  /** Key of the neuron that sets its weights; signs the extrinsic. */
  readonly hotkey: Signer;
  /** The neurons that it weighs. */
  readonly uids: ArrayLike<number | bigint>;
  /** One weight for each of `uids`, 0 or more: only their proportions count. */
  readonly weights: ArrayLike<number>;
}

/** Options of {@linkcode Subtensor.addStake} and {@linkcode Subtensor.removeStake}. */
export interface StakeOptions extends ExtrinsicOptions {
  /** Account that owns the neuron; signs the extrinsic and pays its fee. */
  readonly coldkey: Signer;
  /** Key of the neuron. */
  readonly hotkey: Address;
  /** How much, in rao. */
  readonly amount: Rao;
}

/** Options of {@linkcode Subtensor.transfer}. */
export interface TransferOptions extends ExtrinsicOptions {
  /** Account that pays; signs the extrinsic and pays its fee. */
  readonly coldkey: Signer;
  /** Account that receives. */
  readonly dest: Address;
  /** How much the receiver gets, in rao. */
  readonly amount: Rao;
}
