/** How hard a password is to guess: the network's rule for passwords that are chosen at a prompt. */

/** Shortest password that may be chosen, in characters. */
export const MIN_PASSWORD_LENGTH = 6;

/** Lowest {@linkcode passwordStrength} that may be chosen. */
export const MIN_PASSWORD_STRENGTH = 20;

/** Strength of a password of 30 bits; a longer one approaches 100. */
const WEAK_BITS = 30;

const SEQUENCES = ["abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "01234567890"]
  .flatMap((sequence) => [sequence, [...sequence].reverse().join("")]);

/**
 * Strength of a password, 0 to 100.
 *
 * Length times the logarithm of its distinct characters, less the share that repeats itself or runs
 * along the alphabet, the digits or a row of the keyboard; as in Python's `password_strength` 0.0.3.
 */
export function passwordStrength(password: string): number {
  const characters = [...password];
  if (characters.length === 0) return 0;
  const bits = characters.length * Math.log2(new Set(characters).size);
  const guessable = repeatedLength(password) + sequenceLength(password);
  return 100 * strengthOfBits(bits) * (1 - Math.min(1, guessable / characters.length));
}

/** 1/3 at 30 bits, 0.95 at 120: linear below, then approaching 1. */
function strengthOfBits(bits: number): number {
  if (bits <= WEAK_BITS) return bits / (3 * WEAK_BITS);
  const decay = -Math.log2(0.05 / (2 / 3)) / (3 * WEAK_BITS);
  return 1 - (2 / 3) * 2 ** (-decay * (bits - WEAK_BITS));
}

/** Characters inside patterns that follow themselves, such as `ss` or `abab`. */
function repeatedLength(password: string): number {
  return [...password.matchAll(/(.+?)\1+/gsu)].reduce((sum, [match]) => sum + match.length, 0);
}

/** Characters inside runs of three or more along one of the sequences. */
function sequenceLength(password: string): number {
  const text = password.toLowerCase();
  let total = 0;
  for (let start = 0; start < text.length;) {
    const run = runLength(text, start);
    total += run >= 3 ? run : 0;
    start += run;
  }
  return total;
}

function runLength(text: string, start: number): number {
  let length = 1;
  while (
    start + length < text.length &&
    SEQUENCES.some((sequence) => sequence.includes(text.slice(start, start + length + 1)))
  ) length++;
  return length;
}
