/** The part of a fee that is paid after the call and shared among the neurons a block later. */

import type { ReadableState, State } from "../../state/overlay.ts";
import { canWithdraw, withdraw } from "../balances.ts";
import type { SignedExtrinsic } from "../extrinsic.ts";
import type { CallContext } from "../pallet.ts";
import type { AccountId } from "../primitives.ts";
import { selfEmission } from "./emission.ts";
import { setWeights } from "./set_weights.ts";
import { changeStake, removeStake } from "./stake.ts";
import { active, stake, transactionFeePool, transactionFeesForBlock } from "./storage.ts";

/** Rao for each byte of an extrinsic whose call succeeded. */
const FEE_PER_BYTE = 100n;

/** The U64F64 number nearest to 0.01: the part of its self emission that `set_weights` costs. */
const WEIGHTS_FEE = 184_467_440_737_095_520n;
const FRACTION_BITS = 64n;
const HALF = 1n << (FRACTION_BITS - 1n);

type Payment = Pick<SignedExtrinsic, "call" | "callBytes" | "bytes" | "signer">;

/** What an extrinsic will owe to the pool if its call succeeds, in rao. */
export interface PooledFee {
  readonly amount: bigint;
  /** What it is taken from. */
  readonly from: "balance" | "stake";
}

/** The pooled fee of an extrinsic, which depends on the state before its call. */
export function pooledFeeOf(state: ReadableState, { call, bytes, signer }: Payment): PooledFee {
  if (call === setWeights) return { amount: weightsFee(state, signer), from: "stake" };
  return { amount: call.paysFee ? FEE_PER_BYTE * BigInt(bytes.length) : 0n, from: "balance" };
}

/** To the nearest rao, halves up. An unknown hotkey reads as uid 0, whose call will fail. */
function weightsFee(state: ReadableState, hotkey: AccountId): bigint {
  const emission = selfEmission(state, active.get(state, hotkey));
  return (emission * WEIGHTS_FEE + HALF) >> FRACTION_BITS;
}

/**
 * Whether the signer will be able to pay to the pool, with `rest` left of its balance.
 *
 * For `remove_stake` the stake of the neuron may stand in.
 */
export function canPayPooledFee(state: ReadableState, payment: Payment, rest: bigint): boolean {
  const { amount, from } = pooledFeeOf(state, payment);
  if (from === "stake" || rest >= amount) return true;
  if (payment.call !== removeStake) return false;
  const { hotkey } = removeStake.decode(payment.callBytes.subarray(2));
  return stake.get(state, active.get(state, hotkey)) >= amount;
}

/**
 * Collects the pooled fee of a call that succeeded.
 *
 * An account that the call left too poor pays nothing, yet the pool grows: spec 100 does so.
 */
export function collectPooledFee(
  context: CallContext,
  signer: AccountId,
  { amount, from }: PooledFee,
): void {
  const { state } = context;
  if (amount === 0n) return;
  if (from === "stake") changeStake(state, active.get(state, signer), -amount);
  else if (canWithdraw(state, signer, amount)) withdraw(context, signer, amount);
  transactionFeePool.put(state, transactionFeePool.get(state) + amount);
}

/** Opens a block: what the block before pooled becomes part of this block's reward. */
export function movePooledFees(state: State): void {
  transactionFeesForBlock.put(state, transactionFeePool.get(state));
  transactionFeePool.put(state, 0n);
}
