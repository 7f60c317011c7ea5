/** Calls of the seed era: their arguments are checked before anything is sent. */

import { BittensorError } from "../../base/errors.ts";
import { type Address, address, publicKeyOf } from "../../domain/address.ts";
import { formatTao, type Rao } from "../../domain/balance.ts";
import { parseIp } from "../../domain/ip.ts";
import type { Modality } from "../../domain/modality.ts";
import type { Call } from "../chain.ts";
import { toHex } from "../hex.ts";
import { normalizeWeights } from "../weights.ts";
import { PALLET } from "./seed_era.ts";

/** The chain counts stake in 64 bits. */
const MOST_RAO = 2n ** 64n - 1n;

/** What a neuron tells the chain about itself. */
export interface Subscription {
  /** Key of the neuron. */
  readonly hotkey: Address;
  readonly ip: string;
  readonly port: number;
  readonly modality: Modality;
  /** Account that owns the neuron. */
  readonly coldkey: Address;
}

/**
 * Registers a neuron, or moves a known one to another address; signed by the hotkey.
 *
 * @throws {BittensorError} `ip/invalid`, `chain/invalid-port`, `address/invalid`.
 */
export function subscribeCall({ hotkey, ip, port, modality, coldkey }: Subscription): Call {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new BittensorError("chain/invalid-port", `Cannot subscribe with the port ${port}`, {
      hint: "a port is a whole number from 1 to 65535",
    });
  }
  const { value, type } = parseIp(ip);
  const owner = publicKeyOf(address(coldkey));
  const place = `ip: ${ip}, port: ${port}, modality: ${modality}, ` +
    `hotkey: ${toHex(publicKeyOf(hotkey))}, coldkey: ${toHex(owner)}`;
  const args = [value, port, type, modality, owner];
  return { pallet: PALLET, name: "subscribe", args, note: ["Subscribed:", place] };
}

/**
 * Sets the weights of a neuron; signed by its hotkey.
 *
 * @throws {BittensorError} `chain/invalid-weights`.
 */
export function setWeightsCall(
  uids: ArrayLike<number | bigint>,
  weights: ArrayLike<number>,
): Call {
  const { uids: dests, values } = normalizeWeights(uids, weights);
  if (new Set(dests).size < dests.length) {
    throw new BittensorError(
      "chain/invalid-weights",
      "Cannot use these weights: a uid is there twice",
      { hint: "pass each uid once" },
    );
  }
  const pairs = Array.from(uids, (uid, index) => `${uid}: ${weights[index]}`).join(", ");
  const note = ["Set weights:", pairs] as const;
  return { pallet: PALLET, name: "set_weights", args: [dests, values], note };
}

/**
 * Moves balance of a coldkey to the stake of one of its hotkeys; signed by the coldkey.
 *
 * @throws {BittensorError} `address/invalid`, `chain/invalid-amount`.
 */
export function addStakeCall(hotkey: Address, amount: Rao): Call {
  checkAmount(amount);
  const args = [publicKeyOf(address(hotkey)), amount];
  const note = ["Staked:", `${formatTao(amount)}->${hotkey}`] as const;
  return { pallet: PALLET, name: "add_stake", args, note, spends: amount };
}

/**
 * Moves stake of a hotkey back to the balance of its coldkey; signed by the coldkey.
 *
 * @throws {BittensorError} `address/invalid`, `chain/invalid-amount`.
 */
export function removeStakeCall(hotkey: Address, amount: Rao): Call {
  checkAmount(amount);
  const args = [publicKeyOf(address(hotkey)), amount];
  const note = ["Unstaked:", `${formatTao(amount)}<-${hotkey}`] as const;
  return { pallet: PALLET, name: "remove_stake", args, note };
}

/**
 * Moves balance to another account.
 *
 * @throws {BittensorError} `address/invalid`, `chain/invalid-amount`.
 */
export function transferCall(dest: Address, amount: Rao): Call {
  checkAmount(amount);
  const args = [{ Id: publicKeyOf(address(dest)) }, amount];
  const note = ["Transferred:", `${formatTao(amount)}->${dest}`] as const;
  return { pallet: "Balances", name: "transfer", args, note, spends: amount };
}

function checkAmount(amount: Rao): void {
  if (typeof amount !== "bigint") {
    throw new TypeError(`Cannot use the amount ${amount}: pass rao, such as tao("1.5")`);
  }
  if (amount > 0n && amount <= MOST_RAO) return;
  throw new BittensorError("chain/invalid-amount", `Cannot use the amount ${formatTao(amount)}`, {
    hint: `an amount is more than 0, and at most ${MOST_RAO} rao`,
  });
}
