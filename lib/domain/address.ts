/** Addresses: SS58 text of a public key, checked where it enters. */

import { hash } from "node:crypto";
import { checkAddress } from "@polkadot/util-crypto";
import { BittensorError } from "../base/errors.ts";
import { RecentMap } from "../base/recent_map.ts";
import { decodeBase58, encodeBase58 } from "./base58.ts";
import type { Brand } from "./brand.ts";

/** SS58 prefix of Bittensor, today as in the seed era; addresses start with a 5. */
export const SS58_PREFIX = 42;

/** Characters of every address: 1 byte of prefix, 32 of public key, 2 of checksum in base 58. */
const ADDRESS_LENGTH = 48;

/** What is hashed before prefix and key: the checksum is the start of that hash. */
const CONTEXT = new TextEncoder().encode("SS58PRE");

/** Addresses by hexadecimal key: who follows a network meets the same ones block after block. */
const ENCODED = new RecentMap<string, Address>(2 ** 15);

/** Context, prefix and a key: where {@linkcode encodeAddress} puts what it hashes. */
const PREIMAGE = Uint8Array.of(...CONTEXT, SS58_PREFIX, ...new Uint8Array(32));

/** An SS58 address whose checksum and prefix were verified by {@linkcode address}. */
export type Address = Brand<string, "Address">;

/**
 * Checks an SS58 address.
 *
 * @throws {BittensorError} `address/invalid` if length, alphabet, checksum or prefix are wrong.
 *
 * @example Check an address
 * ```ts
 * import { address } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * const alice = address("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
 * assert.equal(alice.length, 48);
 * assert.throws(() => address("5Grwva"), { code: "address/invalid" });
 * ```
 */
export function address(text: string): Address {
  // The length first: decoding takes the square of it, and a peer chooses the text. Short account
  // indices, and the prefix in its long form, would pass the check as well.
  const [valid, reason] = text.length === ADDRESS_LENGTH
    ? checkAddress(text, SS58_PREFIX)
    : [false, `its length is ${text.length}`];
  if (valid) return text as Address;
  const fact = reason ?? "it is not that of a public key";
  const shown = text.slice(0, 2 * ADDRESS_LENGTH);
  throw new BittensorError("address/invalid", `Cannot read the address ${shown}: ${fact}`, {
    hint: "an address is the 48 characters that start with a 5, as the wallet shows them",
  });
}

/** The address of a 32-byte public key. */
export function encodeAddress(publicKey: Uint8Array): Address {
  if (publicKey.length !== 32) {
    throw new RangeError(`Cannot encode a public key of ${publicKey.length} bytes: it has 32`);
  }
  const key = publicKey.toHex();
  const known = ENCODED.get(key);
  if (known !== undefined) return known;
  const address = encode(publicKey);
  ENCODED.set(key, address);
  return address;
}

function encode(publicKey: Uint8Array): Address {
  PREIMAGE.set(publicKey, CONTEXT.length + 1);
  const checksum = parseInt(hash("blake2b512", PREIMAGE, "hex").slice(0, 4), 16);
  const bytes = new Uint8Array(35);
  bytes[0] = SS58_PREFIX;
  bytes.set(publicKey, 1);
  bytes[33] = checksum >> 8;
  bytes[34] = checksum;
  return encodeBase58(bytes) as Address;
}

/** The 32-byte public key of an address. */
export function publicKeyOf(address: Address): Uint8Array {
  // Its checksum was verified when it became an address.
  return decodeBase58(address).slice(1, 33);
}
