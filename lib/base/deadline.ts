/** Waits that end: by their result, by a timeout, or because the caller changed its mind. */

/** What every wait takes. */
export interface WaitOptions {
  /** Longest wait, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Stops the wait; the call then throws the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` under a timeout and the caller's signal.
 *
 * `work` gets one signal that fires on either, and should stop when it does; the returned promise
 * does not wait for that. No timer or listener outlives the call.
 *
 * @param onTimeout Makes the error to throw when the time is up.
 * @throws the reason of `options.signal`, untouched, when the caller aborted.
 */
export async function withDeadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  options: WaitOptions,
  onTimeout: () => Error,
): Promise<T> {
  const { timeoutMs, signal } = options;
  signal?.throwIfAborted();
  const controller = new AbortController();
  const aborted = Promise.withResolvers<never>();
  const stop = (reason: unknown) => {
    // First, so that the reason wins over whatever `work` throws when it is told to stop.
    aborted.reject(reason);
    controller.abort(reason);
  };
  const onAbort = () => stop(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer = timeoutMs === undefined
    ? undefined
    : setTimeout(() => stop(onTimeout()), timeoutMs);
  try {
    return await Promise.race([work(controller.signal), aborted.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** The result of `promise`; the reason of `signal` if that fires first. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    const done = () => signal.removeEventListener("abort", onAbort);
    promise.then(resolve, reject).then(done);
    if (signal.aborted) onAbort();
  });
}

/** Resolves after `ms` milliseconds; rejects with the reason of `signal` if that fires first. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** Resolves when all of `promises` have settled, or after `ms` milliseconds; never rejects. */
export async function settledWithin(
  promises: Iterable<Promise<unknown>>,
  ms: number,
): Promise<void> {
  const controller = new AbortController();
  const patience = delay(ms, controller.signal).catch(() => {});
  await Promise.race([Promise.allSettled(promises), patience]);
  controller.abort();
  await patience;
}
