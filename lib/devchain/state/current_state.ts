import type { Hex } from "../scale/hex.ts";
import type { KeyRange } from "./chain_store.ts";

/** A value of the current state. */
export interface CurrentEntry {
  /** The row of its key in the database. */
  readonly keyId: number;
  readonly value: Uint8Array;
  /** Number of the block that wrote it. */
  readonly since: number;
}

/** The state after the last block, in memory: where the chain and most clients read. */
export class CurrentState {
  readonly #entries = new Map<Hex, CurrentEntry>();
  #sorted: Hex[] = [];
  /** Keys that `#sorted` lacks, and such that it should not have. */
  readonly #added = new Set<Hex>();
  readonly #removed = new Set<Hex>();

  get(key: Hex): CurrentEntry | undefined {
    return this.#entries.get(key);
  }

  set(key: Hex, entry: CurrentEntry): void {
    if (!this.#entries.has(key) && !this.#removed.delete(key)) this.#added.add(key);
    this.#entries.set(key, entry);
  }

  remove(key: Hex): void {
    if (this.#entries.delete(key) && !this.#added.delete(key)) this.#removed.add(key);
  }

  /** Forgets everything. */
  clear(): void {
    for (const key of this.#entries.keys()) this.remove(key);
  }

  /** Keys in the order of their bytes. */
  keys({ prefix, after, limit }: KeyRange): Hex[] {
    const keys = this.#sort();
    const start = firstIndex(
      keys.length,
      (index) => keys[index]! >= prefix && (after === undefined || keys[index]! > after),
    );
    const end = firstIndex(
      keys.length,
      (index) => keys[index]! > prefix && !keys[index]!.startsWith(prefix),
    );
    return keys.slice(start, Math.min(end, start + limit));
  }

  /** Sorts when somebody asks: sorting is quick where all but a few are in order. */
  #sort(): readonly Hex[] {
    if (this.#added.size > 0 || this.#removed.size > 0) {
      this.#sorted = this.#sorted.filter((key) => !this.#removed.has(key))
        .concat([...this.#added])
        .sort();
      this.#added.clear();
      this.#removed.clear();
    }
    return this.#sorted;
  }
}

/** The first index below `length` that passes a test which all later ones pass too, or `length`. */
function firstIndex(length: number, passes: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (passes(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
