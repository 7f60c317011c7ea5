/**
 * Which two tokens are joined to a third: a hash table of numbers, since it is asked twice for each
 * merge, and mostly about pairs that it does not have.
 */
export class MergeTable {
  // Key and value lie side by side, so that a look-up meets one line of the cache. A value of 0 is
  // an empty slot: the tokens 0 to 255 are bytes, which no merge makes.
  readonly #slots = new Int32Array(2 * SLOTS);

  /** Adds a pair that the table does not have. */
  set(pair: readonly [left: number, right: number], joined: number): void {
    const key = keyOf(...pair);
    let slot = slotOf(key);
    while (this.#slots[2 * slot + 1] !== 0) slot = (slot + 1) % SLOTS;
    this.#slots[2 * slot] = key;
    this.#slots[2 * slot + 1] = joined;
  }

  /** The token that the two are joined to; 0 if they are not joined. */
  get(left: number, right: number): number {
    const key = keyOf(left, right);
    let slot = slotOf(key);
    while (true) {
      const joined = this.#slots[2 * slot + 1]!;
      if (joined === 0 || this.#slots[2 * slot] === key) return joined;
      slot = (slot + 1) % SLOTS;
    }
  }
}

/** More than twice the 50,000 merges, so that a search ends soon; a power of two. */
const SLOT_BITS = 17;
const SLOTS = 1 << SLOT_BITS;

/** Ids have 16 bits. */
function keyOf(left: number, right: number): number {
  return (left << 16) | right;
}

/** The upper bits of a product with the golden ratio, which similar keys do not share. */
function slotOf(key: number): number {
  return Math.imul(key, 0x9e3779b1) >>> (32 - SLOT_BITS);
}
