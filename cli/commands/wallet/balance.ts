/** `bt wallet balance`. */

import * as bittensor from "../../../mod.ts";
import type { ConfigureCommand } from "../../program.ts";
import { openSubtensor, openWallet, waitOptions } from "../../session.ts";
import { formatFields } from "../../view/fields.ts";

export const balanceCommand: ConfigureCommand = (command, context) => {
  command.action(async () => {
    using wallet = await openWallet(context);
    const coldkey = await wallet.coldkeypub();
    await using subtensor = await openSubtensor(context);
    const wait = await waitOptions(context);
    const state = await subtensor.at(undefined, wait);
    const [free = bittensor.rao(0n)] = await state.balances([coldkey], wait);
    const neurons = await state.neurons(wait);
    const stakes = await state.stake(wait);
    const owned = neurons.filter((neuron) => neuron.coldkey === coldkey);
    const stake = bittensor.rao(owned.reduce((sum, { uid }) => sum + stakes[uid]!, 0n));
    context.print(formatFields({
      coldkey,
      free: bittensor.formatTao(free),
      stake: bittensor.formatTao(stake),
      neurons: owned.length,
      block: state.block,
    }));
    context.finish({ coldkey, free, stake, uids: owned.map(({ uid }) => uid), block: state.block });
  });
};
