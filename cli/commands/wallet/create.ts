/** `bt wallet create`. */

import type * as bittensor from "../../../mod.ts";
import type { CommandContext } from "../../context.ts";
import { openMnemonics } from "../../mnemonics.ts";
import {
  newPasswordSource,
  NO_PASSWORD,
  PASSWORD_ENV,
  PASSWORD_FILE,
  type PasswordOptions,
} from "../../password_source.ts";
import { type ConfigureCommand, Option } from "../../program.ts";
import { openWallet } from "../../session.ts";
import { formatFields } from "../../view/fields.ts";

const WORD_COUNTS = ["12", "15", "18", "21", "24"] as const;

interface CreateOptions extends PasswordOptions {
  readonly words: (typeof WORD_COUNTS)[number];
  readonly mnemonicFile?: string | undefined;
  readonly overwrite?: true | undefined;
}

export const createCommand: ConfigureCommand = (command, context) => {
  command
    .addOption(
      new Option("--words <number>", "length of the mnemonics").choices(WORD_COUNTS)
        .default("12" as const),
    )
    .option("--mnemonic-file <file>", "write the mnemonics there instead of showing them")
    .option("--overwrite", "replace keys that exist: only their mnemonics bring them back")
    .addOption(NO_PASSWORD)
    .addOption(PASSWORD_ENV)
    .addOption(PASSWORD_FILE)
    .action((options) => create(options, context));
};

async function create(options: CreateOptions, context: CommandContext): Promise<void> {
  const { words, overwrite, mnemonicFile } = options;
  using wallet = await openWallet(context);
  const { name, hotkeyName, path } = wallet;
  const plan = {
    action: overwrite ? "Replace a coldkey and a hotkey" : "Create the keys that are missing",
    details: { wallet: name, hotkey: hotkeyName, path },
  };
  if (!await context.agree(plan, { ask: overwrite === true })) return;
  using mnemonics = openMnemonics(mnemonicFile);
  const created: string[] = [];
  await wallet.create({
    words: Number(words) as bittensor.WordCount,
    overwrite,
    password: newPasswordSource(options),
    signal: context.signal,
    onMnemonic: (one) => {
      created.push(one.kind);
      mnemonics.show(one);
    },
  });
  const coldkey = await wallet.coldkeypub();
  const hotkey = await wallet.hotkeypub();
  if (created.length === 0) context.remark(`Nothing to create: ${wallet} has its keys.`);
  context.print(formatFields({ coldkey, hotkey }));
  context.finish({ ...wallet.toJSON(), coldkey, hotkey, created });
}
