/** Key files: one JSON object for a key, as the wallets of 2022 and later read it. */

import { BittensorError } from "../base/errors.ts";
import { type Address, address, encodeAddress, publicKeyOf } from "../domain/address.ts";
import {
  pairOfPrivateKey,
  pairOfSeed,
  privateKeyOf,
  seedOfMnemonic,
  type Sr25519Pair,
} from "./sr25519.ts";

/** Members of a key file; Python tools up to 7.x wrote null for those that are absent. */
interface KeyfileMembers {
  accountId?: string | undefined;
  publicKey?: string | undefined;
  privateKey?: string | undefined;
  secretPhrase?: string | undefined;
  secretSeed?: string | undefined;
  ss58Address?: string | undefined;
}

const MEMBER_NAMES = [
  "accountId",
  "publicKey",
  "privateKey",
  "secretPhrase",
  "secretSeed",
  "ss58Address",
] as const;

/** A key, and what is known of where it comes from. */
export interface KeyMaterial {
  readonly pair: Sr25519Pair;
  /** Absent for a key that was derived or imported. */
  readonly seed?: Uint8Array | undefined;
  readonly mnemonic?: string | undefined;
}

/**
 * The key of a mnemonic.
 *
 * @throws {BittensorError} `wallet/invalid-mnemonic` if words, length or checksum are wrong.
 */
export function keyOfMnemonic(mnemonic: string): KeyMaterial {
  return { ...keyOfSeed(seedOfMnemonic(mnemonic)), mnemonic };
}

/** The key of a 32-byte seed. */
export function keyOfSeed(seed: Uint8Array): KeyMaterial {
  return { pair: pairOfSeed(seed), seed };
}

/** The key file of a key: everything that restores it, so a secret. */
export function encodeKeyfile({ pair, seed, mnemonic }: KeyMaterial): Uint8Array {
  return encodeMembers({
    ...publicMembers(pair.publicKey),
    privateKey: formatHex(privateKeyOf(pair)),
    secretPhrase: mnemonic,
    secretSeed: seed && formatHex(seed),
  });
}

/** The `pub.txt` file of a public key: what may be shown to everybody. */
export function encodePublicKeyfile(publicKey: Uint8Array): Uint8Array {
  return encodeMembers(publicMembers(publicKey));
}

/**
 * Reads the secret of a key file, and checks that all its members belong to one key.
 *
 * @param path Names the file in errors.
 * @throws {BittensorError} `wallet/corrupt-keyfile` if it is no key file, holds no secret or
 * contradicts itself. The error never quotes the file.
 */
export function decodeKeyfile(bytes: Uint8Array, path: string): KeyMaterial {
  const members = decodeMembers(bytes, path);
  const [material, ...others] = readable(path, () => secretsOf(members));
  if (material === undefined) throw corruptKeyfile(path, "it holds no secret");
  const publicKeys = [material, ...others].map(({ pair }) => pair.publicKey);
  checkOneKey([...publicKeys, ...publicKeysOf(members, path)], path);
  others.forEach(wipe);
  return material;
}

/**
 * Reads the address in a `pub.txt` file, and checks that all its members belong to one key. In the
 * seed era such a file was the public key in hex, on the first line.
 *
 * @param path Names the file in errors.
 * @throws {BittensorError} `wallet/corrupt-keyfile` if it is no key file or contradicts itself.
 */
export function decodePublicKeyfile(bytes: Uint8Array, path: string): Address {
  const [line = ""] = new TextDecoder().decode(bytes).split("\n");
  if (/^0x[0-9a-f]{64}$/.test(line.trim())) return encodeAddress(parseHex(line.trim()));
  const publicKeys = publicKeysOf(decodeMembers(bytes, path), path);
  const [publicKey] = publicKeys;
  if (publicKey === undefined) throw corruptKeyfile(path, "it names no public key");
  checkOneKey(publicKeys, path);
  return encodeAddress(publicKey);
}

/** Overwrites the secret of a key; a mnemonic, being text, stays until it is collected. */
export function wipe({ pair, seed }: KeyMaterial): void {
  pair.secretKey.fill(0);
  seed?.fill(0);
}

/** The error for a file that is not what it should be; `fact` must not quote the file. */
export function corruptKeyfile(path: string, fact: string): BittensorError {
  return new BittensorError("wallet/corrupt-keyfile", `Cannot read the key file ${path}: ${fact}`, {
    hint: "bring the file back from a backup, or regenerate the key from its mnemonic",
  });
}

/** The keys of the secrets of a file, in the order in which the network's own wallet picks one. */
function secretsOf({ secretPhrase, secretSeed, privateKey }: KeyfileMembers): KeyMaterial[] {
  const keys: KeyMaterial[] = [];
  if (secretPhrase !== undefined) keys.push(keyOfMnemonic(secretPhrase));
  if (secretSeed !== undefined) keys.push(keyOfSeed(parseHex(secretSeed)));
  if (privateKey !== undefined) keys.push({ pair: pairOfPrivateKey(parseHex(privateKey)) });
  return keys;
}

function publicKeysOf(members: KeyfileMembers, path: string): Uint8Array[] {
  const { accountId, publicKey, ss58Address } = members;
  return readable(path, () => {
    const publicKeys = [publicKey, accountId].filter((hex) => hex !== undefined).map(parseHex);
    if (publicKeys.some(({ length }) => length !== 32)) throw new RangeError("not 32 bytes");
    if (ss58Address !== undefined) publicKeys.push(publicKeyOf(address(ss58Address)));
    return publicKeys;
  });
}

/** Runs a parser of members; what it throws may quote a secret, so it is dropped. */
function readable<T>(path: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    throw corruptKeyfile(path, "a member of it is malformed");
  }
}

function checkOneKey(publicKeys: readonly Uint8Array[], path: string): void {
  if (new Set(publicKeys.map(formatHex)).size > 1) {
    throw corruptKeyfile(path, "its members belong to different keys");
  }
}

function decodeMembers(bytes: Uint8Array, path: string): KeyfileMembers {
  const json = parseObject(bytes, path);
  const members: KeyfileMembers = {};
  for (const name of MEMBER_NAMES) {
    const value: unknown = Reflect.get(json, name);
    if (typeof value === "string") members[name] = value;
    else if (value !== undefined && value !== null) {
      throw corruptKeyfile(path, `its ${name} is no text`);
    }
  }
  return members;
}

function parseObject(bytes: Uint8Array, path: string): object {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // No cause: the error of JSON.parse quotes what it read.
    throw corruptKeyfile(path, "it is no key file, or damaged");
  }
  if (typeof json !== "object" || json === null) throw corruptKeyfile(path, "it is no key file");
  return json;
}

function publicMembers(publicKey: Uint8Array): KeyfileMembers {
  const hex = formatHex(publicKey);
  return { accountId: hex, publicKey: hex, ss58Address: encodeAddress(publicKey) };
}

function encodeMembers(members: KeyfileMembers): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(members));
}

function formatHex(bytes: Uint8Array): string {
  return `0x${bytes.toHex()}`;
}

/** The tools of 2021 read hex with and without `0x`. */
function parseHex(text: string): Uint8Array {
  return Uint8Array.fromHex(text.replace(/^0x/, ""));
}
