/** New keys, from new random mnemonics. */

import type { CipherOptions } from "./encryption.ts";
import { fileExists } from "./key_storage.ts";
import { keyOfMnemonic } from "./keyfile.ts";
import { generateMnemonic, type WordCount } from "./sr25519.ts";
import { type NewKey, storeKeys, type StoreOptions } from "./store_keys.ts";
import type { KeyKind, StoredKey } from "./wallet_paths.ts";

/** The mnemonic of a new key. */
export interface NewMnemonic {
  readonly kind: KeyKind;
  readonly mnemonic: string;
}

/** Options of {@linkcode createKeys}. */
export interface CreateKeysOptions extends StoreOptions {
  /** Length of the mnemonics. @default {12} */
  readonly words?: WordCount | undefined;
}

/**
 * Makes and writes keys.
 *
 * @throws {BittensorError} As {@linkcode Wallet.create} says.
 */
export async function createKeys(
  keys: readonly Pick<NewKey, "key" | "password">[],
  options: Omit<CreateKeysOptions, "password"> & CipherOptions,
): Promise<readonly NewMnemonic[]> {
  options.signal?.throwIfAborted();
  const created = keys.map((key) => ({ ...key, mnemonic: generateMnemonic(options.words) }));
  await storeKeys(
    created.map((key) => ({ ...key, material: keyOfMnemonic(key.mnemonic) })),
    options,
  );
  return created.map(({ key: { kind }, mnemonic }) => ({ kind, mnemonic }));
}

/** Those of the keys that are not there; one whose public file alone is here lives elsewhere. */
export async function missingKeys(
  { coldkey, hotkey }: Record<KeyKind, StoredKey>,
): Promise<readonly StoredKey[]> {
  const missing: StoredKey[] = [];
  if (!await fileExists(coldkey.secretFile) && !await fileExists(coldkey.publicFile)) {
    missing.push(coldkey);
  }
  if (!await fileExists(hotkey.secretFile)) missing.push(hotkey);
  return missing;
}
