/** What may be shown of a key without its password. */

import { BittensorError } from "../base/errors.ts";
import { type Address, encodeAddress } from "../domain/address.ts";
import { type Encryption, encryptionOf } from "./encryption.ts";
import { fileExists, readPublicFile, readSecretFile } from "./key_storage.ts";
import { corruptKeyfile, decodeKeyfile, decodePublicKeyfile, wipe } from "./keyfile.ts";
import type { StoredKey } from "./wallet_paths.ts";

/** A key as its files show it. */
export interface PublicKeyInfo {
  /** Undefined if it cannot be told without the password, or the files are damaged. */
  readonly address: Address | undefined;
  /** How the secret is encrypted; undefined if the secret is not here, or cannot be read. */
  readonly encryption: Encryption | undefined;
  /** What is wrong with the files. */
  readonly problem: BittensorError | undefined;
}

/**
 * The address of a key: from its public file, or from the secret if that is not encrypted, as older
 * tools wrote no public files of hotkeys.
 *
 * @throws {BittensorError} `wallet/missing-key` or `wallet/corrupt-keyfile`.
 */
export async function readAddress(key: StoredKey): Promise<Address> {
  const { label, publicFile, secretFile } = key;
  if (!await fileExists(publicFile) && await fileExists(secretFile)) {
    const { address } = await readSecretInfo(key);
    if (address !== undefined) return address;
  }
  return decodePublicKeyfile(await readPublicFile(publicFile, `public ${label}`), publicFile.path);
}

/** What the files of a key show; undefined if there are none. Damage is part of the answer. */
export async function describeKey(key: StoredKey): Promise<PublicKeyInfo | undefined> {
  let address: Address | undefined;
  let encryption: Encryption | undefined;
  try {
    const isNamed = await fileExists(key.publicFile);
    const isHere = await fileExists(key.secretFile);
    if (!isNamed && !isHere) return undefined;
    if (isNamed) address = await readAddress(key);
    if (isHere) {
      const secret = await readSecretInfo(key);
      encryption = secret.encryption;
      address ??= secret.address;
      if (secret.address !== undefined && secret.address !== address) {
        throw corruptKeyfile(key.secretFile.path, `it is not the key of ${address}`);
      }
    }
    return { address, encryption, problem: undefined };
  } catch (problem) {
    if (!(problem instanceof BittensorError)) throw problem;
    return { address, encryption, problem };
  }
}

async function readSecretInfo({ label, secretFile }: StoredKey): Promise<{
  readonly address: Address | undefined;
  readonly encryption: Encryption;
}> {
  const bytes = await readSecretFile(secretFile, label);
  const encryption = encryptionOf(bytes);
  if (encryption !== "none") return { encryption, address: undefined };
  const material = decodeKeyfile(bytes, secretFile.path);
  bytes.fill(0);
  wipe(material);
  return { encryption, address: encodeAddress(material.pair.publicKey) };
}
