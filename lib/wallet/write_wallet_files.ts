/** Writing the files of a wallet: all of them or none, even if the process is killed meanwhile. */

import { dirname, join } from "node:path";
import { BittensorError } from "../base/errors.ts";
import { syncFolder, writeFileAtomic, writeNewFile } from "../base/files.ts";
import { asUnwritable, pathExists, PENDING_FOLDER } from "./key_storage.ts";
import { HOTKEYS_FOLDER, type WalletFile } from "./wallet_paths.ts";

/** A file to write. */
export interface NewFile extends WalletFile {
  readonly bytes: Uint8Array;
}

/** Folder of files that do not count yet; what a killed process left there, the next one removes. */
const STAGING_FOLDER = ".staging";

/** Held while files are written; the system gives it back when a process ends. */
const LOCK_FILE = ".lock";

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/**
 * Writes files of one wallet, mode 0600, and the folders that they need, mode 0700.
 *
 * No system renames two files at once, so one rename of a folder decides: under a lock, all files are
 * written to `.staging` in the folder of the wallet, which then becomes `.pending`. From that moment
 * they count: whoever reads a file of the wallet looks there first. Then they move to their places.
 * If the process ends before the rename, the old files count; if it ends after it, the new ones do,
 * and the next write moves the rest.
 *
 * @throws {BittensorError} `wallet/exists` if a file exists and `overwrite` is not set,
 * `wallet/unwritable` if the system does not let us.
 */
export async function writeWalletFiles(
  files: readonly NewFile[],
  { overwrite }: { readonly overwrite: boolean },
): Promise<void> {
  const [first] = files;
  if (first === undefined) return;
  const { folder } = first;
  await using newFolders = new AsyncDisposableStack();
  try {
    for (const { path } of files) await createFolders(dirname(path), newFolders);
    await using _lock = await lock(folder);
    await movePending(folder);
    for (const file of files) await checkTarget(file, overwrite);
    await stage(folder, files);
    await commit(folder, files);
  } catch (error) {
    throw asUnwritable(folder, error);
  }
  newFolders.move();
}

/**
 * Moves what an interrupted write left to its place. Readers do not need it; other tools, which know
 * nothing of `.pending`, do.
 */
export async function finishInterruptedWrite(folder: string): Promise<void> {
  if (!await pathExists(join(folder, PENDING_FOLDER))) return;
  try {
    await using _lock = await lock(folder);
    await movePending(folder);
  } catch (error) {
    throw asUnwritable(folder, error);
  }
}

/** Creates a folder and those above it; `newFolders` removes them again, unless others use them. */
async function createFolders(path: string, newFolders: AsyncDisposableStack): Promise<void> {
  const missing: string[] = [];
  for (let above = path; !await pathExists(above); above = dirname(above)) missing.unshift(above);
  for (const folder of missing) {
    await makeFolder(folder);
    newFolders.defer(() => Deno.remove(folder).catch(() => {}));
  }
}

/** Waits for other writers of this wallet, in this process or another one. */
async function lock(folder: string): Promise<AsyncDisposable> {
  const path = join(folder, LOCK_FILE);
  while (true) {
    await using held = new AsyncDisposableStack();
    const file = held.use(
      await Deno.open(path, { write: true, create: true, mode: FILE_MODE }),
    );
    await file.lock(true);
    if (await isAt(path, file)) {
      held.defer(() => removeIfThere(path));
      return held.move();
    }
    // The writer before us removed the file that we waited for.
  }
}

async function isAt(path: string, file: Deno.FsFile): Promise<boolean> {
  const [there, ours] = await Promise.all([
    Deno.stat(path).catch(() => undefined),
    file.stat(),
  ]);
  return there?.ino === ours.ino && there?.dev === ours.dev;
}

/** Before anything is written: afterwards nothing may be in the way. */
async function checkTarget({ path }: NewFile, overwrite: boolean): Promise<void> {
  if (!await pathExists(path)) return;
  if (!overwrite) {
    throw new BittensorError("wallet/exists", `Cannot write ${path}: it exists`, {
      hint: "choose another name, or say overwrite on purpose",
    });
  }
  if ((await Deno.lstat(path)).isDirectory) {
    throw new BittensorError("wallet/unwritable", `Cannot write ${path}: it is a folder`, {
      hint: "move the folder away",
    });
  }
}

async function stage(folder: string, files: readonly NewFile[]): Promise<void> {
  const staging = join(folder, STAGING_FOLDER);
  await removeIfThere(staging);
  try {
    const staged = files.map(({ name, bytes }) => ({ path: join(staging, name), bytes }));
    for (const below of new Set(staged.map(({ path }) => dirname(path)))) await makeFolder(below);
    for (const { path, bytes } of staged) await writeNewFile(path, bytes, FILE_MODE);
    await syncFolder(staging);
  } catch (error) {
    await removeIfThere(staging);
    throw error;
  }
}

/** If the first file cannot move, nothing has changed, and the new files are taken back. */
async function commit(folder: string, files: readonly NewFile[]): Promise<void> {
  const [staging, pending] = [join(folder, STAGING_FOLDER), join(folder, PENDING_FOLDER)];
  await Deno.rename(staging, pending);
  try {
    await syncFolder(folder);
    await movePending(folder);
  } catch (error) {
    const left = await Promise.all(files.map(({ name }) => pathExists(join(pending, name))));
    if (left.every((there) => there)) {
      await Deno.rename(pending, staging);
      await removeIfThere(staging);
    }
    throw error;
  }
}

/** Hotkeys first: only their folder can refuse what that of the wallet has just accepted. */
async function movePending(folder: string): Promise<void> {
  const pending = join(folder, PENDING_FOLDER);
  for (const below of [HOTKEYS_FOLDER, ""]) {
    const names = await filesIn(join(pending, below));
    // It may have been removed since.
    if (below === HOTKEYS_FOLDER && names.length > 0) await makeFolder(join(folder, below));
    for (const name of names) {
      await move(join(pending, below, name), join(folder, below, name));
    }
  }
  await removeIfThere(pending);
  await syncFolder(folder);
}

async function makeFolder(path: string): Promise<void> {
  await Deno.mkdir(path, { recursive: true, mode: FOLDER_MODE });
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.filter(({ isFile }) => isFile).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function move(from: string, to: string): Promise<void> {
  try {
    await Deno.rename(from, to);
  } catch (error) {
    // The folder of the hotkeys may be a link to another disk.
    if (!isOtherDisk(error)) throw error;
    await writeFileAtomic(to, await Deno.readFile(from), { mode: FILE_MODE, overwrite: true });
    await Deno.remove(from);
  }
}

function isOtherDisk(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EXDEV";
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
