import type { Hex } from "../scale/hex.ts";
import type { SignedExtrinsic } from "../runtime/extrinsic.ts";
import type { AccountId } from "../runtime/primitives.ts";
import { poolRefusal } from "../runtime/transaction_refused.ts";

/** What happens to an extrinsic, as Substrate names it. */
export type TransactionStatus =
  | "future"
  | "ready"
  | "invalid"
  | { readonly inBlock: Hex }
  | { readonly finalized: Hex };

/** An extrinsic that waits for a block. */
export interface PoolEntry {
  readonly extrinsic: SignedExtrinsic;
  /** The first block in which it is no more valid. */
  readonly validUntil: number;
  /** Hears what happens to it, as long as somebody listens. */
  notify: (status: TransactionStatus) => void;
}

/** The next nonce of an account, after the last block. */
type NonceOf = (account: AccountId) => number;

const MAX_ENTRIES = 4096;
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * Extrinsics that were checked and wait for a block.
 *
 * Ready ones go first come, first served, each account's in the order of nonces; one that comes
 * before its predecessors waits until they are there. A full pool takes nothing more.
 */
export class TransactionPool {
  readonly #entries = new Map<Hex, PoolEntry>();
  readonly #byAccount = new Map<AccountId, Map<number, PoolEntry>>();
  /** In the order in which they became ready. */
  readonly #ready = new Set<PoolEntry>();
  readonly #nonceOf: NonceOf;
  #bytes = 0;

  constructor(nonceOf: NonceOf) {
    this.#nonceOf = nonceOf;
  }

  /** The extrinsics that could be in the next block, in order. */
  get ready(): readonly PoolEntry[] {
    return [...this.#ready];
  }

  /** Whether anything could be in the next block. */
  get hasReady(): boolean {
    return this.#ready.size > 0;
  }

  /** Refuses an extrinsic that is here already. @throws {TransactionRefused} */
  checkNew({ hash }: SignedExtrinsic): void {
    if (this.#entries.has(hash)) throw poolRefusal("AlreadyImported");
  }

  /**
   * Adds a new extrinsic and tells it whether it is ready.
   *
   * @throws {TransactionRefused} If there is no place for it.
   */
  add(entry: PoolEntry): void {
    this.#checkPlace(entry.extrinsic);
    const { hash, signer, nonce, bytes } = entry.extrinsic;
    this.#entries.set(hash, entry);
    this.#bytes += bytes.length;
    const ofAccount = this.#byAccount.get(signer) ?? new Map<number, PoolEntry>();
    this.#byAccount.set(signer, ofAccount.set(nonce, entry));
    this.#sort(signer);
    if (!this.#ready.has(entry)) entry.notify("future");
  }

  /** Takes an extrinsic out. */
  remove(entry: PoolEntry): void {
    const { hash, signer, nonce, bytes } = entry.extrinsic;
    if (!this.#entries.delete(hash)) return;
    this.#bytes -= bytes.length;
    this.#ready.delete(entry);
    const ofAccount = this.#byAccount.get(signer);
    ofAccount?.delete(nonce);
    if (ofAccount?.size === 0) this.#byAccount.delete(signer);
  }

  /** Removes what is no more valid in block `number`. */
  removeExpired(number: number): void {
    for (const entry of this.#entries.values()) {
      if (entry.validUntil <= number) this.refuse(entry);
    }
  }

  /** Removes an extrinsic that turned out to be invalid. */
  refuse(entry: PoolEntry): void {
    this.remove(entry);
    entry.notify("invalid");
  }

  /** Finds out again what is ready, after a block changed nonces. */
  refresh(): void {
    for (const account of this.#byAccount.keys()) this.#sort(account);
  }

  /** The nonce that follows those of the account's ready extrinsics. */
  nextNonce(account: AccountId): number {
    const ofAccount = this.#byAccount.get(account);
    let nonce = this.#nonceOf(account);
    while (ofAccount?.has(nonce)) nonce++;
    return nonce;
  }

  /** Refuses an extrinsic that there is no place for. @throws {TransactionRefused} */
  #checkPlace({ signer, nonce, bytes }: SignedExtrinsic): void {
    if (this.#byAccount.get(signer)?.has(nonce)) throw poolRefusal("TooLowPriority");
    if (this.#entries.size >= MAX_ENTRIES || this.#bytes + bytes.length > MAX_BYTES) {
      throw poolRefusal("ImmediatelyDropped");
    }
  }

  /** Tells an account's extrinsics without a gap before them from those that wait for others. */
  #sort(account: AccountId): void {
    const ofAccount = this.#byAccount.get(account);
    const end = this.nextNonce(account);
    for (let nonce = this.#nonceOf(account); nonce < end; nonce++) {
      const entry = ofAccount?.get(nonce);
      if (entry === undefined || this.#ready.has(entry)) continue;
      this.#ready.add(entry);
      entry.notify("ready");
    }
    for (const [nonce, entry] of ofAccount ?? []) {
      if (nonce >= end && this.#ready.delete(entry)) entry.notify("future");
    }
  }
}
