/** The special tokens that the network of 2021 agreed on, and how they cut a text. */

/**
 * Id of each special token. The seed era's `[UNK]` has none: byte-pair encoding knows no unknown
 * text, so `[UNK]` is ordinary text here (there, it made the call fail).
 */
export const SPECIAL_TOKEN_IDS = {
  "<|endoftext|>": 50256,
  "[BOS]": 50257,
  "[EOS]": 50258,
  "[SEP]": 50259,
  "[PAD]": 50260,
  "[CLS]": 50261,
  "[MASK]": 50262,
} as const;

/**
 * The parts of a text, one after the other: the ids of its special tokens, and the texts between
 * them, which are not empty, without the white space beside a token. A blank text has no parts.
 */
export function* cutAtSpecialTokens(text: string): Generator<number | string> {
  if (skipWhiteSpace(text, 0) === text.length) return;
  const pattern = new RegExp(SPECIAL_TOKEN, "g");
  let start = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const end = skipWhiteSpaceBack(text, { start, end: match.index });
    if (start < end) yield text.slice(start, end);
    yield SPECIAL_TOKEN_IDS[match[0] as keyof typeof SPECIAL_TOKEN_IDS];
    start = skipWhiteSpace(text, pattern.lastIndex);
  }
  if (start < text.length) yield text.slice(start);
}

const SPECIAL_TOKEN = /<\|endoftext\|>|\[(?:BOS|EOS|SEP|PAD|CLS|MASK)\]/;

function skipWhiteSpace(text: string, start: number): number {
  let index = start;
  while (index < text.length && isWhiteSpace(text.charCodeAt(index))) index++;
  return index;
}

function skipWhiteSpaceBack(text: string, range: { start: number; end: number }): number {
  let index = range.end;
  while (index > range.start && isWhiteSpace(text.charCodeAt(index - 1))) index--;
  return index;
}

/**
 * White space as Python's str.strip() sees it, which the seed era used: unlike \s it has the
 * separators U+001C to U+001F and U+0085, and not U+FEFF.
 */
function isWhiteSpace(unit: number): boolean {
  if (unit <= 0x20) return unit >= 0x1c || (unit >= 0x09 && unit <= 0x0d);
  return unit >= 0x85 && WIDE_SPACE.test(String.fromCharCode(unit));
}

const WIDE_SPACE = /[\x85\p{Z}]/u;
