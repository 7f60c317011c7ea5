/** Kinds of text that are hard on a tokenizer, as long as one likes. */

/**
 * Makes a text of so many UTF-8 bytes, or of a few less; the same for the same seed, which is a
 * positive integer.
 */
export type TextMaker = (bytes: number, seed?: number) => string;

/** The kinds, by what the text consists of. */
export const HOSTILE_TEXTS: Readonly<Record<string, TextMaker>> = {
  "one letter": (bytes) => "a".repeat(bytes),
  "letters": random("abcdefghijklmnopqrstuvwxyz"),
  "letters and digits": random("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
  "words in a row": random(["the", "over", "brown", "jumped", "lazy", "quick"]),
  "Cyrillic": random(range(0x430, 0x44f)),
  "Arabic": random(range(0x627, 0x64a)),
  "Hangul": random(range(0xac00, 0xd7a3)),
  "Chinese": random(range(0x4e00, 0x9fff)),
  "one Chinese character": repeated("中"),
  "emoji": random(range(0x1f600, 0x1f64f)),
  "one emoji": repeated("🙂"),
  "digits": random("0123456789"),
  "one digit": repeated("7"),
  "punctuation": random('!"#$%&()*+,-./:;<=>?@[]^_{|}~'),
  "spaces": enclosed(repeated(" ")),
  "nothing but spaces": repeated(" "),
  "no-break spaces": enclosed(repeated("\u00a0")),
  "newlines": enclosed(repeated("\n")),
  "blanks": enclosed(random(" \n\t\r\u00a0\u2003\u3000")),
  "marks": random(range(0x300, 0x36f)),
  "marks on letters": repeated("e\u0301"),
  "lone upper surrogates": repeated("\ud800"),
  "lone lower surrogates": repeated("\udc00"),
  "U+FFFD": repeated("\ufffd"),
  "zero bytes": repeated("\0"),
  "any characters": random([...range(0, 0xd7ff), ...range(0xe000, 0x1ffff)]),
  "brackets": repeated("["),
  "almost special tokens": random(["[PAD", "<|endoftext|", "[", "BOS]"]),
  "special tokens": random(["[PAD]", "<|endoftext|>", "[MASK]"]),
  "special tokens and blanks": random(["[PAD]", "\u3000", " ", "\n"]),
  "special tokens and marks": repeated("[PAD]\u0301"),
  "words of one letter": repeated("a1"),
  "apostrophes": random(["'s", "'re", "'", "'l"]),
  "words that are none": words(10),
  "long words": words(48),
  "longest tokens": repeated("ÃÂ"),
  "merges that reach far": repeated(
    " guaranteeinituriupolo linfasuprurvgurusiboinencreasorosaloreAnimatanalmistrucapeswassoSold",
  ),
};

function repeated(unit: string): TextMaker {
  const { length } = new TextEncoder().encode(unit);
  return (bytes) => unit.repeat(Math.max(0, bytes / length));
}

/** A text that is not blank, though all between its ends may be. */
function enclosed(make: TextMaker): TextMaker {
  return (bytes, seed) => `a${make(bytes - 2, seed)}a`;
}

function random(units: string | readonly string[]): TextMaker {
  const choices = [...units];
  const lengths = choices.map((unit) => new TextEncoder().encode(unit).length);
  return (bytes, seed) => {
    const next = randomIntegers(seed);
    const parts: string[] = [];
    for (let length = 0;;) {
      const index = next(choices.length);
      length += lengths[index]!;
      if (length > bytes) return parts.join("");
      parts.push(choices[index]!);
    }
  };
}

/** Random letters, with a space before so many of them. */
function words(length: number): TextMaker {
  const letters = random("abcdefghijklmnopqrstuvwxyz");
  return (bytes, seed) => {
    const text = letters(bytes * length / (length + 1), seed);
    return text.replaceAll(new RegExp(`.{${length}}`, "g"), " $&");
  };
}

function range(first: number, last: number): string[] {
  return Array.from(
    { length: last - first + 1 },
    (_, index) => String.fromCodePoint(first + index),
  );
}

/** Integers below a bound, from Marsaglia's xorshift. */
function randomIntegers(seed = 2021): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}
