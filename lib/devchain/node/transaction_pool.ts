import type { SignedExtrinsic } from "../runtime/extrinsic.ts";
import type { AccountId } from "../runtime/primitives.ts";
import { poolRefusal } from "../runtime/transaction_refused.ts";
import type { Hex } from "../scale/hex.ts";
import { AccountQueue } from "./account_queue.ts";
import {
  compareEntries,
  type PoolCandidate,
  type PoolEntry,
  type TransactionStatus,
} from "./pool_entry.ts";

/** The next nonce of an account, after the last block. */
type NonceOf = (account: AccountId) => number;

const MAX_ENTRIES = 8192;
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * Extrinsics that were checked and wait for a block.
 *
 * Higher priorities go first, and each account's extrinsics in the order of their nonces; one that
 * comes before its predecessors waits until they are there. Into a full pool comes only what is
 * better than the worst in it, which is dropped.
 */
export class TransactionPool {
  readonly #entries = new Map<Hex, PoolEntry>();
  readonly #queues = new Map<AccountId, AccountQueue>();
  readonly #nonceOf: NonceOf;
  #bytes = 0;
  #arrivals = 0;

  constructor(nonceOf: NonceOf) {
    this.#nonceOf = nonceOf;
  }

  /** Whether anything could be in the next block. */
  get hasReady(): boolean {
    return this.#queues.values().some((queue) => queue.hasReady);
  }

  /** The extrinsics that could be in the next block, in order. */
  get ready(): readonly PoolEntry[] {
    return [...this.#queues.values()].flatMap((queue) => queue.ready())
      .sort((a, b) => compareEntries(a.rank, b.rank))
      .map(({ entry }) => entry);
  }

  /** The extrinsic with that hash, if it waits here. */
  find(hash: Hex): PoolEntry | undefined {
    return this.#entries.get(hash);
  }

  /** Refuses an extrinsic that is here already. @throws {TransactionRefused} */
  checkNew({ hash }: SignedExtrinsic): void {
    if (this.#entries.has(hash)) throw poolRefusal("AlreadyImported");
  }

  /**
   * Adds a new extrinsic and tells it whether it is ready. One of the same account and nonce with
   * a lower priority makes way for it.
   *
   * @throws {TransactionRefused} If there is no place for it.
   */
  add(candidate: PoolCandidate): void {
    const { hash, signer, nonce, bytes } = candidate.extrinsic;
    const usurped = this.#queues.get(signer)?.get(nonce);
    if (usurped !== undefined) {
      if (usurped.priority >= candidate.priority) throw poolRefusal("TooLowPriority");
      this.remove(usurped, { usurped: hash });
    }
    const entry = { ...candidate, arrival: this.#arrivals++ };
    this.#makeRoom(entry);
    this.#entries.set(hash, entry);
    this.#bytes += bytes.length;
    const queue = this.#queues.get(signer) ?? new AccountQueue(this.#nonceOf(signer));
    this.#queues.set(signer, queue);
    queue.add(entry);
  }

  /** Takes an extrinsic out that is now in a block; {@linkcode refresh} its account afterwards. */
  take(entry: PoolEntry): void {
    this.#forget(entry);
    this.#queues.get(entry.extrinsic.signer)?.take(entry);
  }

  /** Takes an extrinsic out that goes into no block, and tells it why. */
  remove(entry: PoolEntry, why: TransactionStatus): void {
    this.#forget(entry);
    entry.notify(why);
    const { signer } = entry.extrinsic;
    const queue = this.#queues.get(signer);
    queue?.remove(entry);
    if (queue?.isEmpty) this.#queues.delete(signer);
  }

  /** Removes what is no more valid in block `number`. */
  removeExpired(number: number): void {
    for (const entry of this.#entries.values()) {
      if (entry.validUntil <= number) this.remove(entry, "invalid");
    }
  }

  /** Drops everything. */
  clear(): void {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    this.#queues.clear();
    this.#bytes = 0;
    for (const { notify } of entries) notify("dropped");
  }

  /** Finds out again what is ready, after the nonces of some accounts, or of any, changed. */
  refresh(accounts: Iterable<AccountId> = this.#queues.keys()): void {
    for (const account of accounts) {
      const queue = this.#queues.get(account);
      if (queue === undefined) continue;
      const stale = queue.restart(this.#nonceOf(account));
      for (const entry of stale) this.remove(entry, "invalid");
      if (queue.isEmpty) this.#queues.delete(account);
    }
  }

  /** The nonce that follows those of the account's ready extrinsics. */
  nextNonce(account: AccountId): number {
    return this.#queues.get(account)?.end ?? this.#nonceOf(account);
  }

  #forget({ extrinsic: { hash, bytes } }: PoolEntry): void {
    this.#entries.delete(hash);
    this.#bytes -= bytes.length;
  }

  /** Drops what is worse than an extrinsic until it fits. @throws {TransactionRefused} */
  #makeRoom(entry: PoolEntry): void {
    const { signer, nonce, bytes } = entry.extrinsic;
    while (this.#entries.size >= MAX_ENTRIES || this.#bytes + bytes.length > MAX_BYTES) {
      const isReady = nonce <= this.nextNonce(signer);
      const worst = this.#worst();
      if (worst === undefined || isWorse({ entry, isReady }, worst)) {
        throw poolRefusal("ImmediatelyDropped");
      }
      this.remove(worst.entry, "dropped");
    }
  }

  /** What is dropped first. Looking at all takes less time than checking one signature. */
  #worst(): Standing | undefined {
    let worst: Standing | undefined;
    for (const queue of this.#queues.values()) {
      for (const entry of queue.entries()) {
        const standing = { entry, isReady: queue.isReady(entry) };
        if (worst === undefined || isWorse(standing, worst)) worst = standing;
      }
    }
    return worst;
  }
}

/** How much an extrinsic is worth to the pool. */
interface Standing {
  readonly entry: PoolEntry;
  readonly isReady: boolean;
}

/** Whatever waits for others is worse than what is ready. */
function isWorse(one: Standing, other: Standing): boolean {
  if (one.isReady !== other.isReady) return other.isReady;
  return compareEntries(one.entry, other.entry) > 0;
}
