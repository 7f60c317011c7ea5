import type { Hex } from "../scale/hex.ts";
import type { Block, ChainStore, KeyRange, StateChanges } from "./chain_store.ts";

interface Version {
  readonly number: number;
  readonly value: Uint8Array | undefined;
}

/** A {@linkcode ChainStore} in memory: every version of every value, until the process ends. */
export class MemoryStore implements ChainStore {
  readonly #blocks: Block[] = [];
  readonly #numbers = new Map<Hex, number>();
  readonly #versions = new Map<Hex, Version[]>();
  /** Every key that ever held a value, sorted. */
  readonly #keys: Hex[] = [];

  append(block: Block, changes: StateChanges): void {
    const { number } = block.header;
    if (number !== this.#blocks.length) {
      throw new RangeError(`Cannot append block ${number}: the next one is ${this.#blocks.length}`);
    }
    this.#blocks.push(block);
    this.#numbers.set(block.hash, number);
    for (const [key, value] of changes) this.#versionsOf(key).push({ number, value });
  }

  block(number: number): Block | undefined {
    return this.#blocks[number];
  }

  numberOf(hash: Hex): number | undefined {
    return this.#numbers.get(hash);
  }

  read(key: Hex, number: number): Uint8Array | undefined {
    const versions = this.#versions.get(key) ?? [];
    const later = firstIndex(versions.length, (index) => versions[index]!.number > number);
    return versions[later - 1]?.value;
  }

  keys({ prefix, after, limit }: KeyRange, number: number): Hex[] {
    const found: Hex[] = [];
    const keys = this.#keys;
    const start = firstIndex(
      keys.length,
      (index) => keys[index]! >= prefix && (after === undefined || keys[index]! > after),
    );
    for (let index = start; index < keys.length && found.length < limit; index++) {
      const key = keys[index]!;
      if (!key.startsWith(prefix)) break;
      if (this.read(key, number) !== undefined) found.push(key);
    }
    return found;
  }

  #versionsOf(key: Hex): Version[] {
    const known = this.#versions.get(key);
    if (known !== undefined) return known;
    const versions: Version[] = [];
    this.#versions.set(key, versions);
    const keys = this.#keys;
    keys.splice(firstIndex(keys.length, (index) => keys[index]! > key), 0, key);
    return versions;
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
