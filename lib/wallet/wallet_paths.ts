/** Where the files of a wallet lie, and which names it can have. */

import { homedir } from "node:os";
import { join } from "node:path";
import { BittensorError } from "../base/errors.ts";

/** What the name of a public file ends in. */
const PUBLIC_SUFFIX = "pub.txt";

/** The two keys of a wallet: the coldkey owns, the hotkey works. */
export const KEY_KINDS = ["coldkey", "hotkey"] as const;

/** One of the two keys of a wallet. */
export type KeyKind = typeof KEY_KINDS[number];

/** A key that lies in files. */
export interface StoredKey {
  /** Names the key in errors and prompts: `hotkey default of wallet alice`. */
  readonly label: string;
  /** The secret file: of a coldkey encrypted by default, of a hotkey plain. */
  readonly path: string;
  /** The file beside it that may be shown to everybody. */
  readonly publicPath: string;
}

/** The keys of a wallet below `path`; a leading `~` is the home directory. */
export function locateKeys(
  path: string,
  name: string,
  hotkeyName: string,
): Record<KeyKind, StoredKey> {
  const folder = join(expandHome(path), name);
  const key = (label: string, file: string): StoredKey => ({
    label: `${label} of wallet ${name}`,
    path: file,
    publicPath: `${file}${PUBLIC_SUFFIX}`,
  });
  return {
    coldkey: key("coldkey", join(folder, "coldkey")),
    hotkey: key(`hotkey ${hotkeyName}`, join(folder, "hotkeys", hotkeyName)),
  };
}

/**
 * Checks the name of a wallet: it becomes the name of a folder.
 *
 * @throws {BittensorError} `wallet/invalid-name`.
 */
export function checkWalletName(name: string): void {
  if (isFileName(name)) return;
  throw new BittensorError("wallet/invalid-name", `Cannot name a wallet ${JSON.stringify(name)}`, {
    hint: "a name is not empty and has no path separators or control characters",
  });
}

/**
 * Checks the name of a hotkey: it becomes the name of a file, beside the public files.
 *
 * @throws {BittensorError} `wallet/invalid-name`.
 */
export function checkHotkeyName(name: string): void {
  if (isFileName(name) && !name.endsWith(PUBLIC_SUFFIX)) return;
  throw new BittensorError("wallet/invalid-name", `Cannot name a hotkey ${JSON.stringify(name)}`, {
    hint:
      `a name is not empty, has no path separators or control characters and does not end in ${PUBLIC_SUFFIX}`,
  });
}

function isFileName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\\\p{Cc}]/u.test(name);
}

function expandHome(path: string): string {
  return /^~(?=$|[/\\])/.test(path) ? join(homedir(), path.slice(1)) : path;
}
