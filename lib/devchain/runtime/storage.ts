/** Storage items, each described once: its key, its type, its default. */

import { blake2_128, twox128, twox64 } from "../scale/crypto.ts";
import { concatBytes, type Hex, toHex } from "../scale/hex.ts";
import type { ScaleType, TypeInfo } from "../scale/scale_type.ts";
import type { ReadableState, State } from "../state/overlay.ts";

/** How the key of a map becomes the end of a storage key; all of these keep the key readable. */
const HASHERS = {
  Blake2128Concat: (key: Uint8Array) => concatBytes(blake2_128(key), key),
  Twox64Concat: (key: Uint8Array) => concatBytes(twox64(key), key),
  Identity: (key: Uint8Array) => key,
} as const;

/** Name of a hasher, as the metadata spells it. */
export type Hasher = keyof typeof HASHERS;

/** What the metadata says of a storage item. A missing value reads as the default, if there is one. */
export interface StorageItem {
  readonly name: string;
  /** What its storage keys start with. */
  readonly key: Hex;
  readonly modifier: "Default" | "Optional";
  readonly docs: string;
  readonly value: TypeInfo;
  readonly map: { readonly hasher: Hasher; readonly key: TypeInfo } | undefined;
  readonly fallback: Uint8Array;
}

/** A single value. */
export interface StorageValue<T> extends StorageItem {
  get(state: ReadableState): T;
  put(state: State, value: T): void;
}

/** One value for each key. */
export interface StorageMap<K, V> extends StorageItem {
  has(state: ReadableState, key: K): boolean;
  get(state: ReadableState, key: K): V;
  put(state: State, key: K, value: V): void;
  remove(state: State, key: K): void;
}

/** Makes the storage items of one pallet. */
export class PalletStorage {
  /** Name of the pallet, the first part of every key. */
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /** A single value that was never there. */
  never(name: string, type: TypeInfo, docs: string): StorageItem {
    return {
      name,
      key: this.#key(name),
      modifier: "Optional",
      docs,
      value: type,
      map: undefined,
      fallback: Uint8Array.of(0),
    };
  }

  /** A single value; it is never removed. */
  value<T>(name: string, type: ScaleType<T>, fallback: T, docs: string): StorageValue<T> {
    const key = this.#key(name);
    return {
      name,
      key,
      modifier: "Default",
      docs,
      value: type,
      map: undefined,
      fallback: type.encode(fallback),
      get: (state) => decoded(type, state.get(key)) ?? fallback,
      put: (state, value) => state.set(key, type.encode(value)),
    };
  }

  /** One value for each key. */
  map<K, V>(
    name: string,
    [hasher, keyType]: readonly [Hasher, ScaleType<K>],
    type: ScaleType<V>,
    fallback: V,
    docs: string,
  ): StorageMap<K, V> {
    const prefix = this.#key(name);
    const keyFor = (key: K): Hex => `${prefix}${HASHERS[hasher](keyType.encode(key)).toHex()}`;
    // Identity keys are uids: few, and each is used in every block.
    const keyOf = hasher === "Identity" ? remembered(keyFor) : keyFor;
    return {
      name,
      key: prefix,
      modifier: "Default",
      docs,
      value: type,
      map: { hasher, key: keyType },
      fallback: type.encode(fallback),
      has: (state, key) => state.get(keyOf(key)) !== undefined,
      get: (state, key) => decoded(type, state.get(keyOf(key))) ?? fallback,
      put: (state, key, value) => state.set(keyOf(key), type.encode(value)),
      remove: (state, key) => state.remove(keyOf(key)),
    };
  }

  #key(name: string): Hex {
    return toHex(concatBytes(twox128(this.name), twox128(name)));
  }
}

function remembered<K>(keyFor: (key: K) => Hex): (key: K) => Hex {
  const known = new Map<K, Hex>();
  return (key) => {
    const found = known.get(key) ?? keyFor(key);
    known.set(key, found);
    return found;
  };
}

function decoded<T>(type: ScaleType<T>, bytes: Uint8Array | undefined): T | undefined {
  return bytes === undefined ? undefined : type.decode(bytes);
}
