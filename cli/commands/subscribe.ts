/** `bt subscribe`: tells the network where the hotkey's neuron listens. */

import type * as bittensor from "../../mod.ts";
import { runExtrinsic } from "../extrinsic.ts";
import { type ConfigureCommand, Option, wholeNumber } from "../program.ts";
import { openSubtensor, openWallet } from "../session.ts";

const MODALITIES = ["text", "image", "tensor"] as const;

export const subscribeCommand: ConfigureCommand = (command, context) => {
  command
    .requiredOption("--host <ip>", "IP address under which others reach the neuron")
    .option("--port <port>", "its port", wholeNumber(1, 65_535), 8091)
    .addOption(
      new Option("--modality <modality>", "what it understands").choices(MODALITIES).default(
        "text" as const,
      ),
    )
    .action(async ({ host, port, modality }) => {
      using wallet = await openWallet(context);
      const coldkey = await wallet.coldkeypub();
      const hotkey = await wallet.hotkey();
      await using subtensor = await openSubtensor(context);
      const place = { coldkey, ip: host, port, modality: readModality(modality) };
      await runExtrinsic(context, {
        subtensor,
        call: { call: "subscribe", hotkey: hotkey.address, ...place },
        plan: {
          action: "Subscribe a neuron",
          details: { hotkey: hotkey.address, coldkey, host, port, modality },
        },
        send: (options) => subtensor.subscribe({ ...options, hotkey, ...place }),
      });
    });
};

function readModality(name: (typeof MODALITIES)[number]): bittensor.Modality {
  return MODALITIES.indexOf(name) as bittensor.Modality;
}
