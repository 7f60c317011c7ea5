/** From a key file to the secret in it: permissions, password, decryption, cross-checks. */

import { BittensorError } from "../base/errors.ts";
import { encodeAddress } from "../domain/address.ts";
import { type CipherOptions, decrypt, type Encryption, encryptionOf } from "./encryption.ts";
import { pathExists, readPublicFile, readSecretFile } from "./key_storage.ts";
import { corruptKeyfile, decodeKeyfile, decodePublicKeyfile } from "./keyfile.ts";
import { askPassword, canPrompt } from "./prompt.ts";
import type { Sr25519Pair } from "./sr25519.ts";
import type { StoredKey } from "./wallet_paths.ts";

/** Options of {@linkcode Wallet.hotkey} and {@linkcode Wallet.coldkey}. */
export interface UnlockOptions {
  /** Password of an encrypted key, null for none; asked on the terminal if left out. */
  readonly password?: string | null | undefined;
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
): Promise<Sr25519Pair> {
  options.signal?.throwIfAborted();
  const plain = await decryptIfNeeded(await readSecretFile(key.path, key.label), key, options);
  const pair = decodeKeyfile(plain, key.path);
  plain.fill(0);
  await checkPublicFile(key, pair);
  return pair;
}

/** The error for a password that is needed and was not given. */
export function passwordRequired(action: string, hint: string): BittensorError {
  return new BittensorError(
    "wallet/password-required",
    `Cannot ${action}: it takes a password, and none was given`,
    { hint },
  );
}

async function decryptIfNeeded(
  file: Uint8Array,
  key: StoredKey,
  options: UnlockOptions & CipherOptions,
): Promise<Uint8Array> {
  const encryption = encryptionOf(file);
  if (encryption === "none") return file;
  if (encryption !== "nacl") throw unsupportedEncryption(key, encryption);
  const password = options.password ?? await passwordFor(key, options);
  return await decrypt(file, password, key.path, options);
}

async function passwordFor(
  { label }: StoredKey,
  { password, signal }: UnlockOptions,
): Promise<string> {
  if (password === undefined && canPrompt()) {
    return await askPassword(`Password of the ${label}`, signal);
  }
  throw passwordRequired(`unlock the ${label}`, "pass its password, or run this in a terminal");
}

function unsupportedEncryption({ path }: StoredKey, encryption: Encryption): BittensorError {
  return new BittensorError(
    "wallet/unsupported-encryption",
    `Cannot unlock the key file ${path}: its encryption, ${encryption}, is not supported`,
    {
      hint: "regenerate the key from its mnemonic, or rewrite the file with the btcli that made it",
    },
  );
}

async function checkPublicFile(key: StoredKey, { publicKey }: Sr25519Pair): Promise<void> {
  const { label, path, publicPath } = key;
  if (!await pathExists(publicPath)) return;
  const named = decodePublicKeyfile(await readPublicFile(publicPath, label), publicPath);
  const held = encodeAddress(publicKey);
  if (held === named) return;
  throw corruptKeyfile(path, `it holds the key of ${held}, but ${publicPath} names ${named}`);
}
