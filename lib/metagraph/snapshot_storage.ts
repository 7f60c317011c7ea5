/** Where snapshots lie on disk. */

import { dirname, join } from "node:path";
import { BittensorError } from "../base/errors.ts";
import { expandHome, writeFileAtomic } from "../base/files.ts";
import { decodeSnapshot, encodeSnapshot, type SavedSnapshot } from "./snapshot_file.ts";

/** The file of a network in a folder: `akatsuki.npz`; of an endpoint, `ws-127.0.0.1-9944.npz`. */
export function snapshotPath(folder: string, network: string): string {
  return join(folder, `${network.replaceAll(/[^\w.]+/g, "-")}.npz`);
}

/** Writes a snapshot, all of it or nothing, over one that is there; makes folders that are missing. */
export async function saveSnapshot(path: string, saved: SavedSnapshot): Promise<void> {
  const file = expandHome(path);
  const bytes = await encodeSnapshot(saved);
  await Deno.mkdir(dirname(file), { recursive: true });
  await writeFileAtomic(file, bytes, { mode: 0o644, overwrite: true });
}

/**
 * Reads a snapshot.
 *
 * @throws {BittensorError} `metagraph/not-saved` if there is no such file, and those of
 * `decodeSnapshot`.
 */
export async function loadSnapshot(path: string): Promise<SavedSnapshot> {
  const file = expandHome(path);
  return await decodeSnapshot(await readFile(file), file);
}

async function readFile(file: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(file);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new BittensorError("metagraph/not-saved", `Cannot load ${file}: there is no such file`, {
      cause,
      hint: "sync the metagraph and save it first",
    });
  }
}
