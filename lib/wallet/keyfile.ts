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

/** What is known of a key, besides its pair. */
export interface KeyMaterial {
  readonly pair: Sr25519Pair;
  /** Absent for a key that was derived or imported. */
  readonly seed?: Uint8Array;
  readonly mnemonic?: string;
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
export function decodeKeyfile(bytes: Uint8Array, path: string): Sr25519Pair {
  const members = decodeMembers(bytes, path);
  const pairs = readable(path, () => secretsOf(members));
  const [pair] = pairs;
  if (pair === undefined) throw corruptKeyfile(path, "it holds no secret");
  checkOneKey([...pairs.map(({ publicKey }) => publicKey), ...publicKeysOf(members, path)], path);
  return pair;
}

/**
 * Reads the address in a `pub.txt` file, and checks that all its members belong to one key.
 *
 * @param path Names the file in errors.
 * @throws {BittensorError} `wallet/corrupt-keyfile` if it is no key file or contradicts itself.
 */
export function decodePublicKeyfile(bytes: Uint8Array, path: string): Address {
  const publicKeys = publicKeysOf(decodeMembers(bytes, path), path);
  const [publicKey] = publicKeys;
  if (publicKey === undefined) throw corruptKeyfile(path, "it names no public key");
  checkOneKey(publicKeys, path);
  return encodeAddress(publicKey);
}

/** The error for a file that is not what it should be; `fact` must not quote the file. */
export function corruptKeyfile(path: string, fact: string): BittensorError {
  return new BittensorError("wallet/corrupt-keyfile", `Cannot read the key file ${path}: ${fact}`, {
    hint: "bring the file back from a backup, or regenerate the key from its mnemonic",
  });
}

/** The keys of the secrets of a file, in the order in which the network's own wallet picks one. */
function secretsOf({ secretPhrase, secretSeed, privateKey }: KeyfileMembers): Sr25519Pair[] {
  const pairs: Sr25519Pair[] = [];
  if (secretPhrase !== undefined) pairs.push(pairOfSeed(seedOfMnemonic(secretPhrase)));
  if (secretSeed !== undefined) pairs.push(pairOfSeed(parseHex(secretSeed)));
  if (privateKey !== undefined) pairs.push(pairOfPrivateKey(parseHex(privateKey)));
  return pairs;
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
