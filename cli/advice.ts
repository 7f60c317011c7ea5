/** What to do about an error, in terms of the command line where the library's are those of scripts. */

import { BittensorError } from "../lib/base/errors.ts";
import type { CommandContext } from "./context.ts";

/** Finds better advice than that of the library; undefined if there is none. */
type Advise = (
  context: CommandContext,
  error: BittensorError,
) => string | undefined | Promise<string | undefined>;

/** Advice by the code of the error. */
const ADVICE: Readonly<Record<string, Advise>> = {
  "chain/unknown-network": adviseNetwork,
  "model/signature": adviseModel,
  "wallet/exists": () => "choose another name, or pass --overwrite",
  "wallet/missing-key": adviseKey,
  "wallet/password-required": () =>
    "name its place: --password-env or --password-file for a new password, --unlock-env or " +
    "--unlock-file for that of the coldkey, --unlock-hotkey-env or --unlock-hotkey-file for that of " +
    "the hotkey; or run this in a terminal",
  "wallet/wrong-password": () => "try again; only the mnemonic brings a key back without it",
};

/** The hint that fits an error best; undefined if there is none. */
export async function adviceFor(
  error: unknown,
  context: CommandContext,
): Promise<string | undefined> {
  if (!(error instanceof BittensorError)) return undefined;
  const { code, hint } = error;
  return await ADVICE[code]?.(context, error) ?? hint;
}

async function adviseModel(_context: CommandContext, error: BittensorError): Promise<string> {
  const { INPUT_ROLES, SignatureError } = await import("../mod.ts");
  const offer = error instanceof SignatureError ? `${error.offer}; ` : "";
  return `${offer}say what each is for with --input NAME=ROLE, where a role is ` +
    `${
      INPUT_ROLES.join(", ")
    }, or a number that the input gets in every run; and with --output NAME`;
}

async function adviseNetwork(context: CommandContext): Promise<string | undefined> {
  const { findSetting } = await import("./session.ts");
  const { NETWORK_NAMES } = await import("../mod.ts");
  const { value } = await findSetting("network", context);
  return await didYouMean(value, NETWORK_NAMES);
}

/** Which of the names is wrong: that of the wallet, or that of its hotkey. */
async function adviseKey(context: CommandContext): Promise<string> {
  const { findSetting, walletFolder } = await import("./session.ts");
  const { listWallets } = await import("../mod.ts");
  const path = await walletFolder(context);
  const { value: name } = await findSetting("wallet", context);
  const { value: hotkey } = await findSetting("hotkey", context);
  const wallets = await listWallets({ path });
  const wallet = wallets.find((wallet) => wallet.name === name);
  return wallet === undefined
    ? await adviseName(`wallet in ${path}`, name, wallets)
    : await adviseName(`hotkey of ${name}`, hotkey, wallet.hotkeys);
}

async function adviseName(
  what: string,
  typed: string,
  known: readonly { readonly name: string }[],
): Promise<string> {
  const names = known.map(({ name }) => name).filter((name) => name !== typed);
  if (names.length === 0) return `there is no ${what} yet: \`bt wallet create\` makes one`;
  return await didYouMean(typed, names) ??
    `there are ${names.join(", ")}; \`bt wallet create\` makes another ${what}`;
}

async function didYouMean(typed: string, names: readonly string[]): Promise<string | undefined> {
  const { similarName } = await import("./similar.ts");
  const meant = similarName(typed, names);
  return meant === undefined ? undefined : `did you mean ${meant}?`;
}
