/** Files that are either wholly written or not there. */

import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** Options of {@linkcode writeFileAtomic}. */
export interface WriteFileOptions {
  /** Permission bits of the new file, set before the first byte is written. */
  readonly mode: number;
  /** Replace a file that exists. @default {false} */
  readonly overwrite?: boolean;
}

/**
 * Writes a file so that a reader, or a crash at any moment, sees all of it or nothing.
 *
 * The bytes go to a temporary file in the same folder, are synced, and get their name in one step.
 *
 * @param content The bytes, at once or piece by piece.
 * @throws {Deno.errors.AlreadyExists} If the file exists and `overwrite` is not set.
 */
export async function writeFileAtomic(
  path: string,
  content: Uint8Array | Iterable<Uint8Array>,
  { mode, overwrite = false }: WriteFileOptions,
): Promise<void> {
  const temporary = join(dirname(path), `.${crypto.randomUUID()}.tmp`);
  try {
    await writeNewFile(temporary, content, mode);
    // Unlike rename, link refuses a name that is taken: no moment between the check and the write.
    if (overwrite) await Deno.rename(temporary, path);
    else await Deno.link(temporary, path);
  } finally {
    await Deno.remove(temporary).catch(ignoreMissing);
  }
}

/**
 * Writes a file that does not exist yet, and returns when it is on disk.
 *
 * @throws {Deno.errors.AlreadyExists}
 */
export async function writeNewFile(
  path: string,
  content: Uint8Array | Iterable<Uint8Array>,
  mode: number,
): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode });
  const pieces = content instanceof Uint8Array ? [content] : content;
  for (const piece of pieces) await writeAll(file, piece);
  await file.sync();
}

/** Returns when the names in a folder are on disk, where the system offers that. */
export async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders.
  if (Deno.build.os === "windows") return;
  using folder = await Deno.open(path, { read: true });
  await folder.sync();
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** A path whose leading `~` is the home directory. */
export function expandHome(path: string): string {
  return /^~(?=$|[/\\])/.test(path) ? join(homedir(), path.slice(1)) : path;
}
