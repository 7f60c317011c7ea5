/** Pallet TransactionPayment: the part of a fee that is paid before the call and then burned. */

import { bool, struct, u128, u32, u8, vec, wrapper } from "../scale/scale_type.ts";
import type { State } from "../state/overlay.ts";
import { BASE_EXTRINSIC_WEIGHT } from "./block_limits.ts";
import { type Call, type Pallet, palletConstant } from "./pallet.ts";
import { PalletStorage } from "./storage.ts";

/** Rao for each byte of an extrinsic. */
const BYTE_FEE = 1n;

const prefix = new PalletStorage("TransactionPayment");
const nextFeeMultiplier = prefix.value(
  "NextFeeMultiplier",
  wrapper("sp_arithmetic::fixed_point::FixedU128", u128),
  10n ** 18n,
  "What the weight part of a fee is multiplied with, in units of 10^-18.",
);

/**
 * Sets the multiplier to 0 in the genesis block: the weight of a call costs nothing.
 *
 * Spec 100 does so at the end of its first block; here the first block is like all others.
 */
export function clearFeeMultiplier(state: State): void {
  nextFeeMultiplier.put(state, 0n);
}

/** The parts of a fee, in rao; weight costs nothing. */
export interface InclusionFee {
  readonly base: bigint;
  readonly length: bigint;
}

/** The parts of the fee of an extrinsic of `length` bytes, unless its call is free. */
export function inclusionFeeParts(
  call: Pick<Call, "paysFee">,
  length: number,
): InclusionFee | undefined {
  return call.paysFee
    ? { base: BASE_EXTRINSIC_WEIGHT, length: BYTE_FEE * BigInt(length) }
    : undefined;
}

/** The fee of an extrinsic of `length` bytes, in rao, without a tip. */
export function inclusionFee(call: Pick<Call, "paysFee">, length: number): bigint {
  const parts = inclusionFeeParts(call, length);
  return parts === undefined ? 0n : parts.base + parts.length;
}

const coefficient = struct("frame_support::weights::WeightToFeeCoefficient", {
  coeff_integer: u128,
  coeff_frac: wrapper("sp_arithmetic::per_things::Perbill", u32),
  negative: bool,
  degree: u8,
});

export const transactionPayment: Pallet = {
  name: "TransactionPayment",
  crate: "pallet_transaction_payment",
  index: 6,
  storage: { prefix: prefix.name, items: [nextFeeMultiplier] },
  constants: [
    palletConstant("TransactionByteFee", u128, BYTE_FEE, "Fee for each byte, in rao."),
    palletConstant(
      "WeightToFee",
      vec(coefficient),
      [{ coeff_integer: 1n, coeff_frac: 0, negative: false, degree: 1 }],
      "Polynomial from weight to fee.",
    ),
  ],
};
