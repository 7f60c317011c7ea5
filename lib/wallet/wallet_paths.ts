/** Where the files of a wallet lie, and which names it can have. */

import { join } from "node:path";
import { BittensorError } from "../base/errors.ts";
import { expandHome } from "../base/files.ts";

/** Where wallets are, unless somebody says otherwise. */
export const DEFAULT_PATH = "~/.bittensor/wallets";

/** Folder of the hotkeys, in that of the wallet. */
export const HOTKEYS_FOLDER = "hotkeys";

/** What the name of a public file ends in. */
const PUBLIC_SUFFIX = "pub.txt";

/** The two keys of a wallet: the coldkey owns, the hotkey works. */
export const KEY_KINDS = ["coldkey", "hotkey"] as const;

/** One of the two keys of a wallet. */
export type KeyKind = typeof KEY_KINDS[number];

/** A file of a wallet. */
export interface WalletFile {
  /** The folder of the wallet. */
  readonly folder: string;
  /** Its place in that folder, such as `hotkeys/default`. */
  readonly name: string;
  /** The two joined. */
  readonly path: string;
}

/** A key that lies in files. */
export interface StoredKey {
  readonly kind: KeyKind;
  /** Names the key in errors and prompts: `hotkey default of wallet alice`. */
  readonly label: string;
  /** The secret: of a coldkey encrypted by default, of a hotkey plain. */
  readonly secretFile: WalletFile;
  /** The file beside it that may be shown to everybody. */
  readonly publicFile: WalletFile;
}

/** The folder of all wallets; a leading `~` is the home directory. */
export function locateWallets(path: string): string {
  return expandHome(path);
}

/** The keys of a wallet below `path`; a leading `~` is the home directory. */
export function locateKeys(
  path: string,
  name: string,
  hotkeyName: string,
): Record<KeyKind, StoredKey> {
  const folder = join(locateWallets(path), name);
  const file = (name: string): WalletFile => ({ folder, name, path: join(folder, name) });
  const key = (kind: KeyKind, label: string, secret: string): StoredKey => ({
    kind,
    label: `${label} of wallet ${name}`,
    secretFile: file(secret),
    publicFile: file(`${secret}${PUBLIC_SUFFIX}`),
  });
  return {
    coldkey: key("coldkey", "coldkey", "coldkey"),
    hotkey: key("hotkey", `hotkey ${hotkeyName}`, join(HOTKEYS_FOLDER, hotkeyName)),
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
  if (isHotkeyName(name)) return;
  throw new BittensorError("wallet/invalid-name", `Cannot name a hotkey ${JSON.stringify(name)}`, {
    hint:
      `a name is not empty, has no path separators or control characters and does not end in ${PUBLIC_SUFFIX}`,
  });
}

/** Whether a file of that name can be the secret of a hotkey. */
export function isHotkeyName(name: string): boolean {
  return isFileName(name) && !name.endsWith(PUBLIC_SUFFIX);
}

function isFileName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\\\p{Cc}]/u.test(name);
}
