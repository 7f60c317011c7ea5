/** Token ids that are collected until there are enough of them. */
export class IdList {
  #ids = new Int32Array(64);
  #length = 0;
  readonly #limit: number;

  /** A list that takes no more than `limit` ids, which may be infinite. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many more ids the list takes. */
  get room(): number {
    return this.#limit - this.#length;
  }

  /** Adds an id, if there is room. */
  push(id: number): void {
    if (this.#length === this.#limit) return;
    if (this.#length === this.#ids.length) {
      const grown = new Int32Array(2 * this.#length);
      grown.set(this.#ids);
      this.#ids = grown;
    }
    this.#ids[this.#length++] = id;
  }

  /** What was collected: a view, which is complete once nothing is added any more. */
  view(): Int32Array {
    return this.#ids.subarray(0, this.#length);
  }
}
