/** `bt transfer`: moves tao from the coldkey to another account. */

import * as bittensor from "../../mod.ts";
import { openColdkey, runExtrinsic } from "../extrinsic.ts";
import { type ConfigureCommand, readBy } from "../program.ts";
import { openSubtensor, openWallet } from "../session.ts";

export const transferCommand: ConfigureCommand = (command, context) => {
  command
    .argument("<address>", "account that receives", readBy(bittensor.address))
    .argument("<amount>", "what it receives, in tao; the fee comes on top", readBy(bittensor.tao))
    .action(async (dest, amount) => {
      using wallet = await openWallet(context);
      const from = await wallet.coldkeypub();
      await using subtensor = await openSubtensor(context);
      await runExtrinsic(context, {
        subtensor,
        call: { call: "transfer", coldkey: from, dest, amount },
        plan: { action: `Transfer ${bittensor.formatTao(amount)}`, details: { from, to: dest } },
        send: async (options) => {
          const coldkey = await openColdkey(wallet, context);
          return await subtensor.transfer({ ...options, coldkey, dest, amount });
        },
      });
    });
};
