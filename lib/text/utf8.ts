/**
 * UTF-8, character by character. The platform's encoder takes a microsecond for each call, which a
 * text of many special tokens would pay for every part between them.
 */

/** Most bytes that one unit of UTF-16 takes. */
export const BYTES_PER_UNIT = 3;

/**
 * Writes a text and returns how many bytes it took, of the {@linkcode BYTES_PER_UNIT} for each unit
 * that must be free. A lone surrogate is written as U+FFFD.
 */
export function writeUtf8(text: string, bytes: Uint8Array): number {
  let end = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) {
      bytes[end++] = unit;
    } else if (unit < 0x800) {
      bytes[end++] = 0xc0 | (unit >> 6);
      bytes[end++] = 0x80 | (unit & 0x3f);
    } else if (isSurrogate(unit)) {
      const codePoint = text.codePointAt(index)!;
      if (codePoint > 0xffff) index++;
      end = codePoint > 0xffff ? writeFour(codePoint, bytes, end) : writeThree(0xfffd, bytes, end);
    } else {
      end = writeThree(unit, bytes, end);
    }
  }
  return end;
}

function isSurrogate(unit: number): boolean {
  return (unit & 0xf800) === 0xd800;
}

function writeThree(codePoint: number, bytes: Uint8Array, at: number): number {
  bytes[at] = 0xe0 | (codePoint >> 12);
  bytes[at + 1] = 0x80 | ((codePoint >> 6) & 0x3f);
  bytes[at + 2] = 0x80 | (codePoint & 0x3f);
  return at + 3;
}

function writeFour(codePoint: number, bytes: Uint8Array, at: number): number {
  bytes[at] = 0xf0 | (codePoint >> 18);
  bytes[at + 1] = 0x80 | ((codePoint >> 12) & 0x3f);
  bytes[at + 2] = 0x80 | ((codePoint >> 6) & 0x3f);
  bytes[at + 3] = 0x80 | (codePoint & 0x3f);
  return at + 4;
}

/** How many bytes the character has that starts with this byte. */
export function lengthOfCharacter(first: number): number {
  return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** The character that starts at `index`, in bytes that are UTF-8. */
export function readCodePoint(bytes: Uint8Array, index: number): number {
  const first = bytes[index]!;
  if (first < 0x80) return first;
  const second = bytes[index + 1]! & 0x3f;
  if (first < 0xe0) return ((first & 0x1f) << 6) | second;
  const third = bytes[index + 2]! & 0x3f;
  if (first < 0xf0) return ((first & 0x0f) << 12) | (second << 6) | third;
  return ((first & 0x07) << 18) | (second << 12) | (third << 6) | (bytes[index + 3]! & 0x3f);
}
