/** Fernet, the encryption of the key files of 2021 and 2022. It is only read. */

import type { Opened } from "./cipher.ts";

/** The same for everybody. */
const SALT = "Iguesscyborgslikemyselfhaveatendencytobeparanoidaboutourorigins";
const ROUNDS = 10_000_000;

const VERSION = 0x80;
/** Version, seconds since 1970, initialisation vector. */
const HEADER_BYTES = 1 + 8 + 16;
const IV_OFFSET = 1 + 8;
const BLOCK_BYTES = 16;
const TAG_BYTES = 32;

/**
 * Decrypts a Fernet token under a key that PBKDF2 derives from the password.
 *
 * Source: the Fernet specification, version 0x80: HMAC-SHA256 over everything before it, then
 * AES-128-CBC. The age of a token does not matter.
 */
export async function openFernet(token: string, password: string): Promise<Opened> {
  const bytes = parseToken(token);
  if (bytes === undefined) return { kind: "malformed" };
  const signed = bytes.subarray(0, -TAG_BYTES);
  const { signing, encryption } = await deriveKeys(password);
  if (!await crypto.subtle.verify("HMAC", signing, bytes.subarray(-TAG_BYTES), signed)) {
    return { kind: "refused" };
  }
  const iv = signed.subarray(IV_OFFSET, HEADER_BYTES);
  const plain = await crypto.subtle.decrypt(
    { name: "AES-CBC", iv },
    encryption,
    signed.subarray(HEADER_BYTES),
  );
  return { kind: "done", bytes: new Uint8Array(plain) };
}

/** The bytes of a token; undefined if it cannot be one. */
function parseToken(token: string): Uint8Array<ArrayBuffer> | undefined {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.fromBase64(token.trim(), { alphabet: "base64url" });
  } catch {
    return undefined;
  }
  const length = bytes.length - HEADER_BYTES - TAG_BYTES;
  const isToken = bytes[0] === VERSION && length > 0 && length % BLOCK_BYTES === 0;
  return isToken ? bytes : undefined;
}

async function deriveKeys(
  password: string,
): Promise<{ readonly signing: CryptoKey; readonly encryption: CryptoKey }> {
  const utf8 = new TextEncoder();
  const { subtle } = crypto;
  const base = await subtle.importKey("raw", utf8.encode(password), "PBKDF2", false, [
    "deriveBits",
  ]);
  const bits = await subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt: utf8.encode(SALT), iterations: ROUNDS },
    base,
    256,
  );
  const hmac = { name: "HMAC", hash: "SHA-256" };
  return {
    signing: await subtle.importKey("raw", bits.slice(0, 16), hmac, false, ["verify"]),
    encryption: await subtle.importKey("raw", bits.slice(16), "AES-CBC", false, ["decrypt"]),
  };
}
