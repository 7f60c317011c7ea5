/** Keys that exist elsewhere: their secret, or their public part alone. */

import { BittensorError } from "../base/errors.ts";
import { address, publicKeyOf } from "../domain/address.ts";
import type { CipherOptions } from "./encryption.ts";
import { fileExists } from "./key_storage.ts";
import { keyOfSource, type KeySource } from "./key_source.ts";
import { encodePublicKeyfile } from "./keyfile.ts";
import { storeKeys, type StoreOptions } from "./store_keys.ts";
import type { StoredKey } from "./wallet_paths.ts";
import { writeWalletFiles } from "./write_wallet_files.ts";

/** What a key is regenerated from, and how it is stored. */
export type RegenerateOptions = KeySource & StoreOptions;

/** The public part of a key, and whether it replaces another one. */
export type RegeneratePublicOptions =
  & ({ readonly address: string } | { readonly publicKey: string | Uint8Array })
  & Pick<StoreOptions, "overwrite">;

/**
 * Writes a key that a secret restores.
 *
 * @throws {BittensorError} As {@linkcode Wallet.regenerateColdkey} says.
 */
export async function regenerateKey(
  key: StoredKey,
  options: RegenerateOptions & CipherOptions,
): Promise<void> {
  options.signal?.throwIfAborted();
  const material = await keyOfSource(options, options);
  await storeKeys([{ key, material, password: options.password }], options);
}

/**
 * Writes the public file of a key whose secret is kept elsewhere.
 *
 * @throws {BittensorError} As {@linkcode Wallet.regenerateColdkeypub} says.
 */
export async function regeneratePublicKey(
  { label, secretFile, publicFile }: StoredKey,
  options: RegeneratePublicOptions,
): Promise<void> {
  const publicKey = publicKeyIn(options);
  if (await fileExists(secretFile)) {
    throw new BittensorError(
      "wallet/exists",
      `Cannot write the public ${label} alone: its secret is here, in ${secretFile.path}`,
      { hint: "change its password, perhaps to the same one: that writes the public file anew" },
    );
  }
  const { overwrite = false } = options;
  await writeWalletFiles([{ ...publicFile, bytes: encodePublicKeyfile(publicKey) }], { overwrite });
}

function publicKeyIn(options: RegeneratePublicOptions): Uint8Array {
  if ("address" in options) return publicKeyOf(address(options.address));
  const { publicKey } = options;
  const bytes = typeof publicKey === "string" ? parsePublicKey(publicKey) : publicKey;
  if (bytes.length === 32) return bytes;
  throw invalidPublicKey(`it has ${bytes.length} bytes`);
}

function parsePublicKey(hex: string): Uint8Array {
  try {
    return Uint8Array.fromHex(hex.trim().replace(/^0x/i, ""));
  } catch (cause) {
    throw invalidPublicKey("it is not hex", cause);
  }
}

function invalidPublicKey(fact: string, cause?: unknown): BittensorError {
  return new BittensorError("wallet/invalid-public-key", `Cannot read the public key: ${fact}`, {
    hint: "a public key is 32 bytes: 64 digits of hex, with or without 0x",
    cause,
  });
}
