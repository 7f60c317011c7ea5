/** `bt wallet regen`. */

import * as bittensor from "../../../mod.ts";
import type { CommandContext } from "../../context.ts";
import {
  newPasswordSource,
  NO_PASSWORD,
  PASSWORD_ENV,
  PASSWORD_FILE,
  type PasswordOptions,
} from "../../password_source.ts";
import { Argument, type ConfigureCommand } from "../../program.ts";
import { openWallet } from "../../session.ts";
import { formatFields } from "../../view/fields.ts";

interface RegenOptions extends PasswordOptions {
  readonly mnemonicFile?: string | undefined;
  readonly seedFile?: string | undefined;
  readonly jsonFile?: string | undefined;
  readonly address?: string | undefined;
  readonly overwrite?: true | undefined;
}

export const regenCommand: ConfigureCommand = (command, context) => {
  command
    .addArgument(new Argument("<key>", "which key").choices(["coldkey", "hotkey"] as const))
    .option("--mnemonic-file <file>", "file with the mnemonic; - is standard input (default: asks)")
    .option("--seed-file <file>", "file with the seed, 32 bytes in hex; - is standard input")
    .option("--json-file <file>", "export of a polkadot.js wallet")
    .option("--address <address>", "only the public part, of this address")
    .option("--overwrite", "replace a key that exists")
    .addOption(NO_PASSWORD)
    .addOption(PASSWORD_ENV)
    .addOption(PASSWORD_FILE)
    .action((key, options) => regenerate(key, options, context));
};

async function regenerate(
  key: "coldkey" | "hotkey",
  options: RegenOptions,
  context: CommandContext,
): Promise<void> {
  const { address, overwrite } = options;
  using wallet = await openWallet(context);
  const plan = {
    action: overwrite ? `Replace the ${key}` : `Write the ${key}`,
    details: { wallet: wallet.name, hotkey: wallet.hotkeyName, path: wallet.path },
  };
  if (!await context.agree(plan, { ask: overwrite === true })) return;
  if (address === undefined) await regenerateSecret(wallet, key, options, context);
  else if (key === "coldkey") await wallet.regenerateColdkeypub({ address, overwrite });
  else await wallet.regenerateHotkeypub({ address, overwrite });
  const written = key === "coldkey" ? await wallet.coldkeypub() : await wallet.hotkeypub();
  context.print(formatFields({ [key]: written }));
  context.finish({ ...wallet.toJSON(), key, address: written });
}

async function regenerateSecret(
  wallet: bittensor.Wallet,
  key: "coldkey" | "hotkey",
  options: RegenOptions,
  context: CommandContext,
): Promise<void> {
  const password = newPasswordSource(options);
  const regeneration = {
    ...await keySource(key, options, context),
    password: password === undefined && key === "hotkey" ? null : password,
    overwrite: options.overwrite,
    signal: context.signal,
  };
  if (key === "coldkey") await wallet.regenerateColdkey(regeneration);
  else await wallet.regenerateHotkey(regeneration);
}

async function keySource(
  key: "coldkey" | "hotkey",
  { mnemonicFile, seedFile, jsonFile }: RegenOptions,
  { signal }: CommandContext,
): Promise<bittensor.KeySource> {
  if (seedFile !== undefined) return { seed: await readSecret(seedFile) };
  if (jsonFile !== undefined) return { json: await readSecret(jsonFile) };
  if (mnemonicFile !== undefined) {
    return { mnemonic: mnemonicIn(await readSecret(mnemonicFile), key) };
  }
  const { askSecret, canPrompt } = await import("../../view/prompts.ts");
  const mnemonic = canPrompt() ? await askSecret("Mnemonic of the key:", signal) : undefined;
  if (mnemonic !== undefined) return { mnemonic };
  throw new bittensor.BittensorError("cli/usage", "Cannot regenerate a key from nothing", {
    hint: "name a file with --mnemonic-file, --seed-file or --json-file, or pass --address",
  });
}

/** Of a file of `bt wallet create --mnemonic-file` the line of this key, else all of it. */
function mnemonicIn(text: string, key: "coldkey" | "hotkey"): string {
  const line = text.split("\n").find((line) => line.startsWith(`${key}:`));
  return line?.slice(key.length + 1) ?? text;
}

/** The text of a file; `-` is standard input. */
async function readSecret(path: string): Promise<string> {
  try {
    return path === "-"
      ? await new Response(Deno.stdin.readable).text()
      : await Deno.readTextFile(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new bittensor.BittensorError("cli/not-found", `Cannot find the file ${path}`, { cause });
  }
}
