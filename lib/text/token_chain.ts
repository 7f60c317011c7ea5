/** Tokens in a row, which are joined pair by pair. */

import type { MergeTable } from "./merge_table.ts";
import type { Span } from "./span.ts";
import type { Vocabulary } from "./vocabulary.ts";

/**
 * Joins the tokens of a few thousand bytes: of all pairs, that of the least id comes first, and of
 * equal ones the leftmost, until no pair has an id.
 */
export class TokenChain {
  /** The tokens are the first `count`. */
  readonly tokens: Int32Array;
  count = 0;

  readonly #merges: MergeTable;
  readonly #idOfByte: Uint8Array;
  /** What the token at an index and the one after it are joined to; 0 if they are not. */
  readonly #joined: Int32Array;
  // Only a long chain has the following. Its tokens stay where their first byte was.
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  /** One bit for each id that pairs wait for. */
  readonly #waiting: Int32Array;
  /** The pairs that wait, in one list for each id: its first entry, 0 if it is empty. */
  readonly #firstOf: Int32Array;
  readonly #entries: Int32Array;
  readonly #entryAfter: Int32Array;
  #entryCount = 0;

  /** A chain of at most `capacity` bytes. The merges may still grow. */
  constructor(merges: MergeTable, { size, idOfByte }: Vocabulary, capacity: number) {
    this.#merges = merges;
    this.#idOfByte = idOfByte;
    this.tokens = new Int32Array(capacity);
    this.#joined = new Int32Array(capacity);
    this.#next = new Int32Array(capacity);
    this.#previous = new Int32Array(capacity);
    this.#waiting = new Int32Array(Math.ceil(size / 32));
    this.#firstOf = new Int32Array(size);
    // Each byte waits at most once, and each of fewer merges makes at most two pairs.
    this.#entries = new Int32Array(3 * capacity);
    this.#entryAfter = new Int32Array(3 * capacity);
  }

  /** Takes these bytes, of which there is at least one, and joins them. */
  join(span: Span): void {
    const { bytes, start, end } = span;
    this.count = end - start;
    let left = this.tokens[0] = this.#idOfByte[bytes[start]!]!;
    for (let index = 1; index < this.count; index++) {
      const right = this.tokens[index] = this.#idOfByte[bytes[start + index]!]!;
      this.#joined[index - 1] = this.#merges.get(left, right);
      left = right;
    }
    this.#joined[this.count - 1] = 0;
    if (this.count <= FEW) this.#joinFew();
    else this.#joinMany();
  }

  /** Searches all pairs for each merge, and closes the gap that it leaves: quickest for a word. */
  #joinFew(): void {
    const { tokens } = this;
    const joined = this.#joined;
    while (true) {
      let at = -1;
      let least = Infinity;
      for (let index = 0; index < this.count - 1; index++) {
        const id = joined[index]!;
        if (id === 0 || id >= least) continue;
        least = id;
        at = index;
      }
      if (at < 0) return;
      this.count--;
      tokens[at] = least;
      for (let index = at + 1; index < this.count; index++) {
        tokens[index] = tokens[index + 1]!;
        joined[index] = joined[index + 1]!;
      }
      joined[at] = at + 1 < this.count ? this.#merges.get(least, tokens[at + 1]!) : 0;
      if (at > 0) joined[at - 1] = this.#merges.get(tokens[at - 1]!, least);
    }
  }

  /**
   * Keeps a list of the pairs for each id, and goes through the ids once, from the least: a pair that
   * a merge makes has a greater id than the merge, whose token it contains. So no pair is searched
   * for, and time grows as the chain does.
   */
  #joinMany(): void {
    const waiting = this.#waiting;
    this.#entryCount = 0;
    for (let index = 0; index < this.count; index++) {
      this.#next[index] = index + 1;
      this.#previous[index] = index - 1;
      if (this.#joined[index] !== 0) this.#wait(index);
    }
    for (let word = 0; word < waiting.length; word++) {
      while (waiting[word] !== 0) {
        const bits = waiting[word]!;
        waiting[word] = bits & (bits - 1);
        this.#joinAll(32 * word + 31 - Math.clz32(bits & -bits));
      }
    }
    let kept = 0;
    for (let index = 0; index < this.count; index = this.#next[index]!) {
      this.tokens[kept++] = this.tokens[index]!;
    }
    this.count = kept;
  }

  #joinAll(id: number): void {
    const joined = this.#joined;
    for (let entry = this.#firstOf[id]!; entry !== 0; entry = this.#entryAfter[entry]!) {
      let index = this.#entries[entry]!;
      if (joined[index] !== id) continue; // Another merge took one of the two.
      // Pairs of the same id overlap where a token repeats. From the first on, every other is joined.
      while (index > 0 && joined[this.#previous[index]!] === id) index = this.#previous[index]!;
      while (index < this.count && joined[index] === id) {
        this.#joinOne(index);
        index = this.#next[index]!;
      }
    }
    this.#firstOf[id] = 0;
  }

  #joinOne(index: number): void {
    const { tokens } = this;
    const joined = this.#joined;
    const right = this.#next[index]!;
    const after = this.#next[right]!;
    const before = this.#previous[index]!;
    const id = tokens[index] = joined[index]!;
    joined[index] = joined[right] = 0;
    this.#next[index] = after;
    if (after < this.count) {
      this.#previous[after] = index;
      joined[index] = this.#merges.get(id, tokens[after]!);
      if (joined[index] !== 0) this.#wait(index);
    }
    if (before < 0) return;
    joined[before] = this.#merges.get(tokens[before]!, id);
    if (joined[before] !== 0) this.#wait(before);
  }

  #wait(index: number): void {
    const id = this.#joined[index]!;
    const entry = ++this.#entryCount;
    this.#entries[entry] = index;
    this.#entryAfter[entry] = this.#firstOf[id]!;
    this.#firstOf[id] = entry;
    this.#waiting[id >> 5]! |= 1 << (id & 31);
  }
}

/** Up to here {@linkcode TokenChain} searches; beyond, that takes longer than lists do. */
const FEW = 48;
