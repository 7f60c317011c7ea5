/** Files that are either wholly written or not there. */

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
 * @throws {Deno.errors.AlreadyExists} If the file exists and `overwrite` is not set.
 */
export async function writeFileAtomic(
  path: string,
  bytes: Uint8Array,
  { mode, overwrite = false }: WriteFileOptions,
): Promise<void> {
  const temporary = join(dirname(path), `.${crypto.randomUUID()}.tmp`);
  try {
    {
      using file = await Deno.open(temporary, { write: true, createNew: true, mode });
      await writeAll(file, bytes);
      await file.sync();
    }
    // Unlike rename, link refuses a name that is taken: no moment between the check and the write.
    if (overwrite) await Deno.rename(temporary, path);
    else await Deno.link(temporary, path);
  } finally {
    await Deno.remove(temporary).catch(ignoreMissing);
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
