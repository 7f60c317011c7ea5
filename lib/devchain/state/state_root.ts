/** The root of a state: a hash of its content that every block brings up to date. */

import { blake2_256 } from "../scale/crypto.ts";
import { concatBytes, equalBytes, fromHex, type Hex, toHex } from "../scale/hex.ts";
import { bytes } from "../scale/scale_type.ts";
import type { StateChanges } from "./chain_store.ts";

/** The root of a state that holds nothing. */
export const EMPTY_ROOT: Hex = `0x${"00".repeat(32)}`;

/**
 * The root after some changes. @param before Reads a value as it was before them.
 *
 * The root is the sum, modulo 2^256, of the BLAKE2b hashes of all entries; the bytes of an entry are
 * its key with a SCALE length prefix, and its value. So it depends on the content alone and not on
 * how that came about, and a block costs as much as it changes. It tells states apart, but proves
 * nothing: whoever may choose the entries can make two states with one sum.
 */
export function nextStateRoot(
  root: Hex,
  changes: StateChanges,
  before: (key: Hex) => Uint8Array | undefined,
): Hex {
  let sum = BigInt(root);
  for (const [key, value] of changes) {
    const old = before(key);
    if (sameValue(old, value)) continue;
    if (old !== undefined) sum -= entryHash(key, old);
    if (value !== undefined) sum += entryHash(key, value);
  }
  return `0x${BigInt.asUintN(256, sum).toString(16).padStart(64, "0")}`;
}

/** Whether two values are the same; `undefined` is none. */
export function sameValue(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && equalBytes(a, b));
}

function entryHash(key: Hex, value: Uint8Array): bigint {
  return BigInt(toHex(blake2_256(concatBytes(bytes.encode(fromHex(key)), value))));
}
