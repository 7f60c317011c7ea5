/** What is checked of an extrinsic before it may be in a block. */

import type { Hex } from "../scale/hex.ts";
import type { ReadableState } from "../state/overlay.ts";
import { canWithdraw } from "./balances.ts";
import { eraBirth } from "./era.ts";
import { isSignedFor, type SignedExtrinsic } from "./extrinsic.ts";
import { pooledFee } from "./subtensor/pooled_fee.ts";
import { accountOf, hashOfBlock } from "./system.ts";
import { inclusionFee } from "./transaction_payment.ts";
import { invalidTransaction } from "./transaction_refused.ts";

/**
 * Checks the signature, for a block of number `blockNumber`.
 *
 * An extrinsic whose era is over has a bad signature: the chain expects another birth block.
 *
 * @throws {TransactionRefused} `AncientBirthBlock` or `BadProof`.
 */
export function checkSignature(
  state: ReadableState,
  blockNumber: number,
  genesisHash: Hex,
  extrinsic: SignedExtrinsic,
): void {
  const birth = eraBirth(extrinsic.era, blockNumber);
  const birthHash = birth === 0 ? genesisHash : hashOfBlock(state, birth);
  if (birthHash === undefined) throw invalidTransaction("AncientBirthBlock");
  if (!isSignedFor(extrinsic, genesisHash, birthHash)) throw invalidTransaction("BadProof");
}

/**
 * Checks everything that the state can change: class, nonce and fees.
 *
 * @returns how many extrinsics of the signer are missing before this one.
 * @throws {TransactionRefused} `MandatoryDispatch`, `Stale` or `Payment`.
 */
export function checkState(state: ReadableState, extrinsic: SignedExtrinsic): number {
  if (extrinsic.call.class === "Mandatory") throw invalidTransaction("MandatoryDispatch");
  const missing = extrinsic.nonce - accountOf(state, extrinsic.signer).nonce;
  if (missing < 0) throw invalidTransaction("Stale");
  if (!canPay(state, extrinsic)) throw invalidTransaction("Payment");
  return missing;
}

/** What is taken from the signer before the call, in rao. */
export function chargeOf({ call, bytes, tip }: SignedExtrinsic): bigint {
  return inclusionFee(call, bytes.length) + tip;
}

/** The charge must leave the existential deposit, and at least what the pooled fee will be. */
function canPay(state: ReadableState, extrinsic: SignedExtrinsic): boolean {
  const { signer, call, bytes } = extrinsic;
  const charge = chargeOf(extrinsic);
  if (charge === 0n) return true;
  const { free } = accountOf(state, signer).data;
  return canWithdraw(state, signer, charge) && free - charge >= pooledFee(call, bytes.length);
}
