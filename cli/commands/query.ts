/** `bt query`: sends a text to neurons. */

import * as bittensor from "../../mod.ts";
import type { CommandContext } from "../context.ts";
import { neuronsOf, readUids } from "../neuron.ts";
import type { ConfigureCommand } from "../program.ts";
import { queryText } from "../query.ts";
import { openSubtensor, openWallet, waitOptions } from "../session.ts";

export const queryCommand: ConfigureCommand = (command, context) => {
  command
    .argument("<text>", "what to send")
    .option("--uids <uids>", "neurons to ask, such as 0,2,5-7 (default: all)", readUids)
    .action((text, { uids }) => query(text, uids, context));
};

async function query(
  text: string,
  uids: readonly number[] | undefined,
  context: CommandContext,
): Promise<void> {
  using wallet = await openWallet(context);
  await wallet.hotkey();
  await using subtensor = await openSubtensor(context);
  const all = await subtensor.neurons(await waitOptions(context));
  const endpoints = uids === undefined ? all : neuronsOf(all, uids);
  if (endpoints.length === 0) {
    throw new bittensor.BittensorError("cli/not-found", `${subtensor} has no neurons to ask`);
  }
  context.finish({ text, ...await queryText(context, { wallet, endpoints, text }) });
}
