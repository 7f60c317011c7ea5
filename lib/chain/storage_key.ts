/** Keys of the chain's storage, as FRAME composes them. */

import { blake2AsU8a, xxhashAsU8a } from "@polkadot/util-crypto";
import type { Hex } from "./chain.ts";
import { toHex } from "./hex.ts";

/** Length of every key that {@linkcode storageKey} makes: two hashes of 128 bits. */
export const PREFIX_BYTES = 32;

/** Bytes of the hash in front of a key that is hashed by Blake2_128Concat. */
export const BLAKE2_128_BYTES = 16;

/** Key of a plain storage value, and prefix of the keys of a map. */
export function storageKey(pallet: string, item: string): Hex {
  return toHex(Uint8Array.of(...xxhashAsU8a(pallet, 128), ...xxhashAsU8a(item, 128)));
}

/** A map's key, hashed by Blake2_128Concat: it ends with the key itself. */
export function blake2Concat(key: Uint8Array): Uint8Array {
  const hashed = new Uint8Array(BLAKE2_128_BYTES + key.length);
  hashed.set(blake2AsU8a(key, 128));
  hashed.set(key, BLAKE2_128_BYTES);
  return hashed;
}
