/** Hexadecimal text of bytes, as nodes write it. */

import type { Hex } from "./chain.ts";

/** The bytes behind some hexadecimal text. */
export function fromHex(hex: Hex): Uint8Array {
  return Uint8Array.fromHex(hex.slice(2));
}

/** The hexadecimal text of bytes. */
export function toHex(bytes: Uint8Array): Hex {
  return `0x${bytes.toHex()}`;
}
