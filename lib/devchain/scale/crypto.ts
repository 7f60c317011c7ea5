/**
 * Hashes, signatures and the well-known development keys.
 *
 * The adapter of `@polkadot/util-crypto` and its WebAssembly; no other file of the dev chain imports
 * them.
 */

import {
  blake2AsU8a,
  cryptoWaitReady,
  ed25519Verify,
  keyExtractSuri,
  mnemonicToMiniSecret,
  secp256k1Verify,
  xxhashAsU8a,
} from "@polkadot/util-crypto";
import {
  sr25519DeriveKeypairHard,
  sr25519DeriveKeypairSoft,
  sr25519KeypairFromSeed,
  sr25519Verify,
  waitReady,
} from "@polkadot/wasm-crypto";

/** Waits for the WebAssembly: hashes run without it, but slower, and sr25519 does not. */
export async function cryptoReady(): Promise<void> {
  await Promise.all([cryptoWaitReady(), waitReady()]);
}

/** BLAKE2b with 256 bits. */
export function blake2_256(bytes: Uint8Array): Uint8Array {
  return blake2AsU8a(bytes, 256);
}

/** BLAKE2b with 128 bits. */
export function blake2_128(bytes: Uint8Array): Uint8Array {
  return blake2AsU8a(bytes, 128);
}

/** BLAKE2b with 64 bits, which names the runtime APIs. */
export function blake2_64(text: string): Uint8Array {
  return blake2AsU8a(text, 64);
}

/** XXH64 with seeds 0 and 1, which names pallets and storage items. */
export function twox128(text: string): Uint8Array {
  return xxhashAsU8a(text, 128);
}

/** XXH64. */
export function twox64(bytes: Uint8Array): Uint8Array {
  return xxhashAsU8a(bytes, 64);
}

const VERIFIERS = {
  // The WebAssembly is schnorrkel, as in a real node, and 2.5 times as fast as the JavaScript.
  Sr25519: (message: Uint8Array, signature: Uint8Array, account: Uint8Array) =>
    sr25519Verify(signature, message, account),
  Ed25519: ed25519Verify,
  Ecdsa: secp256k1Verify,
} as const;

/** The signature schemes of an account. */
export type SignatureScheme = keyof typeof VERIFIERS;

/**
 * Whether `signature` is that of `account` under `message`.
 *
 * `account` is the public key, or for ECDSA the BLAKE2b hash of the compressed public key.
 */
export function verifySignature(
  scheme: SignatureScheme,
  message: Uint8Array,
  signature: Uint8Array,
  account: Uint8Array,
): boolean {
  try {
    return VERIFIERS[scheme](message, signature, account);
  } catch {
    // The libraries throw for bytes that are no point of the curve; that is a wrong signature too.
    return false;
  }
}

/** The phrase that every development key derives from; its secrets are public knowledge. */
export const DEV_PHRASE = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

/** In a keypair the public key comes after it. */
const SECRET_KEY_LENGTH = 64;

/**
 * A function that gives the sr25519 public key of a development path such as `//Alice`. It remembers
 * where paths branch off: those of many accounts have all but the last step in common.
 */
export function devPublicKeys(): (path: string) => Uint8Array {
  const parents = new Map([["", sr25519KeypairFromSeed(mnemonicToMiniSecret(DEV_PHRASE))]]);
  const derive = (path: string): Uint8Array => {
    const [last = ""] = /\/\/?[^/]+$/.exec(path) ?? [];
    const [junction] = keyExtractSuri(`${DEV_PHRASE}${last}`).path;
    if (junction === undefined) throw new RangeError(`Cannot derive a key by ${path}`);
    const branch = path.slice(0, -last.length);
    const parent = parents.get(branch) ?? derive(branch);
    parents.set(branch, parent);
    const step = junction.isHard ? sr25519DeriveKeypairHard : sr25519DeriveKeypairSoft;
    return step(parent, junction.chainCode);
  };
  return (path) => derive(path).subarray(SECRET_KEY_LENGTH);
}
