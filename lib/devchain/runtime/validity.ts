/** What is checked of an extrinsic before it may be in a block. */

import type { Hex } from "../scale/hex.ts";
import type { ReadableState } from "../state/overlay.ts";
import { canWithdraw } from "./balances.ts";
import { MAX_NORMAL_LENGTH, MAX_WEIGHT } from "./block_limits.ts";
import { eraBirth, eraDeath } from "./era.ts";
import { isSignedFor, type SignedExtrinsic } from "./extrinsic.ts";
import { canPayPooledFee, pooledFeeOf } from "./subtensor/pooled_fee.ts";
import { setWeights } from "./subtensor/set_weights.ts";
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
  const { signer } = extrinsic;
  const charge = chargeOf(extrinsic);
  if (charge === 0n) return true;
  const { free } = accountOf(state, signer).data;
  return canWithdraw(state, signer, charge) && canPayPooledFee(state, extrinsic, free - charge);
}

/** Where an extrinsic stands in the pool. */
export interface PoolPlace {
  /** Higher ones go first. */
  readonly priority: bigint;
  /** Blocks after this one until it is no more valid. */
  readonly longevity: bigint;
}

const MAX_U64 = 2n ** 64n - 1n;

/**
 * The place of an extrinsic in the pool, seen from the next block.
 *
 * `set_weights` stands behind all other calls, by what it pays for each byte, and only for one block.
 */
export function placeInPool(
  state: ReadableState,
  blockNumber: number,
  extrinsic: SignedExtrinsic,
): PoolPlace {
  const { call, era, bytes } = extrinsic;
  const length = BigInt(bytes.length);
  const death = eraDeath(era, blockNumber);
  const lifetime = (death === Infinity ? MAX_U64 : BigInt(death)) - BigInt(blockNumber);
  if (call !== setWeights) return { priority: MAX_U64, longevity: lifetime };
  const capacity = minimum(MAX_WEIGHT, BigInt(MAX_NORMAL_LENGTH) / length);
  const priority = pooledFeeOf(state, extrinsic).amount / length + chargeOf(extrinsic) * capacity;
  return { priority: minimum(priority, MAX_U64), longevity: minimum(lifetime, 1n) };
}

function minimum(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
