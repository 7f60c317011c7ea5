/** The wallets in a folder, and the hotkeys of a wallet: what their public parts tell. */

import { join } from "node:path";
import { BittensorError } from "../base/errors.ts";
import { asUnreadable, PENDING_FOLDER } from "./key_storage.ts";
import { describeKey, type PublicKeyInfo } from "./public_keys.ts";
import {
  DEFAULT_PATH,
  HOTKEYS_FOLDER,
  isHotkeyName,
  locateKeys,
  locateWallets,
} from "./wallet_paths.ts";

/** A hotkey on disk. */
export interface HotkeyInfo extends PublicKeyInfo {
  readonly name: string;
}

/** A wallet on disk. */
export interface WalletInfo {
  readonly name: string;
  /** Undefined if neither the coldkey nor its public file is here. */
  readonly coldkey: PublicKeyInfo | undefined;
  /** In the order of their names. */
  readonly hotkeys: readonly HotkeyInfo[];
  /** Why the folder of the wallet cannot be read; what is wrong with a key is told there. */
  readonly problem: BittensorError | undefined;
}

/**
 * The wallets in a folder, in the order of their names; no password is needed.
 *
 * Damaged files are told in `problem` of the wallet or key, and hide no other one. Folders without
 * keys are left out, and so are hidden ones.
 *
 * @param options The folder of all wallets; a leading `~` is the home directory.
 * @throws {BittensorError} `wallet/unreadable` if the folder is there and cannot be read.
 *
 * @example List a wallet with two hotkeys
 * ```ts
 * import { listWallets, wallet } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempDir();
 * for (const hotkey of ["miner", "validator"]) {
 *   using _alice = await wallet({ name: "alice", hotkey, path }).create({ password: null });
 * }
 * const [alice] = await listWallets({ path });
 * assert.deepEqual(alice?.hotkeys.map(({ name }) => name), ["miner", "validator"]);
 * await Deno.remove(path, { recursive: true });
 * ```
 */
export async function listWallets(
  { path = DEFAULT_PATH }: { readonly path?: string | undefined } = {},
): Promise<readonly WalletInfo[]> {
  const folder = locateWallets(path);
  const wallets: WalletInfo[] = [];
  for (const name of await namesIn(folder, (info) => info.isDirectory)) {
    const wallet = await describeWallet(path, name);
    if (wallet.coldkey || wallet.hotkeys.length > 0 || wallet.problem) wallets.push(wallet);
  }
  return wallets;
}

/** The hotkeys of a wallet, in the order of their names; throws as {@linkcode listWallets} does. */
export async function listHotkeys(path: string, name: string): Promise<readonly HotkeyInfo[]> {
  const folder = join(locateWallets(path), name);
  const names = new Set<string>();
  for (const below of [HOTKEYS_FOLDER, join(PENDING_FOLDER, HOTKEYS_FOLDER)]) {
    for (const file of await namesIn(join(folder, below), (info) => info.isFile)) {
      names.add(file.replace(/pub\.txt$/, ""));
    }
  }
  const hotkeys: HotkeyInfo[] = [];
  for (const hotkey of [...names].filter(isHotkeyName).sort()) {
    const info = await describeKey(locateKeys(path, name, hotkey).hotkey);
    if (info) hotkeys.push({ name: hotkey, ...info });
  }
  return hotkeys;
}

async function describeWallet(path: string, name: string): Promise<WalletInfo> {
  try {
    const coldkey = await describeKey(locateKeys(path, name, "default").coldkey);
    const hotkeys = await listHotkeys(path, name);
    return { name, coldkey, hotkeys, problem: undefined };
  } catch (problem) {
    if (!(problem instanceof BittensorError)) throw problem;
    return { name, coldkey: undefined, hotkeys: [], problem };
  }
}

/** Names in a folder that are not hidden; none if there is no such folder. Links are followed. */
async function namesIn(
  folder: string,
  isWanted: (info: Deno.FileInfo) => boolean,
): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (name.startsWith(".")) continue;
      const info = await Deno.stat(join(folder, name)).catch(ignoreMissing);
      if (info && isWanted(info)) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw asUnreadable(folder, error);
  }
  return names.sort();
}

/** A link to nowhere, or a file that was removed meanwhile. */
function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
