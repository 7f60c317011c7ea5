/** New keys: everything is prepared in memory first, then all files are written, or none. */

import { BittensorError } from "../base/errors.ts";
import { type CipherOptions, encrypt } from "./encryption.ts";
import { type KeyFile, pathExists, writeKeyFiles } from "./key_storage.ts";
import { encodeKeyfile, encodePublicKeyfile } from "./keyfile.ts";
import { askNewPassword, canPrompt } from "./prompt.ts";
import { generateMnemonic, pairOfSeed, seedOfMnemonic, type WordCount } from "./sr25519.ts";
import { passwordRequired } from "./unlock.ts";
import { KEY_KINDS, type KeyKind, type StoredKey } from "./wallet_paths.ts";

/** The mnemonic of a new key. */
export interface NewMnemonic {
  readonly kind: KeyKind;
  readonly mnemonic: string;
}

/** Options of {@linkcode createKeys}. */
export interface CreateKeysOptions {
  /** Password of the coldkey, null for no encryption; asked on the terminal if left out. */
  readonly password?: string | null | undefined;
  /** Replace the coldkey and the hotkey if they exist: their secrets are lost. @default {false} */
  readonly overwrite?: boolean | undefined;
  /** Length of the mnemonics. @default {12} */
  readonly words?: WordCount | undefined;
  /** Stops the work before anything is written; the call then throws the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  /** Called ten times a second while the coldkey is encrypted, with the time gone by. */
  readonly onProgress?: ((elapsedMs: number) => void) | undefined;
}

/**
 * Makes and writes the keys of a wallet that are missing, or all of them with `overwrite`.
 *
 * @throws {BittensorError} As {@linkcode Wallet.create} says.
 */
export async function createKeys(
  keys: Record<KeyKind, StoredKey>,
  options: CreateKeysOptions & CipherOptions,
): Promise<readonly NewMnemonic[]> {
  const { overwrite = false, words, signal } = options;
  signal?.throwIfAborted();
  const kinds = overwrite ? KEY_KINDS : await missingKeys(keys);
  const created = kinds.map((kind) => ({ kind, mnemonic: generateMnemonic(words) }));
  const password = kinds.includes("coldkey") ? await newPassword(keys.coldkey, options) : null;
  const files: KeyFile[] = [];
  for (const { kind, mnemonic } of created) {
    const keyPassword = kind === "coldkey" ? password : null;
    files.push(...await keyFiles(keys[kind], mnemonic, keyPassword, options));
  }
  signal?.throwIfAborted();
  await writeKeyFiles(files, { overwrite });
  return created;
}

/** A coldkey of which only the public file is here lives elsewhere, so it is not missing. */
async function missingKeys(
  { coldkey, hotkey }: Record<KeyKind, StoredKey>,
): Promise<readonly KeyKind[]> {
  const missing: KeyKind[] = [];
  if (!await pathExists(coldkey.path) && !await pathExists(coldkey.publicPath)) {
    missing.push("coldkey");
  }
  if (!await pathExists(hotkey.path)) {
    if (await pathExists(hotkey.publicPath)) throw orphanedPublicFile(hotkey);
    missing.push("hotkey");
  }
  return missing;
}

function orphanedPublicFile({ label, publicPath }: StoredKey): BittensorError {
  return new BittensorError(
    "wallet/exists",
    `Cannot create the ${label}: ${publicPath} exists, but the secret that belongs to it does not`,
    { hint: "bring that secret back, or move the public file away" },
  );
}

async function newPassword(
  { label }: StoredKey,
  { password, signal }: CreateKeysOptions,
): Promise<string | null> {
  if (password === "") {
    throw new RangeError("Cannot encrypt with an empty password: null means no encryption");
  }
  if (password !== undefined) return password;
  if (canPrompt()) return await askNewPassword(`New password of the ${label}`, signal);
  throw passwordRequired(
    `create the ${label}`,
    "pass a password, null to leave the key unencrypted, or run this in a terminal",
  );
}

async function keyFiles(
  { path, publicPath }: StoredKey,
  mnemonic: string,
  password: string | null,
  options: CipherOptions,
): Promise<KeyFile[]> {
  const seed = seedOfMnemonic(mnemonic);
  const pair = pairOfSeed(seed);
  const plain = encodeKeyfile({ pair, seed, mnemonic });
  // The secret first: no moment has a public file whose secret was never stored.
  return [
    { path, bytes: password === null ? plain : await encrypt(plain, password, path, options) },
    { path: publicPath, bytes: encodePublicKeyfile(pair.publicKey) },
  ];
}
