/** Base 58 as Bitcoin and SS58 write it. */

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** Four digits make a limb; one times 2²⁴, which is three bytes, is still a whole number of 53 bits. */
const LIMB = 58 ** 4;

/**
 * The text of some bytes, of which the first is not 0: 35 bytes give 47 or 48 characters.
 *
 * A metagraph shows two addresses of each neuron. General libraries take the number one byte and one
 * digit at a time, which for thousands of addresses is most of the time of a sync; three bytes and
 * four digits at a time take a tenth.
 */
export function encodeBase58(bytes: Uint8Array): string {
  const limbs = [0];
  let carry = 0;
  for (let index = 0; index < bytes.length; index++) {
    carry = carry * 256 + bytes[index]!;
    // The bytes that are left are a multiple of three.
    if ((bytes.length - 1 - index) % 3 !== 0) continue;
    for (let limb = 0; limb < limbs.length; limb++) {
      const value = limbs[limb]! * 2 ** 24 + carry;
      carry = Math.floor(value / LIMB);
      limbs[limb] = value - carry * LIMB;
    }
    for (; carry > 0; carry = Math.floor(carry / LIMB)) limbs.push(carry % LIMB);
  }
  return limbs.reduceRight((text, limb) => text + fourDigits(limb), "").replace(/^1+/, "");
}

function fourDigits(limb: number): string {
  const [a, b] = [Math.floor(limb / 58 ** 3), Math.floor(limb / 58 ** 2) % 58];
  return ALPHABET[a]! + ALPHABET[b]! + ALPHABET[Math.floor(limb / 58) % 58]! + ALPHABET[limb % 58]!;
}

const DIGITS = new Map(Array.from(ALPHABET, (digit, value) => [digit, value]));

/**
 * The bytes of a text that `encodeBase58` gave.
 *
 * @throws {RangeError} If a character is no digit.
 */
export function decodeBase58(text: string): Uint8Array {
  // Three bytes make a limb.
  const limbs = [0];
  let carry = 0;
  for (let index = 0; index < text.length; index++) {
    const digit = DIGITS.get(text[index]!);
    if (digit === undefined) throw new RangeError(`${text[index]} is no digit of base 58`);
    carry = carry * 58 + digit;
    // The digits that are left are a multiple of four.
    if ((text.length - 1 - index) % 4 !== 0) continue;
    for (let limb = 0; limb < limbs.length; limb++) {
      const value = limbs[limb]! * LIMB + carry;
      carry = Math.floor(value / 2 ** 24);
      limbs[limb] = value - carry * 2 ** 24;
    }
    for (; carry > 0; carry = Math.floor(carry / 2 ** 24)) limbs.push(carry % 2 ** 24);
  }
  const bytes = new Uint8Array(3 * limbs.length);
  for (const [index, limb] of limbs.entries()) {
    const end = bytes.length - 3 * index;
    bytes[end - 1] = limb;
    bytes[end - 2] = limb >> 8;
    bytes[end - 3] = limb >> 16;
  }
  return bytes.subarray(bytes.findIndex((byte) => byte > 0));
}
