/** Results of work that runs side by side, in the order in which they come. */

/**
 * Yields what `promises` resolve to, as they do.
 *
 * @throws what a promise rejects with, at its turn. All are handled: none that rejects later is left
 * without a catch.
 */
export async function* arrivals<T>(promises: readonly Promise<T>[]): AsyncGenerator<T, void> {
  const arrived: Promise<T>[] = [];
  let wake = () => {};
  for (const promise of promises) {
    const onSettled = () => {
      arrived.push(promise);
      wake();
    };
    promise.then(onSettled, onSettled);
  }
  for (let index = 0; index < promises.length; index++) {
    if (arrived[index] === undefined) await new Promise<void>((resolve) => wake = resolve);
    const promise = arrived[index];
    if (promise !== undefined) yield await promise;
  }
}
