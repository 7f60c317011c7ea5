/** Reading SCALE bytes in place, for bulk storage that no codec object should be made of. */

import { BittensorError } from "../base/errors.ts";

/** An unsigned little-endian integer of `width` bytes. */
export function readUint(bytes: Uint8Array, offset: number, width: number): bigint {
  if (offset + width > bytes.length) throw truncated(bytes.length, offset + width);
  let value = 0n;
  for (let index = offset + width - 1; index >= offset; index--) {
    value = value << 8n | BigInt(bytes[index] ?? 0);
  }
  return value;
}

/**
 * The compact integer at the start of some bytes, and the offset behind it.
 *
 * The two low bits say how it is written: one, two or four bytes; longer ones are no length.
 */
export function readCompact(bytes: Uint8Array): { value: number; next: number } {
  const mode = Number(readUint(bytes, 0, 1)) & 0b11;
  if (mode === 0b11) {
    throw new BittensorError("chain/malformed-storage", "Cannot read a length of over 30 bits");
  }
  const next = 1 << mode;
  return { value: Number(readUint(bytes, 0, next) >> 2n), next };
}

function truncated(length: number, needed: number): BittensorError {
  return new BittensorError(
    "chain/malformed-storage",
    `Cannot read a storage value of ${length} bytes: it ends before byte ${needed}`,
  );
}
