/** What a key is regenerated from. */

import { BittensorError } from "../base/errors.ts";
import { type CipherOptions, decrypt } from "./encryption.ts";
import { type KeyMaterial, keyOfMnemonic, keyOfSeed } from "./keyfile.ts";
import { type PasswordSource, requirePassword } from "./password.ts";
import { pairOfSecretKey, pairOfUri } from "./sr25519.ts";

/** A secret that restores a key; each of these forms is enough. */
export type KeySource =
  /** 12, 15, 18, 21 or 24 words. */
  | { readonly mnemonic: string }
  /** 32 bytes in hex, with or without `0x`. */
  | { readonly seed: string }
  /** A secret URI such as `//Alice`: see `keypairFromUri()`. */
  | { readonly uri: string }
  /**
   * The text of a file that a polkadot.js wallet exported, and where its password comes from:
   * `"prompt"` if that is left out.
   */
  | { readonly json: string; readonly jsonPassword?: PasswordSource | undefined };

/**
 * The key of a source.
 *
 * @throws {BittensorError} `wallet/invalid-mnemonic`, `wallet/invalid-seed`, `wallet/invalid-uri`,
 * `wallet/corrupt-keyfile` and `wallet/wrong-password` for a file of polkadot.js. None quotes a secret.
 */
export async function keyOfSource(
  source: KeySource,
  options: CipherOptions,
): Promise<KeyMaterial> {
  if ("mnemonic" in source) return keyOfMnemonic(tidyWords(source.mnemonic));
  if ("seed" in source) return keyOfSeed(parseSeed(source.seed));
  if ("uri" in source) return { pair: pairOfUri(source.uri) };
  if ("json" in source) return await importPolkadotJson(source, options);
  throw new TypeError("Cannot regenerate a key from nothing: pass mnemonic, seed, uri or json");
}

/** As people paste them: on several lines, with capitals. */
function tidyWords(mnemonic: string): string {
  return mnemonic.trim().toLowerCase().split(/\s+/).join(" ");
}

function parseSeed(seed: string): Uint8Array {
  const [, hex] = /^(?:0x)?([0-9a-f]{64})$/i.exec(seed.trim()) ?? [];
  if (hex !== undefined) return Uint8Array.fromHex(hex);
  throw new BittensorError("wallet/invalid-seed", "Cannot read the seed: it is not one", {
    hint: "a seed is 32 bytes in hex: 64 digits, with or without 0x",
  });
}

async function importPolkadotJson(
  { json, jsonPassword = "prompt" }: Extract<KeySource, { json: string }>,
  options: CipherOptions,
): Promise<KeyMaterial> {
  const request = { key: "key of polkadot.js", purpose: "unlock", signal: options.signal } as const;
  const password = await requirePassword(jsonPassword, request);
  const bytes = new TextEncoder().encode(json);
  const file = { bytes, cipher: "polkadot-js", path: "of polkadot.js" } as const;
  return { pair: pairOfSecretKey(await decrypt(file, password, options)) };
}
