/** Rate limit: how many requests each caller may make. */

/** Callers of one generation; when there are more, the one before is forgotten early. */
const MOST_CALLERS = 10_000;

interface Bucket {
  tokens: number;
  filledAt: number;
}

/**
 * A token bucket per caller: so many requests a second, and as many at once after a pause.
 *
 * A full bucket need not be remembered: so two generations, each as long as an empty one takes to
 * fill, hold all that matters.
 */
export class RateLimit {
  readonly #perSecond: number;
  /** What a bucket holds; with less than 1, no request would ever pass. */
  readonly #burst: number;
  /** Milliseconds in which an empty bucket fills. */
  readonly #fillMs: number;
  #recent = new Map<string, Bucket>();
  #previous = new Map<string, Bucket>();
  #startedAt = -Infinity;

  /** @param perSecond Requests of one caller; `Infinity` for no limit. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#burst = Math.max(perSecond, 1);
    this.#fillMs = 1_000 * this.#burst / perSecond;
  }

  /** Callers that are remembered. */
  get size(): number {
    return this.#recent.size + this.#previous.size;
  }

  /**
   * Counts a request, if its caller may make one more.
   *
   * @param now Milliseconds of a clock that never goes back.
   */
  take(caller: string, now: number): boolean {
    if (this.#perSecond === Infinity) return true;
    if (now - this.#startedAt >= this.#fillMs || this.#recent.size >= MOST_CALLERS) this.#age(now);
    const bucket = this.#bucketOf(caller, now);
    const filled = bucket.tokens + (now - bucket.filledAt) * this.#perSecond / 1_000;
    bucket.tokens = Math.min(filled, this.#burst);
    bucket.filledAt = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }

  #bucketOf(caller: string, now: number): Bucket {
    let bucket = this.#recent.get(caller);
    if (bucket === undefined) {
      bucket = this.#previous.get(caller) ?? { tokens: this.#burst, filledAt: now };
      this.#recent.set(caller, bucket);
    }
    return bucket;
  }

  #age(now: number): void {
    this.#previous = this.#recent;
    this.#recent = new Map();
    this.#startedAt = now;
  }
}
