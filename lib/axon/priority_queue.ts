/** Priority queue: who runs now, who waits, and who is next. */

import { Heap } from "./heap.ts";

/** Options of {@linkcode PriorityQueue}. */
export interface PriorityQueueOptions {
  /** Requests that run at one time. */
  readonly maximumRunning: number;
  /** Requests that wait at one time. */
  readonly maximumQueued: number;
}

/** One request that waits. */
interface Entry {
  readonly priority: number;
  /** The order of arrival. */
  readonly number: number;
  /** Lets it run. */
  readonly start: () => void;
}

/** Every so many dispatches, the one that has waited longest is taken. */
const OLDEST_EVERY = 4;

/**
 * Gives out places to run in, as many as there are; who gets none waits, if there is room.
 *
 * The highest priority is next, and within one priority who came first. Every 4th dispatch takes
 * whoever has waited longest instead, so that nobody starves: behind `n` requests that wait already,
 * a request starts after at most `4 · (n + 1)` dispatches, whatever comes later with whatever
 * priority.
 */
export class PriorityQueue {
  readonly #options: PriorityQueueOptions;
  readonly #byPriority = new Heap<Entry>((one, other) =>
    one.priority > other.priority ||
    one.priority === other.priority && one.number < other.number
  );
  readonly #byArrival = new Heap<Entry>((one, other) => one.number < other.number);
  #running = 0;
  #arrived = 0;
  #dispatched = 0;

  constructor(options: PriorityQueueOptions) {
    this.#options = options;
  }

  /** How many run. */
  get running(): number {
    return this.#running;
  }

  /** How many wait. */
  get queued(): number {
    return this.#byArrival.size;
  }

  /** Whether nobody more can wait. */
  get full(): boolean {
    return this.queued >= this.#options.maximumQueued;
  }

  /** Takes a place to run in, if one is free. Whoever takes one must {@linkcode leave} it. */
  enter(): boolean {
    if (this.#running >= this.#options.maximumRunning) return false;
    this.#running++;
    return true;
  }

  /**
   * Waits for a place to run in, which must be left as after {@linkcode enter}.
   *
   * @param priority Not NaN.
   * @param signal Ends the wait: the promise then rejects with its reason.
   * @returns `undefined` if the queue is full.
   */
  wait(priority: number, signal: AbortSignal): Promise<void> | undefined {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.enter()) return Promise.resolve();
    if (this.full) return undefined;
    return new Promise((resolve, reject) => {
      const start = () => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      };
      const onAbort = () => {
        this.#remove(entry);
        reject(signal.reason);
      };
      const entry: Entry = { priority, number: this.#arrived++, start };
      this.#byPriority.add(entry);
      this.#byArrival.add(entry);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** Gives a place back: to the next who waits, if any. */
  readonly leave = (): void => {
    const oldest = this.#byArrival.first;
    if (oldest === undefined) {
      this.#running--;
      return;
    }
    this.#dispatched++;
    const next = this.#dispatched % OLDEST_EVERY === 0 ? oldest : this.#byPriority.first ?? oldest;
    this.#remove(next);
    next.start();
  };

  #remove(entry: Entry): void {
    this.#byPriority.remove(entry);
    this.#byArrival.remove(entry);
  }
}
