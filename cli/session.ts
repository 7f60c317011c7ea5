/** What commands open: the chain and the wallet that options, environment and config file name. */

import * as bittensor from "../mod.ts";
import type { CommandContext } from "./context.ts";

/** What the setting is, by option, environment, config file or default. */
export function findSetting(
  name: bittensor.SettingName,
  { options }: CommandContext,
): Promise<bittensor.Setting> {
  const argument = options[name];
  const text = argument === undefined ? undefined : String(argument);
  return bittensor.findSetting(name, text, { path: options.config });
}

/** How long a command waits, and what stops it; every wait has a default of its own. */
export async function waitOptions(
  context: CommandContext,
): Promise<{ readonly timeoutMs?: number; readonly signal: AbortSignal }> {
  const { signal } = context;
  const { value, source } = await findSetting("timeout", context);
  return source === "default" ? { signal } : { timeoutMs: Number(value) * 1000, signal };
}

/** Connects to the chain. */
export async function openSubtensor(context: CommandContext): Promise<bittensor.Subtensor> {
  const { value: network } = await findSetting("network", context);
  return await bittensor.subtensor({ network, ...await waitOptions(context) });
}

/** The wallet by its names; nothing is read yet. */
export async function openWallet(context: CommandContext): Promise<bittensor.Wallet> {
  const { value: name } = await findSetting("wallet", context);
  const { value: hotkey } = await findSetting("hotkey", context);
  const { unlockEnv, unlockFile, unlockHotkeyEnv, unlockHotkeyFile } = context.options;
  const path = await walletFolder(context);
  return bittensor.wallet({
    name,
    hotkey,
    path,
    password: passwordPlace({ env: unlockEnv, file: unlockFile }),
    hotkeyPassword: passwordPlace({ env: unlockHotkeyEnv, file: unlockHotkeyFile }),
  });
}

/** Where a password is, in one of two ways; undefined if in neither. */
export function passwordPlace(
  { env, file }: { readonly env?: string | undefined; readonly file?: string | undefined },
): bittensor.PasswordSource | undefined {
  if (env !== undefined) return { env };
  return file === undefined ? undefined : { file };
}

/** The folder of all wallets. */
export async function walletFolder(context: CommandContext): Promise<string> {
  return (await findSetting("walletPath", context)).value;
}
