/** `bt wallet show`. */

import type { ConfigureCommand } from "../../program.ts";
import { openWallet } from "../../session.ts";
import { formatFields } from "../../view/fields.ts";

export const showCommand: ConfigureCommand = (command, context) => {
  command.action(async () => {
    using wallet = await openWallet(context);
    const { name, hotkeyName, path } = wallet;
    const coldkey = await wallet.coldkeypub();
    const hotkey = await wallet.hotkeypub();
    context.print(formatFields({ wallet: name, hotkey: hotkeyName, path }));
    context.print(formatFields({ "coldkey address": coldkey, "hotkey address": hotkey }));
    context.finish({ name, hotkeyName, path, coldkey, hotkey });
  });
};
