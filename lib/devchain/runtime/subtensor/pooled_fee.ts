/** The part of a fee that is paid after the call and shared among the neurons a block later. */

import type { State } from "../../state/overlay.ts";
import { canWithdraw, withdraw } from "../balances.ts";
import type { Call, CallContext } from "../pallet.ts";
import type { AccountId } from "../primitives.ts";
import { transactionFeePool, transactionFeesForBlock } from "./storage.ts";

/** Rao for each byte of an extrinsic whose call succeeded. */
const POOLED_FEE_PER_BYTE = 100n;

/** The pooled fee of an extrinsic of `length` bytes, in rao. */
export function pooledFee(call: Pick<Call, "paysFee">, length: number): bigint {
  return call.paysFee ? POOLED_FEE_PER_BYTE * BigInt(length) : 0n;
}

/**
 * Collects the pooled fee of a call that succeeded.
 *
 * An account that the call left too poor pays nothing, yet the pool grows: spec 100 does so.
 */
export function collectPooledFee(context: CallContext, signer: AccountId, fee: bigint): void {
  const { state } = context;
  if (fee === 0n) return;
  if (canWithdraw(state, signer, fee)) withdraw(context, signer, fee);
  transactionFeePool.put(state, transactionFeePool.get(state) + fee);
}

/** Opens a block: what the block before pooled becomes part of this block's reward. */
export function movePooledFees(state: State): void {
  transactionFeesForBlock.put(state, transactionFeePool.get(state));
  transactionFeePool.put(state, 0n);
}
