/** Reading the files of a wallet: permissions are checked, and interrupted writes are seen through. */

import { join } from "node:path";
import { BittensorError, messageOf } from "../base/errors.ts";
import { corruptKeyfile } from "./keyfile.ts";
import type { WalletFile } from "./wallet_paths.ts";

/**
 * Folder, in that of a wallet, of files that count already but have not moved to their places yet:
 * see `writeWalletFiles()`.
 */
export const PENDING_FOLDER = ".pending";

/** Key files have a few hundred bytes; nothing larger is read into memory. */
const MAX_BYTES = 65_536;

/**
 * Reads a file that holds a secret.
 *
 * @param key Names the key in errors, such as `hotkey default`.
 * @throws {BittensorError} `wallet/missing-key`, `wallet/unsafe-permissions` if others than the
 * owner may use the file, `wallet/corrupt-keyfile` if it is no file or far too large,
 * `wallet/unreadable` if the system does not let us.
 */
export async function readSecretFile(file: WalletFile, key: string): Promise<Uint8Array> {
  return await readKeyFile(file, key, checkPermissions);
}

/** Reads a file that may be shown to everybody; throws as {@linkcode readSecretFile} does. */
export async function readPublicFile(file: WalletFile, key: string): Promise<Uint8Array> {
  return await readKeyFile(file, key, () => {});
}

/** Whether anything has the name of that file, a link to nowhere included. */
export async function fileExists(file: WalletFile): Promise<boolean> {
  return await pathExists(pendingPath(file)) || await pathExists(file.path);
}

/** Whether anything has that name, a link to nowhere included. */
export async function pathExists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw asUnreadable(path, error);
  }
}

/**
 * Refuses a file with a secret that others than its owner may use.
 *
 * @throws {BittensorError} `wallet/unsafe-permissions`.
 */
export function checkPermissions(path: string, { mode }: Deno.FileInfo): void {
  // Windows reports no mode.
  if (mode === null || (mode & 0o077) === 0) return;
  const bits = (mode & 0o777).toString(8).padStart(4, "0");
  throw new BittensorError(
    "wallet/unsafe-permissions",
    `Cannot use the file ${path}: users other than its owner have access (mode ${bits})`,
    { hint: `chmod 600 ${path}` },
  );
}

/** What a failed read throws: our own errors as they are, those of the system with their path. */
export function asUnreadable(path: string, error: unknown): unknown {
  return translate("wallet/unreadable", `Cannot read ${path}`, error);
}

/** What a failed write throws. */
export function asUnwritable(path: string, error: unknown): unknown {
  return translate("wallet/unwritable", `Cannot write ${path}`, error);
}

type Check = (path: string, info: Deno.FileInfo) => void;

async function readKeyFile(file: WalletFile, key: string, check: Check): Promise<Uint8Array> {
  const { path } = file;
  try {
    return await readIfThere(pendingPath(file), check) ?? await readBounded(path, check);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new BittensorError("wallet/missing-key", `Cannot find the ${key}: no file ${path}`, {
        hint: "create the wallet, or check its name, its hotkey and its path",
        cause: error,
      });
    }
    throw asUnreadable(path, error);
  }
}

async function readIfThere(path: string, check: Check): Promise<Uint8Array | undefined> {
  try {
    return await readBounded(path, check);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function readBounded(path: string, check: Check): Promise<Uint8Array> {
  const info = await Deno.stat(path);
  if (!info.isFile) throw corruptKeyfile(path, "it is no file");
  check(path, info);
  if (info.size > MAX_BYTES) throw corruptKeyfile(path, "it is far too large to be one");
  return await Deno.readFile(path);
}

function pendingPath({ folder, name }: WalletFile): string {
  return join(folder, PENDING_FOLDER, name);
}

/** Our own errors pass, and Deno's about its permission flags, which say what to do. */
function translate(code: `wallet/${string}`, action: string, error: unknown): unknown {
  if (error instanceof BittensorError || error instanceof Deno.errors.NotCapable) return error;
  return new BittensorError(code, `${action}: ${messageOf(error)}`, {
    hint: "check the owner and the permissions of the file and of its folder",
    cause: error,
  });
}
