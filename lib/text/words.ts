/** GPT-2 cuts a text into words before it joins bytes: no token reaches over the end of a word. */

import type { Span } from "./span.ts";
import { lengthOfCharacter, readCodePoint } from "./utf8.ts";

/**
 * Reads a text word by word, being the word that was read last: an object for each word would take
 * as long as to encode it.
 *
 * The words are the matches of GPT-2's pattern,
 * `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`. It is no regular
 * expression here because that one's stack overflows on a long word.
 */
export class WordReader implements Span {
  bytes: Uint8Array = new Uint8Array();
  start = 0;
  end = 0;
  // Each character is classed when it is first met, so that the table costs nothing before.
  readonly #classes = new Uint8Array(0x110000);

  /** Starts with a text, in UTF-8. */
  open(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.start = this.end = 0;
  }

  /** Goes to the next word; false if there is none. */
  next(): boolean {
    this.start = this.end;
    if (this.start === this.bytes.length) return false;
    this.end = this.#endOfContraction() ?? this.#endOfRun();
    return true;
  }

  #endOfContraction(): number | undefined {
    const { bytes, start } = this;
    if (bytes[start] !== APOSTROPHE) return undefined;
    const ending = String.fromCharCode(bytes[start + 1] ?? 0, bytes[start + 2] ?? 0);
    if ("stmd".includes(ending.charAt(0))) return start + 2;
    return ["re", "ve", "ll"].includes(ending) ? start + 3 : undefined;
  }

  #endOfRun(): number {
    const { bytes, start } = this;
    const spaced = bytes[start] === SPACE && start + 1 < bytes.length &&
      this.#classAt(start + 1) !== BLANK;
    let last = spaced ? start + 1 : start;
    const kind = this.#classAt(last);
    let end = last + lengthOfCharacter(bytes[last]!);
    while (end < bytes.length && this.#classAt(end) === kind) {
      last = end;
      end += lengthOfCharacter(bytes[end]!);
    }
    // Several blanks leave the last one to the word that follows.
    return kind === BLANK && end < bytes.length && last > start ? last : end;
  }

  #classAt(index: number): number {
    const codePoint = readCodePoint(this.bytes, index);
    return this.#classes[codePoint] ||= classOf(codePoint);
  }
}

const SPACE = 0x20;
const APOSTROPHE = 0x27;

const LETTER = 1;
const NUMBER = 2;
const BLANK = 3;
const OTHER = 4;

function classOf(codePoint: number): number {
  const character = String.fromCodePoint(codePoint);
  if (/\p{L}/u.test(character)) return LETTER;
  if (/\p{N}/u.test(character)) return NUMBER;
  return /\s/u.test(character) ? BLANK : OTHER;
}
