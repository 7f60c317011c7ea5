/** Semaphore: so many at one time; the others wait in the order in which they came. */

import type { WaitOptions } from "../base/deadline.ts";

/** Longest time that a timer can wait, in milliseconds: above it, it fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Slots that are taken and given back. */
export class Semaphore {
  #free: number;
  /** Each takes the slot that it is given, in the order of arrival. */
  readonly #waiting = new Set<() => void>();

  /** @param slots How many there are, at least 1. */
  constructor(slots: number) {
    this.#free = slots;
  }

  /** Takes a slot if one is free, which is never while others wait. */
  tryEnter(): boolean {
    if (this.#free === 0) return false;
    this.#free--;
    return true;
  }

  /**
   * Waits for a slot.
   *
   * @returns Whether one came within the timeout.
   * @throws the reason of the signal when that fires first.
   */
  enter({ timeoutMs, signal }: WaitOptions): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (this.tryEnter()) return resolve(true);
      const stop = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        this.#waiting.delete(take);
      };
      const take = () => {
        stop();
        resolve(true);
      };
      const onAbort = () => {
        stop();
        reject(signal?.reason);
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(() => {
        stop();
        resolve(false);
      }, Math.min(timeoutMs, LONGEST_TIMER_MS));
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.add(take);
    });
  }

  /** Gives a slot back, to the one that has waited longest if any does. */
  leave(): void {
    for (const take of this.#waiting) return take();
    this.#free++;
  }
}
