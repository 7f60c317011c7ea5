/** News of which only the latest counts: what is not taken in time makes room. */

import { untilAborted } from "../base/deadline.ts";

/** A place for one piece of news. */
export class Latest<T> {
  #news: { readonly value: T } | undefined;
  #failure: Error | undefined;
  #changed = Promise.withResolvers<void>();

  /** Replaces what was not taken yet. */
  put(value: T): void {
    this.#news = { value };
    this.#changed.resolve();
  }

  /** Ends the news; what was put before is still taken. */
  fail(error: Error): void {
    this.#failure = error;
    this.#changed.resolve();
  }

  /**
   * Takes the news, waiting for some.
   *
   * @throws the error of `fail`, or the reason of `signal`.
   */
  async take(signal?: AbortSignal): Promise<T> {
    while (this.#news === undefined) {
      if (this.#failure !== undefined) throw this.#failure;
      const { promise } = this.#changed;
      await (signal ? untilAborted(promise, signal) : promise);
      this.#changed = Promise.withResolvers();
    }
    const { value } = this.#news;
    this.#news = undefined;
    return value;
  }
}
