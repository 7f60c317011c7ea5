/** Keys that a polkadot.js wallet exported as JSON, version 3. They are only read. */

import { jsonDecrypt } from "@polkadot/util-crypto";
import type { Opened } from "./cipher.ts";

type EncryptedJson = Parameters<typeof jsonDecrypt>[0];

/** What surrounds the secret key, 64 bytes, and the public key, 32, in the encrypted part. */
const HEADER = Uint8Array.fromHex("3053020101300506032b657004220420");
const DIVIDER = Uint8Array.fromHex("a123032100");
const SECRET_BYTES = 64;
const PUBLIC_BYTES = 32;

/** Decrypts the export of a key. @returns Its secret key in the ed25519 form, 64 bytes. */
export function openPolkadotJson(text: string, password: string): Opened {
  const json = parseExport(text);
  if (json === undefined) return { kind: "malformed" };
  let body: Uint8Array;
  try {
    body = jsonDecrypt(json, password);
  } catch {
    return { kind: "refused" };
  }
  const secret = secretIn(body);
  return secret === undefined ? { kind: "malformed" } : { kind: "done", bytes: secret };
}

function parseExport(text: string): EncryptedJson | undefined {
  let json: Partial<EncryptedJson> | null;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { encoded, encoding } = json ?? {};
  const isExport = typeof encoded === "string" && encoding?.version === "3" &&
    String(encoding.content) === "pkcs8,sr25519" &&
    String(encoding.type) === "scrypt,xsalsa20-poly1305";
  return isExport ? { encoded, encoding } : undefined;
}

function secretIn(body: Uint8Array): Uint8Array | undefined {
  const end = HEADER.length + SECRET_BYTES;
  const hasForm = body.length === end + DIVIDER.length + PUBLIC_BYTES &&
    HEADER.every((byte, index) => body[index] === byte) &&
    DIVIDER.every((byte, index) => body[end + index] === byte);
  return hasForm ? body.slice(HEADER.length, end) : undefined;
}
