/** Nonces: the time of a request in nanoseconds since 1970, and never the same twice. */

/** How old a nonce may be when it arrives, in milliseconds. */
export const MAX_AGE_MS = 10_000;

/** How far ahead of the receiver's clock it may be, in milliseconds. */
export const MAX_AHEAD_MS = 2_000;

/** Most nonces of one generation; at 12 s each, 83,000 signed requests a second. */
const MOST_NONCES = 1_000_000;

const NS_PER_MS = 1_000_000;

/** Makes the nonces of one sender, each greater than the one before. */
export class NonceClock {
  readonly #now: () => number;
  #last = 0n;

  /** @param now Milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  next(): bigint {
    // The clock tells milliseconds; a random rest keeps apart those who share a hotkey.
    const rest = Math.floor(Math.random() * NS_PER_MS);
    const nonce = BigInt(Math.trunc(this.#now())) * BigInt(NS_PER_MS) + BigInt(rest);
    return this.#last = nonce > this.#last ? nonce : this.#last + 1n;
  }
}

/** How many milliseconds a nonce is old, negative if it is ahead. */
export function ageOf(nonce: bigint, now: number): number {
  return now - Number(nonce / BigInt(NS_PER_MS));
}

/**
 * Remembers the nonces of each sender for as long as they would be accepted.
 *
 * They are kept in two generations, each as long as a nonce can be valid: what is in the older one
 * when that is dropped is too old to be accepted.
 */
export class NonceMemory {
  #current = new Map<string, Set<bigint>>();
  #previous = new Map<string, Set<bigint>>();
  /** Nonces in the current generation. */
  #count = 0;
  #rotateAt = -Infinity;

  /** Remembers a nonce: `reused` if it is there already, `full` if no more can be remembered. */
  remember(sender: string, nonce: bigint, now: number): "new" | "reused" | "full" {
    if (now >= this.#rotateAt) this.#rotate(now);
    let nonces = this.#current.get(sender);
    if (nonces?.has(nonce) || this.#previous.get(sender)?.has(nonce)) return "reused";
    if (this.#count >= MOST_NONCES) return "full";
    if (nonces === undefined) this.#current.set(sender, nonces = new Set());
    nonces.add(nonce);
    this.#count++;
    return "new";
  }

  #rotate(now: number): void {
    const length = MAX_AGE_MS + MAX_AHEAD_MS;
    this.#previous = now >= this.#rotateAt + length ? new Map() : this.#current;
    this.#current = new Map();
    this.#count = 0;
    this.#rotateAt = now + length;
  }
}
