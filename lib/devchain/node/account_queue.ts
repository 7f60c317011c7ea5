import { compareEntries, type PoolEntry } from "./pool_entry.ts";

/** An extrinsic with the one that decides when it goes: the last in order of its predecessors. */
export interface RankedEntry {
  readonly entry: PoolEntry;
  readonly rank: PoolEntry;
}

/** The extrinsics of one account that wait: those without a gap before them are ready. */
export class AccountQueue {
  readonly #byNonce = new Map<number, PoolEntry>();
  /** The account's nonce after the last block. */
  #next: number;
  #end: number;

  constructor(next: number) {
    this.#next = next;
    this.#end = next;
  }

  /** The first nonce that is missing. */
  get end(): number {
    return this.#end;
  }

  get isEmpty(): boolean {
    return this.#byNonce.size === 0;
  }

  get hasReady(): boolean {
    return this.#end > this.#next;
  }

  get(nonce: number): PoolEntry | undefined {
    return this.#byNonce.get(nonce);
  }

  /** All that wait, in no order. */
  entries(): Iterable<PoolEntry> {
    return this.#byNonce.values();
  }

  isReady({ extrinsic: { nonce } }: PoolEntry): boolean {
    return nonce >= this.#next && nonce < this.#end;
  }

  /** Adds an extrinsic, and tells it and those behind it whether they are ready. */
  add(entry: PoolEntry): void {
    const { nonce } = entry.extrinsic;
    this.#byNonce.set(nonce, entry);
    if (nonce !== this.#end) entry.notify("future");
    for (let next = this.get(this.#end); next !== undefined; next = this.get(this.#end)) {
      next.notify("ready");
      this.#end++;
    }
  }

  /** Takes an extrinsic out that is now in a block; afterwards {@linkcode restart}. */
  take({ extrinsic: { nonce } }: PoolEntry): void {
    this.#byNonce.delete(nonce);
  }

  /** Takes an extrinsic out for good; those behind it wait for another one. */
  remove(entry: PoolEntry): void {
    const ready = this.isReady(entry);
    this.take(entry);
    if (!ready) return;
    const end = this.#end;
    this.#end = entry.extrinsic.nonce;
    for (let nonce = this.#end + 1; nonce < end; nonce++) this.get(nonce)?.notify("future");
  }

  /** Finds out again what is ready. @returns what is too old for the account's nonce. */
  restart(next: number): readonly PoolEntry[] {
    const wasReady = new Set(this.#byNonce.values().filter((entry) => this.isReady(entry)));
    this.#next = next;
    this.#end = next;
    while (this.#byNonce.has(this.#end)) this.#end++;
    const stale: PoolEntry[] = [];
    for (const entry of this.#byNonce.values()) {
      if (entry.extrinsic.nonce < next) stale.push(entry);
      else if (this.isReady(entry) !== wasReady.has(entry)) {
        entry.notify(this.isReady(entry) ? "ready" : "future");
      }
    }
    return stale;
  }

  /** What is ready, in the order of nonces. */
  ready(): readonly RankedEntry[] {
    const found: RankedEntry[] = [];
    let rank: PoolEntry | undefined;
    for (let nonce = this.#next; nonce < this.#end; nonce++) {
      const entry = this.get(nonce);
      if (entry === undefined) continue;
      if (rank === undefined || compareEntries(rank, entry) < 0) rank = entry;
      found.push({ entry, rank });
    }
    return found;
  }
}
