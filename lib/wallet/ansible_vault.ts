/** Ansible Vault 1.1, an encryption of the key files of 2022. It is only read. */

import type { Opened } from "./cipher.ts";

const HEADER = "$ANSIBLE_VAULT;1.1;AES256";
const ROUNDS = 10_000;
const BLOCK_BYTES = 16;
const TAG_BYTES = 32;

interface Vault {
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly tag: Uint8Array<ArrayBuffer>;
  readonly encrypted: Uint8Array<ArrayBuffer>;
}

/**
 * Decrypts a vault under keys that PBKDF2 derives from the password.
 *
 * Source: the file format in Ansible's documentation: HMAC-SHA256 over the encrypted bytes, then
 * AES-256 in counter mode, padded as in PKCS #7.
 */
export async function openAnsibleVault(file: string, password: string): Promise<Opened> {
  const vault = parseVault(file);
  if (vault === undefined) return { kind: "malformed" };
  const { signing, encryption, counter } = await deriveKeys(password, vault.salt);
  if (!await crypto.subtle.verify("HMAC", signing, vault.tag, vault.encrypted)) {
    return { kind: "refused" };
  }
  const cipher = { name: "AES-CTR", counter, length: 128 };
  const padded = new Uint8Array(await crypto.subtle.decrypt(cipher, encryption, vault.encrypted));
  return { kind: "done", bytes: padded.slice(0, padded.length - padded.at(-1)!) };
}

/** After the header, hex of three lines that are hex again; undefined if it is cut off or damaged. */
function parseVault(file: string): Vault | undefined {
  const [header, ...lines] = file.trim().split(/\s*\n\s*/);
  if (header !== HEADER) return undefined;
  try {
    const text = new TextDecoder().decode(Uint8Array.fromHex(lines.join("")));
    const [salt, tag, encrypted, ...rest] = text.split("\n").map((hex) => Uint8Array.fromHex(hex));
    const isVault = salt && tag?.length === TAG_BYTES && encrypted && rest.length === 0 &&
      encrypted.length > 0 && encrypted.length % BLOCK_BYTES === 0;
    return isVault ? { salt, tag, encrypted } : undefined;
  } catch {
    return undefined;
  }
}

async function deriveKeys(password: string, salt: Uint8Array<ArrayBuffer>): Promise<{
  readonly signing: CryptoKey;
  readonly encryption: CryptoKey;
  readonly counter: ArrayBuffer;
}> {
  const { subtle } = crypto;
  const base = await subtle.importKey("raw", new TextEncoder().encode(password), "PBKDF2", false, [
    "deriveBits",
  ]);
  const bits = await subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS },
    base,
    8 * (32 + 32 + 16),
  );
  const hmac = { name: "HMAC", hash: "SHA-256" };
  return {
    encryption: await subtle.importKey("raw", bits.slice(0, 32), "AES-CTR", false, ["decrypt"]),
    signing: await subtle.importKey("raw", bits.slice(32, 64), hmac, false, ["verify"]),
    counter: bits.slice(64),
  };
}
