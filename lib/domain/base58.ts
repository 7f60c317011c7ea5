/** Base 58 as Bitcoin and SS58 write it. */

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** Four digits make a limb; a limb times 2²⁴ is still a whole number of 53 bits. */
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
