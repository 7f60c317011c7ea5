/** `bt neuron`: one neuron of the network. */

import * as bittensor from "../../mod.ts";
import type { CommandContext } from "../context.ts";
import { neuronsOf } from "../neuron.ts";
import { type ConfigureCommand, wholeNumber } from "../program.ts";
import { openSubtensor, waitOptions } from "../session.ts";
import { formatFields } from "../view/fields.ts";

export const neuronCommand: ConfigureCommand = (command, context) => {
  command.command("show")
    .description("show who a neuron is, where it listens, and what it has at stake")
    .argument("<uid>", "uid of the neuron", wholeNumber(0, 2 ** 32 - 1))
    .action((uid) => showNeuron(uid, context));
};

async function showNeuron(uid: number, context: CommandContext): Promise<void> {
  const wait = await waitOptions(context);
  await using subtensor = await openSubtensor(context);
  const state = await subtensor.at(undefined, wait);
  const [neuron] = neuronsOf(await state.neurons(wait), [uid]);
  const { hotkey, coldkey, ip, port, modality } = neuron!;
  const stake = await state.stakeOf(uid, wait);
  const lastUpdate = await state.lastUpdateOf(uid, wait);
  const [balance] = await state.balances([coldkey], wait);
  context.print(formatFields({
    uid,
    hotkey,
    coldkey,
    address: bittensor.formatEndpoint(neuron!),
    modality: bittensor.modalityName(modality),
    stake: bittensor.formatTao(stake),
    "coldkey balance": bittensor.formatTao(balance!),
    "last update": lastUpdate,
    block: state.block,
  }));
  context.finish({
    uid,
    hotkey,
    coldkey,
    ip,
    port,
    modality: bittensor.modalityName(modality),
    stake,
    balance,
    lastUpdate,
    block: state.block,
  });
}
