/** `bt wallet password`. */

import {
  newPasswordSource,
  NO_PASSWORD,
  PASSWORD_ENV,
  PASSWORD_FILE,
} from "../../password_source.ts";
import { Argument, type ConfigureCommand } from "../../program.ts";
import { openWallet } from "../../session.ts";

export const passwordCommand: ConfigureCommand = (command, context) => {
  command
    .addArgument(new Argument("<key>", "which key").choices(["coldkey", "hotkey"] as const))
    .addOption(NO_PASSWORD)
    .addOption(PASSWORD_ENV)
    .addOption(PASSWORD_FILE)
    .action(async (key, options) => {
      using wallet = await openWallet(context);
      const newPassword = newPasswordSource(options);
      const action = newPassword === null
        ? `Store the ${key} without a password`
        : `Encrypt the ${key} with another password`;
      const details = { wallet: wallet.name, hotkey: wallet.hotkeyName, path: wallet.path };
      if (!await context.agree({ action, details })) return;
      await wallet.changePassword({ key, newPassword, signal: context.signal });
      const state = newPassword === null ? "is stored without a password" : "has another password";
      context.print(`The ${key} of ${wallet} ${state}.`);
      context.finish({ ...wallet.toJSON(), key, encrypted: newPassword !== null });
    });
};
