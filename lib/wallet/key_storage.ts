/** Reading and writing key files: permissions are checked, and a write is all or nothing. */

import { dirname } from "node:path";
import { BittensorError, messageOf } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";
import { corruptKeyfile } from "./keyfile.ts";

/** Key files have a few hundred bytes; nothing larger is read into memory. */
const MAX_BYTES = 65_536;

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** A file to write. */
export interface KeyFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads a file that holds a secret.
 *
 * @param key Names the key in errors, such as `hotkey default`.
 * @throws {BittensorError} `wallet/missing-key`, `wallet/unsafe-permissions` if others than the
 * owner may use the file, `wallet/corrupt-keyfile` if it is no file or far too large,
 * `wallet/unreadable` if the system does not let us.
 */
export async function readSecretFile(path: string, key: string): Promise<Uint8Array> {
  return await readKeyFile(path, key, checkPermissions);
}

/** Reads a file that may be shown to everybody; throws as {@linkcode readSecretFile} does. */
export async function readPublicFile(path: string, key: string): Promise<Uint8Array> {
  return await readKeyFile(path, key, () => {});
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
 * Writes key files, mode 0600, and the folders that they need, mode 0700. If one fails, those
 * before it and the new folders are taken back.
 *
 * @throws {BittensorError} `wallet/exists` if a file exists and `overwrite` is not set,
 * `wallet/unwritable` if the system does not let us.
 */
export async function writeKeyFiles(
  files: readonly KeyFile[],
  { overwrite }: { readonly overwrite: boolean },
): Promise<void> {
  const undo: (() => Promise<void>)[] = [];
  try {
    for (const file of files) {
      await createFolders(dirname(file.path), undo);
      undo.push(await writeKeyFile(file, overwrite));
    }
  } catch (error) {
    for (const step of undo.reverse()) await step().catch(() => {});
    throw error;
  }
}

/** Writes one file. @returns How to bring back what was there. */
async function writeKeyFile(
  { path, bytes }: KeyFile,
  overwrite: boolean,
): Promise<() => Promise<void>> {
  try {
    const before = overwrite && await pathExists(path) ? await Deno.readFile(path) : undefined;
    await writeFileAtomic(path, bytes, { mode: FILE_MODE, overwrite });
    return before === undefined
      ? () => Deno.remove(path)
      : () => writeFileAtomic(path, before, { mode: FILE_MODE, overwrite: true });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new BittensorError("wallet/exists", `Cannot write ${path}: it exists`, {
        hint: "choose another name, or say overwrite on purpose",
        cause: error,
      });
    }
    throw asUnwritable(path, error);
  }
}

/** Creates a folder and those above it; tells `undo` how to remove each new one. */
async function createFolders(folder: string, undo: (() => Promise<void>)[]): Promise<void> {
  const missing: string[] = [];
  for (let path = folder; !await pathExists(path); path = dirname(path)) missing.unshift(path);
  for (const path of missing) {
    try {
      await Deno.mkdir(path, { recursive: true, mode: FOLDER_MODE });
    } catch (error) {
      throw asUnwritable(path, error);
    }
    // Fails if another process put something there meanwhile, as it should.
    undo.push(() => Deno.remove(path));
  }
}

async function readKeyFile(
  path: string,
  key: string,
  check: (path: string, info: Deno.FileInfo) => void,
): Promise<Uint8Array> {
  try {
    const info = await Deno.stat(path);
    if (!info.isFile) throw corruptKeyfile(path, "it is no file");
    check(path, info);
    if (info.size > MAX_BYTES) throw corruptKeyfile(path, "it is far too large to be one");
    return await Deno.readFile(path);
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

function checkPermissions(path: string, { mode }: Deno.FileInfo): void {
  // Windows reports no mode.
  if (mode === null || (mode & 0o077) === 0) return;
  const bits = (mode & 0o777).toString(8).padStart(4, "0");
  throw new BittensorError(
    "wallet/unsafe-permissions",
    `Cannot use the key file ${path}: users other than its owner have access (mode ${bits})`,
    { hint: `chmod 600 ${path}` },
  );
}

function asUnreadable(path: string, error: unknown): unknown {
  return translate("wallet/unreadable", `Cannot read ${path}`, error);
}

function asUnwritable(path: string, error: unknown): unknown {
  return translate("wallet/unwritable", `Cannot write ${path}`, error);
}

/** Our own errors pass, and Deno's about its permission flags, which say what to do. */
function translate(code: `wallet/${string}`, action: string, error: unknown): unknown {
  if (error instanceof BittensorError || error instanceof Deno.errors.NotCapable) return error;
  return new BittensorError(code, `${action}: ${messageOf(error)}`, {
    hint: "check the owner and the permissions of the file and of its folder",
    cause: error,
  });
}
