/** `bt stake`: moves tao between the coldkey and the stake of its neurons. */

import * as bittensor from "../../mod.ts";
import type { CommandContext } from "../context.ts";
import { openColdkey, runExtrinsic } from "../extrinsic.ts";
import { findUid } from "../neuron.ts";
import { type ConfigureCommand, readBy } from "../program.ts";
import { openSubtensor, openWallet, waitOptions } from "../session.ts";
import { formatFields } from "../view/fields.ts";

const { formatTao } = bittensor;

export const stakeCommand: ConfigureCommand = (command, context) => {
  command.command("add")
    .description("move tao of the coldkey to the stake of the hotkey's neuron")
    .argument("<amount>", "how much, in tao", readBy(bittensor.tao))
    .action((amount) => changeStake("add", amount, context));
  command.command("remove")
    .description("move stake of the hotkey's neuron back to the coldkey")
    .argument("<amount>", "how much, in tao", readBy(bittensor.tao))
    .action((amount) => changeStake("remove", amount, context));
  command.command("show")
    .description("show the stake of the hotkey's neuron")
    .action(() => showStake(context));
};

async function changeStake(
  direction: "add" | "remove",
  amount: bittensor.Rao,
  context: CommandContext,
): Promise<void> {
  using wallet = await openWallet(context);
  const coldkey = await wallet.coldkeypub();
  const { address: hotkey } = await wallet.hotkey();
  await using subtensor = await openSubtensor(context);
  const call = direction === "add" ? "addStake" : "removeStake";
  const action = direction === "add" ? "Stake" : "Unstake";
  await runExtrinsic(context, {
    subtensor,
    call: { call, coldkey, hotkey, amount },
    plan: { action: `${action} ${formatTao(amount)}`, details: { coldkey, hotkey } },
    send: async (options) => {
      const signer = await openColdkey(wallet, context);
      return await subtensor[call]({ ...options, coldkey: signer, hotkey, amount });
    },
  });
}

async function showStake(context: CommandContext): Promise<void> {
  await using subtensor = await openSubtensor(context);
  const state = await subtensor.at(undefined, await waitOptions(context));
  const uid = await findUid(state, context);
  const stake = await state.stakeOf(uid, await waitOptions(context));
  context.print(formatFields({ uid, stake: formatTao(stake), block: state.block }));
  context.finish({ uid, stake, block: state.block });
}
