/** A heap: finds the first of many items, in an order that is given. */

/** Items of which the first can be taken, and any removed, in logarithmic time. */
export class Heap<T> {
  readonly #before: (one: T, other: T) => boolean;
  readonly #items: T[] = [];
  /** Where each item is. */
  readonly #places = new Map<T, number>();

  /** @param before Whether `one` comes before `other`. */
  constructor(before: (one: T, other: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  /** The item that comes first; it stays. */
  get first(): T | undefined {
    return this.#items[0];
  }

  add(item: T): void {
    this.#put(item, this.#items.length);
    this.#rise(item);
  }

  /** Removes an item; one that is not there is no error. */
  remove(item: T): void {
    const place = this.#places.get(item);
    if (place === undefined) return;
    this.#places.delete(item);
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
  }

  #put(item: T, place: number): void {
    this.#items[place] = item;
    this.#places.set(item, place);
  }

  #rise(item: T): void {
    let place = this.#places.get(item) ?? 0;
    while (place > 0) {
      const parentPlace = (place - 1) >> 1;
      const parent = this.#items[parentPlace];
      if (parent === undefined || !this.#before(item, parent)) break;
      this.#put(parent, place);
      place = parentPlace;
    }
    this.#put(item, place);
  }

  #sink(item: T): void {
    let place = this.#places.get(item) ?? 0;
    while (true) {
      const childPlace = this.#earlierChild(place);
      const child = this.#items[childPlace];
      if (child === undefined || !this.#before(child, item)) break;
      this.#put(child, place);
      place = childPlace;
    }
    this.#put(item, place);
  }

  /** Place of the child that comes first; behind the end if there is none. */
  #earlierChild(place: number): number {
    const left = 2 * place + 1;
    const [one, other] = [this.#items[left], this.#items[left + 1]];
    const rightIsFirst = one !== undefined && other !== undefined && this.#before(other, one);
    return rightIsFirst ? left + 1 : left;
  }
}
