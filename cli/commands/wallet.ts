/** `bt wallet`: keys on this machine. */

import type { BareCommand, ConfigureCommand } from "../program.ts";
import { balanceCommand } from "./wallet/balance.ts";
import { createCommand } from "./wallet/create.ts";
import { listCommand } from "./wallet/list.ts";
import { passwordCommand } from "./wallet/password.ts";
import { regenCommand } from "./wallet/regen.ts";
import { showCommand } from "./wallet/show.ts";

export const walletCommand: ConfigureCommand = (command, context) => {
  const add = (name: string, summary: string, configure: ConfigureCommand) =>
    configure(command.command(name).description(summary) as BareCommand, context);
  add("create", "make the keys that are missing", createCommand);
  add("list", "list wallets and their hotkeys", listCommand);
  add("show", "show the public parts of a wallet", showCommand);
  add("regen", "bring a key back from its mnemonic, seed, export or address", regenCommand);
  add("password", "encrypt a key with another password, or with none", passwordCommand);
  add("balance", "show what a wallet has on chain", balanceCommand);
};
