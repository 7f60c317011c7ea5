/** Encryption of key files, in a worker: deriving the key takes seconds and 512 MiB. */

import { BittensorError } from "../base/errors.ts";
import { corruptKeyfile } from "./keyfile.ts";
import type { Cipher, CipherReply, CipherRequest, DerivationLimits } from "./cipher.ts";

/** How a key file is encrypted. */
export type Encryption = "none" | "nacl" | "ansible-vault" | "fernet";

const MAGIC: readonly (readonly [string, Encryption])[] = [
  ["$NACL", "nacl"],
  ["$ANSIBLE_VAULT", "ansible-vault"],
  ["gAAAAA", "fernet"],
];

/** What every wallet is written with: libsodium's `SENSITIVE` limits of argon2i. */
const LIMITS: DerivationLimits = { operations: 8, memoryBytes: 536_870_912 };

/** How often `onProgress` is called. */
const PROGRESS_MS = 100;

/** Options of {@linkcode encrypt} and {@linkcode decrypt}. */
export interface CipherOptions {
  /** Stops the work at once; the call then throws the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  /** Called ten times a second with the time gone by: argon2 tells no percentage. */
  readonly onProgress?: ((elapsedMs: number) => void) | undefined;
  /** Other limits than those of the file format, for tests. */
  readonly limits?: DerivationLimits | undefined;
}

/** A file to decrypt. */
export interface EncryptedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly cipher: Cipher;
}

/** How a key file is encrypted, by its first bytes. */
export function encryptionOf(file: Uint8Array): Encryption {
  const start = new TextDecoder("latin1").decode(file.subarray(0, 14));
  return MAGIC.find(([magic]) => start.startsWith(magic))?.[1] ?? "none";
}

/**
 * Encrypts the text of a key file as `$NACL`: secretbox under an argon2i key.
 *
 * @param path Names the file in errors.
 * @throws {BittensorError} `wallet/cipher-failed` if the worker failed, such as for want of memory.
 */
export async function encrypt(
  plain: Uint8Array,
  password: string,
  path: string,
  options: CipherOptions = {},
): Promise<Uint8Array> {
  const request = { operation: "encrypt", cipher: "nacl", bytes: plain, password } as const;
  return await runCipher(request, path, options);
}

/**
 * Decrypts a key file.
 *
 * @param file The file, and how it is encrypted; its path names it in errors.
 * @throws {BittensorError} `wallet/wrong-password` if the password is wrong or the file was
 * changed (the two look the same), `wallet/corrupt-keyfile` if no password could open it, such as
 * when it is cut off, `wallet/cipher-failed` if the worker failed, such as for want of memory.
 */
export async function decrypt(
  { bytes, cipher, path }: EncryptedFile,
  password: string,
  options: CipherOptions = {},
): Promise<Uint8Array> {
  return await runCipher({ operation: "decrypt", cipher, bytes, password }, path, options);
}

async function runCipher(
  request: Omit<CipherRequest, "limits">,
  path: string,
  { signal, onProgress, limits = LIMITS }: CipherOptions,
): Promise<Uint8Array> {
  const reply = await askWorker({ ...request, limits }, signal, onProgress);
  if (reply.kind === "done") return reply.bytes;
  if (reply.kind === "malformed") throw corruptKeyfile(path, "it is cut off, or damaged");
  if (reply.kind === "refused") {
    throw new BittensorError(
      "wallet/wrong-password",
      `Cannot unlock the key file ${path}: the password is wrong, or the file was changed`,
      { hint: "try the password again; letter case and spaces count" },
    );
  }
  throw new BittensorError(
    "wallet/cipher-failed",
    `Cannot ${request.operation} the key file ${path}: ${reply.message}`,
    { hint: "it takes 512 MiB of free memory, and permission to read the program's own files" },
  );
}

async function askWorker(
  request: CipherRequest,
  signal: AbortSignal | undefined,
  onProgress: ((elapsedMs: number) => void) | undefined,
): Promise<CipherReply> {
  signal?.throwIfAborted();
  const worker = new Worker(new URL("./cipher_worker.ts", import.meta.url), { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<CipherReply>();
  const onAbort = () => reject(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const start = performance.now();
  const timer = setInterval(() => onProgress?.(performance.now() - start), PROGRESS_MS);
  worker.onmessage = ({ data }: MessageEvent<CipherReply>) => resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    resolve({ kind: "failed", message: event.message });
  };
  try {
    worker.postMessage(request);
    return await promise;
  } finally {
    worker.terminate();
    clearInterval(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
