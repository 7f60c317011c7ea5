/** Work that is done one after the other, in the order in which it came. */

import { untilAborted } from "../../base/deadline.ts";
import { BittensorError } from "../../base/errors.ts";

/** A queue of bounded length. */
export class Turns {
  readonly #maxWaiting: number;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** @param maxWaiting Most calls that wait; more are refused. */
  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  /**
   * Runs `work` when all that came before is done.
   *
   * @param signal Takes it out before its turn; work that has started goes on.
   * @throws {BittensorError} `nucleus/full` If too many wait.
   */
  async take<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#waiting >= this.#maxWaiting) {
      throw new BittensorError(
        "nucleus/full",
        `Cannot take another training call: ${this.#maxWaiting} wait already`,
        { hint: "call again later, or raise maxWaiting" },
      );
    }
    this.#waiting++;
    const turn = this.#last.then(() => {
      this.#waiting--;
      signal?.throwIfAborted();
      return work();
    });
    this.#last = turn.catch(() => {});
    return await (signal ? untilAborted(turn, signal) : turn);
  }

  /** Waits for all work, that which was given up by its caller included. */
  async settled(): Promise<void> {
    await this.#last;
  }
}
