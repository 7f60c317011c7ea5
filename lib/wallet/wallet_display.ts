/** How a wallet shows itself in a notebook: its public parts. */

import { type Display, escapeHtml } from "../base/table.ts";
import { describeKey, type PublicKeyInfo } from "./public_keys.ts";
import type { KeyKind, StoredKey } from "./wallet_paths.ts";

/** Names and addresses of a wallet, as a table and as text. No password is needed. */
export async function displayWallet(
  title: string,
  { coldkey, hotkey }: Record<KeyKind, StoredKey>,
): Promise<Display> {
  const rows = [
    ["coldkey", describe(await describeKey(coldkey))],
    ["hotkey", describe(await describeKey(hotkey))],
  ] as const;
  const cells = rows.map(([name, text]) => `<tr><th>${name}</th><td>${escapeHtml(text)}</td></tr>`);
  return {
    "text/plain": [title, ...rows.map(([name, text]) => `${name.padEnd(8)}${text}`)].join("\n"),
    "text/html": `<table><caption>${escapeHtml(title)}</caption>${cells.join("")}</table>`,
  };
}

function describe(key: PublicKeyInfo | undefined): string {
  if (key === undefined) return "not here";
  if (key.problem) return key.problem.message;
  const address = key.address ?? "address unknown without the password";
  if (key.encryption === undefined) return `${address} (public part only)`;
  return key.encryption === "none" ? `${address} (not encrypted)` : `${address} (encrypted)`;
}
