/** Dynamic batching: requests that arrive together are answered by one run of the model. */

import { BittensorError } from "../base/errors.ts";

/** Most requests that wait, unless told otherwise. */
export const MAX_WAITING = 1024;

/** How requests are gathered. */
export interface BatchingOptions {
  /**
   * How long a request waits for company while nothing runs, in milliseconds; it waits only if the
   * run before it served several, so a lone one starts at once. While the model runs, requests
   * gather anyway. @default {2}
   */
  readonly windowMs?: number | undefined;
  /**
   * Most tokens of one run, padding included; a longer request runs alone. Of images and vectors, 256
   * numbers count as a token. @default {2048}
   */
  readonly maxTokens?: number | undefined;
  /** Most requests that wait; more are refused. @default {1024} */
  readonly maxWaiting?: number | undefined;
}

/** How a request may be merged with others. */
export interface BatchPlace {
  /** Only requests of one bucket are merged; `undefined` runs alone. */
  readonly bucket: string | undefined;
  readonly rows: number;
  /** Tokens of a row: all rows of a run are padded to the longest. */
  readonly length: number;
}

/** Runs several requests of one bucket; gives their answers in the same order. */
export type RunBatch<Request, Answer> = (
  requests: readonly Request[],
) => Promise<readonly Answer[]>;

interface Waiting<Request, Answer> extends BatchPlace {
  readonly request: Request;
  readonly resolve: (answer: Answer | Promise<Answer>) => void;
  readonly reject: (reason: unknown) => void;
}

/** Gathers requests and runs one batch at a time, oldest request first. */
export class Batcher<Request, Answer> {
  readonly #runBatch: RunBatch<Request, Answer>;
  readonly #windowMs: number;
  readonly #maxTokens: number;
  readonly #maxWaiting: number;
  #waiting: Waiting<Request, Answer>[] = [];
  #isRunning = false;
  /** Whether requests have lately come together, so that waiting for company pays. */
  #isBusy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @throws {RangeError} If an option is out of range. */
  constructor(runBatch: RunBatch<Request, Answer>, options: BatchingOptions = {}) {
    const { windowMs = 2, maxTokens = 2048, maxWaiting = MAX_WAITING } = options;
    if (!(windowMs >= 0)) throw new RangeError(`windowMs must not be negative: it is ${windowMs}`);
    for (const [name, value] of Object.entries({ maxTokens, maxWaiting })) {
      if (!Number.isSafeInteger(value) || value < 1) {
        throw new RangeError(`${name} must be a positive integer, not ${value}`);
      }
    }
    this.#runBatch = runBatch;
    this.#windowMs = windowMs;
    this.#maxTokens = maxTokens;
    this.#maxWaiting = maxWaiting;
  }

  /**
   * The answer to a request.
   *
   * @param signal Takes the request out before it runs; a run that has started goes on.
   * @throws {BittensorError} `nucleus/full` If too many requests wait.
   */
  submit(request: Request, place: BatchPlace, signal?: AbortSignal): Promise<Answer> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#waiting.length >= this.#maxWaiting) return Promise.reject(this.#full());
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const waiting = { ...place, request, resolve, reject };
    const onAbort = () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
      if (this.#waiting.length === 0) this.#stopWaiting();
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#waiting.push(waiting);
    this.#schedule();
    return promise.finally(() => signal?.removeEventListener("abort", onAbort));
  }

  #full(): BittensorError {
    return new BittensorError(
      "nucleus/full",
      `Cannot take another request: ${this.#maxWaiting} wait already`,
      { hint: "ask again later, or raise maxWaiting" },
    );
  }

  /** Sees to it that a request that has just come starts in time. */
  #schedule(): void {
    if (this.#isRunning) return;
    if (this.#isBusy && this.#tokensWaiting() < this.#maxTokens) {
      this.#timer ??= setTimeout(() => this.#start(), this.#windowMs);
    } else {
      // Once the callers of this moment are through: what they ask comes along.
      queueMicrotask(() => this.#start());
    }
  }

  #stopWaiting(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #tokensWaiting(): number {
    return this.#waiting.reduce((tokens, { rows, length }) => tokens + rows * length, 0);
  }

  /** Runs batches until nothing waits. */
  async #start(): Promise<void> {
    this.#stopWaiting();
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let batch = this.#takeBatch(); batch.length > 0; batch = this.#takeBatch()) {
      this.#isBusy = batch.length > 1;
      await this.#run(batch);
    }
    this.#isRunning = false;
  }

  /** Takes the oldest request, and others of its bucket as far as the budget goes. */
  #takeBatch(): readonly Waiting<Request, Answer>[] {
    const [first, ...others] = this.#waiting;
    if (!first) return [];
    const batch = [first];
    let { rows, length } = first;
    for (const other of others) {
      if (first.bucket === undefined || other.bucket !== first.bucket) continue;
      const longest = Math.max(length, other.length);
      if ((rows + other.rows) * longest > this.#maxTokens) continue;
      batch.push(other);
      rows += other.rows;
      length = longest;
    }
    const taken = new Set(batch);
    this.#waiting = this.#waiting.filter((waiting) => !taken.has(waiting));
    return batch;
  }

  /** Runs a batch; never rejects. If it fails, each request runs alone, to get an error of its own. */
  async #run(batch: readonly Waiting<Request, Answer>[]): Promise<void> {
    try {
      const answers = await this.#runBatch(batch.map(({ request }) => request));
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index]!);
    } catch (error) {
      if (batch.length === 1) return batch[0]!.reject(error);
      for (const waiting of batch) await this.#run([waiting]);
    }
  }
}
