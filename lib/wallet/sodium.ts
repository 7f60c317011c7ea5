/** The `$NACL` cipher of key files. The one file that knows libsodium. */

import sodium from "libsodium-wrappers-sumo";
import type { DerivationLimits, Opened } from "./cipher.ts";

/** First bytes of an encrypted key file. */
const MAGIC = new TextEncoder().encode("$NACL");

/** The same for everybody: the file format leaves no room for one. */
const SALT = Uint8Array.fromHex("137183dff15a09bc9c90b5518739e9b1");

const NONCE_BYTES = 24;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** Encrypts a key file: `$NACL`, nonce, secretbox under the password's argon2i key. */
export async function sealNacl(
  plain: Uint8Array,
  password: string,
  limits: DerivationLimits,
): Promise<Uint8Array> {
  await sodium.ready;
  const nonce = sodium.randombytes_buf(NONCE_BYTES);
  const box = sodium.crypto_secretbox_easy(plain, nonce, deriveKey(password, limits));
  const file = new Uint8Array(MAGIC.length + NONCE_BYTES + box.length);
  file.set(MAGIC);
  file.set(nonce, MAGIC.length);
  file.set(box, MAGIC.length + NONCE_BYTES);
  return file;
}

/** Decrypts what {@linkcode sealNacl} made. */
export async function openNacl(
  file: Uint8Array,
  password: string,
  limits: DerivationLimits,
): Promise<Opened> {
  const box = file.subarray(MAGIC.length + NONCE_BYTES);
  const nonce = file.subarray(MAGIC.length, MAGIC.length + NONCE_BYTES);
  if (box.length <= TAG_BYTES) return { kind: "malformed" };
  await sodium.ready;
  const key = deriveKey(password, limits);
  try {
    return { kind: "done", bytes: sodium.crypto_secretbox_open_easy(box, nonce, key) };
  } catch (error) {
    // A TypeError is about the arguments; libsodium throws a plain Error when the tag does not fit.
    if (error instanceof TypeError) throw error;
    return { kind: "refused" };
  }
}

function deriveKey(password: string, { operations, memoryBytes }: DerivationLimits): Uint8Array {
  return sodium.crypto_pwhash(
    KEY_BYTES,
    new TextEncoder().encode(password),
    SALT,
    operations,
    memoryBytes,
    sodium.crypto_pwhash_ALG_ARGON2I13,
  );
}
