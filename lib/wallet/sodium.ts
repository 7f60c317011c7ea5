/** The cipher of `$NACL` key files. The one file that knows libsodium; a worker runs it. */

import sodium from "libsodium-wrappers-sumo";
import { messageOf } from "../base/errors.ts";

/** What deriving a key from a password costs. */
export interface DerivationLimits {
  /** Passes over the memory. */
  readonly operations: number;
  readonly memoryBytes: number;
}

/** Work for {@linkcode runCipher}. */
export interface CipherRequest {
  readonly operation: "encrypt" | "decrypt";
  /** Text of a key file to encrypt, or a whole `$NACL` file to decrypt. */
  readonly bytes: Uint8Array;
  readonly password: string;
  readonly limits: DerivationLimits;
}

/** What came of a {@linkcode CipherRequest}. */
export type CipherReply =
  | { readonly kind: "done"; readonly bytes: Uint8Array }
  /** The authentication tag does not fit: another password, or a changed file. */
  | { readonly kind: "refused" }
  | { readonly kind: "failed"; readonly message: string };

/** First bytes of an encrypted key file. */
const MAGIC = new TextEncoder().encode("$NACL");

/** The same for everybody: the file format leaves no room for one. */
const SALT = Uint8Array.fromHex("137183dff15a09bc9c90b5518739e9b1");

const NONCE_BYTES = 24;
const KEY_BYTES = 32;

/** Encrypts or decrypts a key file: `$NACL`, nonce, secretbox under the password's argon2i key. */
export async function runCipher(request: CipherRequest): Promise<CipherReply> {
  try {
    await sodium.ready;
    const { operation, bytes, password, limits } = request;
    const key = deriveKey(password, limits);
    return operation === "encrypt" ? { kind: "done", bytes: seal(bytes, key) } : open(bytes, key);
  } catch (error) {
    return { kind: "failed", message: messageOf(error) };
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

function seal(plain: Uint8Array, key: Uint8Array): Uint8Array {
  const nonce = sodium.randombytes_buf(NONCE_BYTES);
  const box = sodium.crypto_secretbox_easy(plain, nonce, key);
  const file = new Uint8Array(MAGIC.length + NONCE_BYTES + box.length);
  file.set(MAGIC);
  file.set(nonce, MAGIC.length);
  file.set(box, MAGIC.length + NONCE_BYTES);
  return file;
}

function open(file: Uint8Array, key: Uint8Array): CipherReply {
  const box = file.subarray(MAGIC.length + NONCE_BYTES);
  const nonce = file.subarray(MAGIC.length, MAGIC.length + NONCE_BYTES);
  try {
    return { kind: "done", bytes: sodium.crypto_secretbox_open_easy(box, nonce, key) };
  } catch (error) {
    // A TypeError is about the arguments; libsodium throws a plain Error when the tag does not fit.
    if (error instanceof TypeError) throw error;
    return { kind: "refused" };
  }
}
