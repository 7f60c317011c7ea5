/** Keys of sr25519: mnemonics, derivation, signatures, by way of polkadot.js. */

import { compactAddLength, u8aWrapBytes } from "@polkadot/util";
import {
  blake2AsU8a,
  mnemonicGenerate,
  mnemonicToMiniSecret,
  mnemonicValidate,
  sr25519Agreement,
  sr25519DeriveHard,
  sr25519DeriveSoft,
  sr25519PairFromSeed,
  sr25519Sign,
  sr25519Verify,
} from "@polkadot/util-crypto";
import { BittensorError } from "../base/errors.ts";

/** Lengths that a mnemonic can have. */
export type WordCount = 12 | 15 | 18 | 21 | 24;

/** A secret key and its public key, 64 and 32 bytes. */
export interface Sr25519Pair {
  readonly publicKey: Uint8Array;
  /** Scalar times 8 (the ed25519 form that JavaScript libraries use), little-endian; then nonce. */
  readonly secretKey: Uint8Array;
}

/** Public development phrase: the secret of `//Alice` and her friends on every development chain. */
const DEVELOPMENT_PHRASE = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

/** Base point of ristretto255, encoded (RFC 9496, appendix A.1). */
const BASE_POINT = Uint8Array.fromHex(
  "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
);

/**
 * A new random mnemonic, English BIP-39.
 *
 * @throws {RangeError} If there are no mnemonics of that length.
 */
export function generateMnemonic(words: WordCount = 12): string {
  if (![12, 15, 18, 21, 24].includes(words)) {
    throw new RangeError(`Cannot make a mnemonic of ${words} words: it has 12, 15, 18, 21 or 24`);
  }
  return mnemonicGenerate(words, undefined, true);
}

/**
 * The 32-byte seed of a mnemonic, derived from its entropy as Substrate does (substrate-bip39).
 *
 * @throws {BittensorError} `wallet/invalid-mnemonic` if words, length or checksum are wrong.
 */
export function seedOfMnemonic(mnemonic: string, password = ""): Uint8Array {
  if (!mnemonicValidate(mnemonic, undefined, true)) {
    throw new BittensorError("wallet/invalid-mnemonic", "Cannot read the mnemonic: it is not one", {
      hint: "check its order and spelling: 12, 15, 18, 21 or 24 English words of the BIP-39 list",
    });
  }
  return mnemonicToMiniSecret(mnemonic, password, undefined, true);
}

/** The key pair of a 32-byte seed, expanded as schnorrkel's `ExpansionMode::Ed25519` does. */
export function pairOfSeed(seed: Uint8Array): Sr25519Pair {
  return sr25519PairFromSeed(seed);
}

/**
 * The key pair of a private key in schnorrkel's canonical form: scalar, then nonce.
 *
 * @throws {RangeError} If it is not 64 bytes, or its scalar is zero or not below the group order.
 */
export function pairOfPrivateKey(privateKey: Uint8Array): Sr25519Pair {
  const scalar = readLittleEndian(privateKey.subarray(0, 32));
  if (privateKey.length !== 64 || scalar >> 253n !== 0n) {
    throw new RangeError("Cannot use the private key: it is 64 bytes with a scalar below 2^253");
  }
  try {
    return pairOfSecretKey(withScalar(privateKey, scalar * 8n));
  } catch (cause) {
    throw new RangeError("Cannot use the private key: its scalar is out of range", { cause });
  }
}

/** The key pair of a secret key in the form of JavaScript libraries: {@linkcode Sr25519Pair}. */
export function pairOfSecretKey(secretKey: Uint8Array): Sr25519Pair {
  // The secret that a key shares with the base point is its own public key.
  return { publicKey: sr25519Agreement(secretKey, BASE_POINT), secretKey };
}

/** The private key in schnorrkel's canonical form, 64 bytes: what key files hold. */
export function privateKeyOf({ secretKey }: Sr25519Pair): Uint8Array {
  return withScalar(secretKey, readLittleEndian(secretKey.subarray(0, 32)) / 8n);
}

/**
 * The key pair of a secret URI: a mnemonic or `0x` seed, junctions, `///` and a password.
 *
 * Junctions are read as Substrate's `DeriveJunction` does; without a mnemonic the development
 * phrase is meant, so `//Alice` is Alice.
 *
 * @throws {BittensorError} `wallet/invalid-uri` or `wallet/invalid-mnemonic`.
 */
export function pairOfUri(uri: string): Sr25519Pair {
  const match = /^([^/]*)((?:\/\/?[^/]+)*)(?:\/\/\/(.*))?$/s.exec(uri);
  if (match === null) {
    throw new BittensorError("wallet/invalid-uri", "Cannot read the secret URI: it is malformed", {
      hint: "write a mnemonic or 0x seed with junctions, such as //Alice or //Alice/soft",
    });
  }
  const [, phrase = "", path = "", password = ""] = match;
  const seed = /^0x[0-9a-f]{64}$/i.test(phrase)
    ? Uint8Array.fromHex(phrase.slice(2))
    : seedOfMnemonic(phrase || DEVELOPMENT_PHRASE, password);
  let pair = pairOfSeed(seed);
  for (const [, slashes, junction = ""] of path.matchAll(/(\/\/?)([^/]+)/g)) {
    const derive = slashes === "//" ? sr25519DeriveHard : sr25519DeriveSoft;
    pair = derive(pair, chainCodeOf(junction));
  }
  return pair;
}

/** The signature of a message, 64 bytes, randomised, in the signing context `substrate`. */
export function signMessage(pair: Sr25519Pair, message: Uint8Array): Uint8Array {
  return sr25519Sign(message, pair);
}

/** Whether a signature fits the message, or `<Bytes>message</Bytes>`; false if it is malformed. */
export function verifyMessage(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    return sr25519Verify(message, signature, publicKey) ||
      sr25519Verify(u8aWrapBytes(message), signature, publicKey);
  } catch {
    return false;
  }
}

/** A junction as 32 bytes: a u64 or a SCALE string, hashed if it is longer than that. */
function chainCodeOf(junction: string): Uint8Array {
  const encoded = encodeJunction(junction);
  if (encoded.length > 32) return blake2AsU8a(encoded, 256);
  const chainCode = new Uint8Array(32);
  chainCode.set(encoded);
  return chainCode;
}

function encodeJunction(junction: string): Uint8Array {
  // Rust's parser of u64 takes a plus sign; larger numbers are text like any other.
  if (/^\+?\d+$/.test(junction) && BigInt(junction) < 1n << 64n) {
    return writeLittleEndian(BigInt(junction), 8);
  }
  return compactAddLength(new TextEncoder().encode(junction));
}

function withScalar(key: Uint8Array, scalar: bigint): Uint8Array {
  const changed = key.slice();
  changed.set(writeLittleEndian(scalar, 32));
  return changed;
}

function readLittleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => value << 8n | BigInt(byte), 0n);
}

function writeLittleEndian(value: bigint, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => Number(value >> BigInt(8 * index) & 0xffn));
}
