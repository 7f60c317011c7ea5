/** What the chain knows of a wallet. */

import type { Subtensor } from "../chain/subtensor.ts";
import type { ReadOptions } from "../chain/subtensor_options.ts";
import type { Address } from "../domain/address.ts";
import { type Rao, rao } from "../domain/balance.ts";

/** Options of what a wallet reads from the chain. */
export interface OnChainOptions extends ReadOptions {
  /** The connection to read through. */
  readonly subtensor: Pick<Subtensor, "at" | "getBalance" | "getUidForPubkey">;
}

/** Stake of the neuron of a hotkey, in rao; 0 if it has none. Uid and stake are of one block. */
export async function fetchStake(hotkey: Address, options: OnChainOptions): Promise<Rao> {
  const state = await options.subtensor.at(options.block, options);
  const uid = await state.uid(hotkey, options);
  return uid === undefined ? rao(0n) : await state.stakeOf(uid, options);
}
