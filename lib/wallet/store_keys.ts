/** From keys in memory to files: everything is prepared first, then all files are written, or none. */

import { BittensorError } from "../base/errors.ts";
import { encodeAddress } from "../domain/address.ts";
import { type CipherOptions, encrypt } from "./encryption.ts";
import { fileExists, readPublicFile } from "./key_storage.ts";
import {
  decodePublicKeyfile,
  encodeKeyfile,
  encodePublicKeyfile,
  type KeyMaterial,
  wipe,
} from "./keyfile.ts";
import { findPassword, type PasswordSource } from "./password.ts";
import type { StoredKey } from "./wallet_paths.ts";
import { type NewFile, writeWalletFiles } from "./write_wallet_files.ts";

/** Options of whatever stores a key. */
export interface StoreOptions {
  /** Where the password of the new key comes from, null for no encryption. */
  readonly password?: PasswordSource | undefined;
  /** Replace a key that exists: its secret is lost. @default {false} */
  readonly overwrite?: boolean | undefined;
  /** Stops the work before anything is written; the call then throws the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  /** Called ten times a second while the key is encrypted, with the time gone by. */
  readonly onProgress?: ((elapsedMs: number) => void) | undefined;
}

/** A key to store. */
export interface NewKey {
  readonly key: StoredKey;
  readonly material: KeyMaterial;
  readonly password: PasswordSource | undefined;
}

/**
 * Encrypts and writes keys, each with its public file; wipes them from memory.
 *
 * @throws {BittensorError} `wallet/exists` if files of a key are there and `overwrite` is not set;
 * a public file that names the same key is no obstacle.
 */
export async function storeKeys(
  keys: readonly NewKey[],
  options: Pick<StoreOptions, "overwrite"> & CipherOptions,
): Promise<void> {
  const { overwrite = false, signal } = options;
  try {
    const files: NewFile[] = [];
    for (const { key, material } of keys) {
      if (!overwrite && await isNamed(key, material)) continue;
      files.push({ ...key.publicFile, bytes: encodePublicKeyfile(material.pair.publicKey) });
    }
    for (const key of keys) {
      files.push({ ...key.key.secretFile, bytes: await encodeSecret(key, options) });
    }
    signal?.throwIfAborted();
    await writeWalletFiles(files, { overwrite });
  } finally {
    for (const { material } of keys) wipe(material);
  }
}

/** Whether only the public file of that key is here; refuses any other file. */
async function isNamed(key: StoredKey, { pair }: KeyMaterial): Promise<boolean> {
  const { label, secretFile, publicFile } = key;
  if (await fileExists(secretFile)) {
    throw new BittensorError(
      "wallet/exists",
      `Cannot store the ${label}: ${secretFile.path} exists`,
      {
        hint: "choose another name, or say overwrite on purpose",
      },
    );
  }
  if (!await fileExists(publicFile)) return false;
  const named = decodePublicKeyfile(await readPublicFile(publicFile, label), publicFile.path);
  if (named === encodeAddress(pair.publicKey)) return true;
  throw new BittensorError(
    "wallet/exists",
    `Cannot store the ${label}: ${publicFile.path} names ${named}, another key`,
    { hint: "bring the secret of that key back, or move its public file away" },
  );
}

async function encodeSecret(
  { key, material, password: source }: NewKey,
  options: CipherOptions,
): Promise<Uint8Array> {
  const { label, secretFile: { path } } = key;
  const request = { key: label, purpose: "encrypt", signal: options.signal } as const;
  const password = await findPassword(source, request, path);
  const plain = encodeKeyfile(material);
  return password === null ? plain : await encrypt(plain, password, path, options);
}
