/** Arrays of a file, taken out by name, and only as what they must be. */

import { elementsOf, type ElementType, fromNpz, type NDArray, type TypedArrays } from "./arrays.ts";

/** The arrays of an `.npz` file. Its methods throw a TypeError that names the array at fault. */
export class NamedArrays {
  readonly #arrays: ReadonlyMap<string, NDArray>;

  constructor(arrays: ReadonlyMap<string, NDArray>) {
    this.#arrays = arrays;
  }

  /** Those of a file. */
  static async parse(npz: Uint8Array): Promise<NamedArrays> {
    return new NamedArrays(await fromNpz(npz));
  }

  has(name: string): boolean {
    return this.#arrays.has(name);
  }

  /** The elements of an array, row-major; of the given number, if one is given. */
  elements<Type extends ElementType>(name: string, type: Type, count?: number): TypedArrays[Type] {
    const array = this.#arrays.get(name);
    if (array === undefined) throw new TypeError(`there is no array ${name}`);
    const elements = elementsOf(array, type);
    if (elements === undefined) {
      throw new TypeError(`${name} is of type ${array.dtype}, not ${type}`);
    }
    if (count === undefined || elements.length === count) return elements;
    throw new TypeError(`${name} has ${elements.length} elements, not ${count}`);
  }

  /** The one element of an int64 array, a whole number from 0 on. */
  number(name: string): number {
    const [value] = this.elements(name, "int64", 1);
    const number = Number(value);
    if (Number.isSafeInteger(number) && number >= 0) return number;
    throw new TypeError(`${name} is ${value}`);
  }
}
