/** Bytes as hexadecimal text, the form in which JSON-RPC and the state hold them. */

/** Bytes as `0x` and two lower-case digits each. */
export type Hex = `0x${string}`;

/** The text of bytes. */
export function toHex(bytes: Uint8Array): Hex {
  return `0x${bytes.toHex()}`;
}

/** The bytes of a text. @throws {SyntaxError} If it is no hexadecimal text. */
export function fromHex(hex: Hex): Uint8Array {
  return Uint8Array.fromHex(hex.slice(2));
}

/** Puts byte strings one after the other. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether two byte strings are the same. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) {
    if (a[index] !== b[index]) return false;
  }
  return true;
}
