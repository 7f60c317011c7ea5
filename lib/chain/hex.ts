/** Hexadecimal text of bytes, as nodes write it. */

import { BittensorError } from "../base/errors.ts";
import type { Hex } from "./chain.ts";

/**
 * The bytes behind hexadecimal texts, of which some may be missing.
 *
 * They lie in one piece of memory: thousands of pieces would take longer to get than to fill.
 *
 * @throws {BittensorError} `chain/malformed-storage` if a node wrote something else.
 */
export function allFromHex(texts: readonly (Hex | null)[]): (Uint8Array | undefined)[] {
  const memory = new Uint8Array(texts.reduce((length, text) => length + byteLength(text), 0));
  let end = 0;
  return texts.map((text) => {
    if (text === null) return undefined;
    const bytes = memory.subarray(end, end += byteLength(text));
    writeBytes(text, bytes);
    return bytes;
  });
}

/** The hexadecimal text of bytes. */
export function toHex(bytes: Uint8Array): Hex {
  return `0x${bytes.toHex()}`;
}

/** What is no text has none: reading it fails. */
function byteLength(hex: unknown): number {
  return typeof hex === "string" ? Math.max(0, hex.length - 2) >>> 1 : 0;
}

function writeBytes(hex: Hex, target: Uint8Array): void {
  try {
    target.setFromHex(hex.slice(2));
  } catch (cause) {
    const text = JSON.stringify(String(hex).slice(0, 40));
    const message = `Cannot read ${text} as hexadecimal bytes`;
    throw new BittensorError("chain/malformed-storage", message, { cause });
  }
}
