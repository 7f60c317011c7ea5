/** Backoff: how long an endpoint that failed is left alone. */

/** Options of the backoff of each endpoint. */
export interface BackoffOptions {
  /** Pause after the first failure, in milliseconds; 0 for none. @default {1000} */
  readonly first?: number | undefined;
  /** Longest pause, in milliseconds: each further failure doubles it. @default {60000} */
  readonly most?: number | undefined;
}

/** {@linkcode BackoffOptions} with nothing left open. */
export interface BackoffLimits {
  readonly first: number;
  readonly most: number;
}

/**
 * Fills in the defaults.
 *
 * @throws {RangeError} For a pause that is none.
 */
export function backoffLimits({ first = 1_000, most = 60_000 }: BackoffOptions): BackoffLimits {
  if (first >= 0 && most >= first && Number.isFinite(most)) return { first, most };
  throw new RangeError(
    `Cannot back off for ${first} up to ${most} ms: they are not negative, and the second is no less`,
  );
}

/** The backoff of one endpoint. Times are those of `performance.now()`. */
export class Backoff {
  readonly #limits: BackoffLimits;
  #pauseMs = 0;
  #failedAt = -Infinity;
  #until = -Infinity;

  constructor(limits: BackoffLimits) {
    this.#limits = limits;
  }

  /** Milliseconds for which the endpoint is still left alone; 0 or less if it may be asked. */
  remainingMs(now: number): number {
    return this.#until - now;
  }

  /**
   * Counts a failure. Calls that ran together fail together: a call that was sent before the failure
   * that was counted last does not count.
   */
  failed(sentAt: number, now: number): void {
    if (sentAt <= this.#failedAt) return;
    const { first, most } = this.#limits;
    this.#pauseMs = this.#pauseMs === 0 ? first : Math.min(this.#pauseMs * 2, most);
    this.#failedAt = now;
    this.#until = now + this.#pauseMs;
  }

  /** Starts anew, because the endpoint has answered. */
  succeeded(): void {
    this.#pauseMs = 0;
    this.#until = -Infinity;
  }
}
