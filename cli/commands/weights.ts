/** `bt weights`: what the hotkey's neuron thinks of the others. */

import * as bittensor from "../../mod.ts";
import type { CommandContext } from "../context.ts";
import { runExtrinsic } from "../extrinsic.ts";
import { findUid } from "../neuron.ts";
import { type ConfigureCommand, wholeNumber } from "../program.ts";
import { openSubtensor, openWallet, waitOptions } from "../session.ts";
import { counted } from "../view/plural.ts";
import { formatTable } from "../view/table.ts";

/** Uids are counted in 64 bits on chain; no network comes close. */
const MAX_UID = 2 ** 32 - 1;

export const weightsCommand: ConfigureCommand = (command, context) => {
  command.command("get")
    .description("show the weights that a neuron has set, by default those of the hotkey")
    .option("--uid <uid>", "uid of another neuron", wholeNumber(0, MAX_UID))
    .action(({ uid }) => getWeights(uid, context));
  command.command("set")
    .description("set the weights of the hotkey's neuron; only their proportions count")
    .argument("<weights...>", "one for each neuron, as uid:weight, such as 0:0.25 3:0.75")
    .action((texts) => setWeights(texts.map(parseWeight), context));
};

interface Weight {
  readonly uid: number;
  readonly weight: number;
}

function parseWeight(text: string): Weight {
  const [, uid = "", weight = ""] = /^(\d+):(\d*\.?\d+(?:e[+-]?\d+)?)$/i.exec(text) ?? [];
  if (uid === "" || Number(uid) > MAX_UID || !Number.isFinite(Number(weight))) {
    throw new bittensor.BittensorError("cli/usage", `Cannot read the weight ${text}`, {
      hint: "write uid:weight, such as 3:0.75",
    });
  }
  return { uid: Number(uid), weight: Number(weight) };
}

async function getWeights(given: number | undefined, context: CommandContext): Promise<void> {
  const wait = await waitOptions(context);
  await using subtensor = await openSubtensor(context);
  const state = await subtensor.at(undefined, wait);
  const uid = given ?? await findUid(state, context);
  const uids = await state.weightUidsOf(uid, wait);
  const values = await state.weightValsOf(uid, wait);
  const weights = Array.from(uids, (target, index) => ({
    uid: target,
    weight: values[index]! / WEIGHT_SCALE,
  }));
  const rows = weights.map(({ uid, weight }) => [uid, weight.toFixed(6)]);
  context.print(
    rows.length === 0 ? `Neuron ${uid} has set no weights.` : formatTable(["uid", "weight"], rows),
  );
  context.finish({ uid, block: state.block, weights });
}

/** On chain, 1 is written as 2³² − 1. */
const WEIGHT_SCALE = 2 ** 32 - 1;

async function setWeights(weights: readonly Weight[], context: CommandContext): Promise<void> {
  using wallet = await openWallet(context);
  const hotkey = await wallet.hotkey();
  await using subtensor = await openSubtensor(context);
  const values = {
    uids: weights.map(({ uid }) => uid),
    weights: weights.map(({ weight }) => weight),
  };
  await runExtrinsic(context, {
    subtensor,
    call: { call: "setWeights", hotkey: hotkey.address, ...values },
    plan: {
      action: `Set the weights of ${counted(weights.length, "neuron")}`,
      details: {
        hotkey: hotkey.address,
        weights: weights.map(({ uid, weight }) => `${uid}:${weight}`).join(" "),
      },
    },
    send: (options) => subtensor.setWeights({ ...options, hotkey, ...values }),
  });
}
