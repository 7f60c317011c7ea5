/** Work that waits for its turn: one after another for each key. */

import { untilAborted } from "../base/deadline.ts";

/** Turns, by key. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /**
   * Runs `work` when all that was given before under the same key is done.
   *
   * @param signal Ends the wait. The work then still has its turn: it should look at the signal too.
   */
  async take<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(work);
    const done = turn.catch(() => {}).then(() => {
      if (this.#last.get(key) === done) this.#last.delete(key);
    });
    this.#last.set(key, done);
    return await (signal ? untilAborted(turn, signal) : turn);
  }
}
