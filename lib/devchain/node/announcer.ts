/** Tells every listener what happened, in the order in which they came. */
export class Announcer<T> {
  readonly #listeners = new Set<(news: T) => void>();

  /** Calls `listener` with all that is announced, until the function it returns is called. */
  listen(listener: (news: T) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells the listeners. */
  announce(news: T): void {
    for (const listener of this.#listeners) listener(news);
  }
}
