/** From a key file to the secret in it: permissions, password, decryption, cross-checks. */

import { encodeAddress } from "../domain/address.ts";
import { type CipherOptions, decrypt, encryptionOf } from "./encryption.ts";
import { fileExists, readPublicFile, readSecretFile } from "./key_storage.ts";
import { corruptKeyfile, decodeKeyfile, decodePublicKeyfile, type KeyMaterial } from "./keyfile.ts";
import { type PasswordSource, requirePassword } from "./password.ts";
import type { StoredKey } from "./wallet_paths.ts";

/** Options of {@linkcode Wallet.hotkey} and {@linkcode Wallet.coldkey}. */
export interface UnlockOptions {
  /** Where the password of an encrypted key comes from. */
  readonly password?: PasswordSource | undefined;
  /** Stops the work; the call then throws the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  /** Called ten times a second while the key is decrypted, with the time gone by. */
  readonly onProgress?: ((elapsedMs: number) => void) | undefined;
}

/**
 * Reads the secret of a key, and checks it against the public file beside it, if there is one.
 *
 * @throws {BittensorError} As {@linkcode Wallet.coldkey} says.
 */
export async function unlockKey(
  key: StoredKey,
  options: UnlockOptions & CipherOptions,
): Promise<KeyMaterial> {
  options.signal?.throwIfAborted();
  const plain = await decryptIfNeeded(
    await readSecretFile(key.secretFile, key.label),
    key,
    options,
  );
  try {
    const material = decodeKeyfile(plain, key.secretFile.path);
    await checkPublicFile(key, material);
    return material;
  } finally {
    plain.fill(0);
  }
}

async function decryptIfNeeded(
  bytes: Uint8Array,
  key: StoredKey,
  options: UnlockOptions & CipherOptions,
): Promise<Uint8Array> {
  const cipher = encryptionOf(bytes);
  if (cipher === "none") return bytes;
  const { path } = key.secretFile;
  const request = { key: key.label, purpose: "unlock", signal: options.signal } as const;
  const password = await requirePassword(options.password, request, path);
  return await decrypt({ bytes, cipher, path }, password, options);
}

async function checkPublicFile(key: StoredKey, { pair }: KeyMaterial): Promise<void> {
  const { label, secretFile, publicFile } = key;
  if (!await fileExists(publicFile)) return;
  const named = decodePublicKeyfile(await readPublicFile(publicFile, label), publicFile.path);
  const held = encodeAddress(pair.publicKey);
  if (held === named) return;
  throw corruptKeyfile(
    secretFile.path,
    `it holds the key of ${held}, but ${publicFile.path} names ${named}`,
  );
}
