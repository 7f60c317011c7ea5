/** Hexadecimal text of bytes, as nodes write it. */

import { BittensorError } from "../base/errors.ts";
import type { Hex } from "./chain.ts";

/**
 * The bytes behind some hexadecimal text.
 *
 * @throws {BittensorError} `chain/malformed-storage` if a node wrote something else.
 */
export function fromHex(hex: Hex): Uint8Array {
  try {
    return Uint8Array.fromHex(hex.slice(2));
  } catch (cause) {
    const text = JSON.stringify(String(hex).slice(0, 40));
    const message = `Cannot read ${text} as hexadecimal bytes`;
    throw new BittensorError("chain/malformed-storage", message, { cause });
  }
}

/** The hexadecimal text of bytes. */
export function toHex(bytes: Uint8Array): Hex {
  return `0x${bytes.toHex()}`;
}
