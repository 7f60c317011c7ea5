import type { SignedExtrinsic } from "../runtime/extrinsic.ts";
import type { Hex } from "../scale/hex.ts";

/** What happens to an extrinsic, as Substrate names it. */
export type TransactionStatus =
  | "future"
  | "ready"
  | "invalid"
  | "dropped"
  | { readonly inBlock: Hex }
  | { readonly retracted: Hex }
  | { readonly usurped: Hex }
  | { readonly finalized: Hex };

/** Whether nothing more will happen to the extrinsic. */
export function isLast(status: TransactionStatus): boolean {
  return typeof status === "object"
    ? "finalized" in status || "usurped" in status
    : status === "invalid" || status === "dropped";
}

/** An extrinsic that asks for a place in the pool. */
export interface PoolCandidate {
  readonly extrinsic: SignedExtrinsic;
  /** Higher ones go first. */
  readonly priority: bigint;
  /** The first block in which it is no more valid. */
  readonly validUntil: number;
  /** Hears what happens to it. */
  readonly notify: (status: TransactionStatus) => void;
}

/** An extrinsic that waits for a block. */
export interface PoolEntry extends PoolCandidate {
  /** How many came before it. */
  readonly arrival: number;
}

/**
 * Which of two extrinsics goes first, for sorting: the higher priority, then what ends sooner, then
 * what came first. The order of Substrate's `ReadyTransactions`.
 */
export function compareEntries(a: PoolEntry, b: PoolEntry): number {
  if (a.priority !== b.priority) return a.priority > b.priority ? -1 : 1;
  if (a.validUntil !== b.validUntil) return a.validUntil < b.validUntil ? -1 : 1;
  return a.arrival - b.arrival;
}
