/** The ciphers of key files, each in a file of its own. A worker runs this. */

import { messageOf } from "../base/errors.ts";

/** What deriving a key from a password costs. */
export interface DerivationLimits {
  /** Passes over the memory. */
  readonly operations: number;
  readonly memoryBytes: number;
}

/** Encryptions that are read; `nacl` is also written. */
export type Cipher = "nacl" | "ansible-vault" | "fernet" | "polkadot-js";

/** Work for {@linkcode runCipher}. */
export interface CipherRequest {
  readonly operation: "encrypt" | "decrypt";
  readonly cipher: Cipher;
  /** What is to be encrypted, or a whole encrypted file. */
  readonly bytes: Uint8Array;
  readonly password: string;
  /** Of `nacl`; the others have none to choose. */
  readonly limits: DerivationLimits;
}

/** What came of a {@linkcode CipherRequest}. */
export type CipherReply =
  | { readonly kind: "done"; readonly bytes: Uint8Array }
  /** The authentication tag does not fit: another password, or a changed file. */
  | { readonly kind: "refused" }
  /** No password opens this. */
  | { readonly kind: "malformed" }
  | { readonly kind: "failed"; readonly message: string };

/** The bytes of a file, or what is wrong with it. */
export type Opened = Exclude<CipherReply, { kind: "failed" }>;

/** Encrypts or decrypts; loads only the cipher that it needs. */
export async function runCipher(request: CipherRequest): Promise<CipherReply> {
  try {
    return await run(request);
  } catch (error) {
    return { kind: "failed", message: messageOf(error) };
  }
}

async function run({ operation, cipher, bytes, password, limits }: CipherRequest): Promise<Opened> {
  if (cipher === "nacl") {
    const { openNacl, sealNacl } = await import("./sodium.ts");
    if (operation === "decrypt") return await openNacl(bytes, password, limits);
    return { kind: "done", bytes: await sealNacl(bytes, password, limits) };
  }
  if (operation === "encrypt") throw new TypeError(`Cannot write ${cipher}`);
  const text = new TextDecoder().decode(bytes);
  switch (cipher) {
    case "fernet":
      return await (await import("./fernet.ts")).openFernet(text, password);
    case "ansible-vault":
      return await (await import("./ansible_vault.ts")).openAnsibleVault(text, password);
    case "polkadot-js":
      return await (await import("./polkadot_json.ts")).openPolkadotJson(text, password);
  }
}
