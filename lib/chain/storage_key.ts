/** Keys of the chain's storage, as FRAME composes them. */

import { u8aToHex } from "@polkadot/util";
import { blake2AsU8a, xxhashAsU8a } from "@polkadot/util-crypto";
import { type Address, publicKeyOf } from "../domain/address.ts";
import type { Hex } from "./chain.ts";

/** Length of every key that {@linkcode storageKey} makes: two hashes of 128 bits. */
export const PREFIX_BYTES = 32;

/** Key of a plain storage value, and prefix of the keys of a map. */
export function storageKey(pallet: string, item: string): Hex {
  return u8aToHex(Uint8Array.of(...xxhashAsU8a(pallet, 128), ...xxhashAsU8a(item, 128)));
}

/** Key of an account's record, System.Account, hashed by Blake2_128Concat. */
export function accountKey(address: Address): Hex {
  const publicKey = publicKeyOf(address);
  const hashed = u8aToHex(Uint8Array.of(...blake2AsU8a(publicKey, 128), ...publicKey));
  return `${storageKey("System", "Account")}${hashed.slice(2)}`;
}
