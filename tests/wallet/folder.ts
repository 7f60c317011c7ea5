/** Temporary folders, and what is in them to the last bit. */

import { join } from "node:path";
import type { WalletFile } from "../../lib/wallet/wallet_paths.ts";

/** A new folder that disappears with the scope that uses it. */
export async function temporaryFolder(
  dir?: string,
): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir(dir === undefined ? {} : { dir });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** A file of the wallet in `folder`. */
export function walletFile(folder: string, name: string): WalletFile {
  return { folder, name, path: join(folder, name) };
}

/** Everything below a folder: names, modes, times and bytes. */
export async function snapshotOf(folder: string): Promise<Record<string, string>> {
  const entries: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    const { mode, mtime } = await Deno.lstat(path);
    const content = isDirectory ? "folder" : (await Deno.readFile(path)).toHex();
    entries[path] = `${modeOf(mode)} ${mtime?.toISOString()} ${content}`;
    if (isDirectory) Object.assign(entries, await snapshotOf(path));
  }
  return entries;
}

/** Names and permission bits of everything below a folder, such as `default/coldkey 600`. */
export async function listingOf(folder: string): Promise<string[]> {
  const paths = Object.entries(await snapshotOf(folder));
  return paths.map(([path, entry]) => `${path.slice(folder.length + 1)} ${entry.slice(0, 3)}`)
    .sort();
}

function modeOf(mode: number | null): string {
  return ((mode ?? 0) & 0o777).toString(8);
}
