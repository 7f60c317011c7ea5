/** Commands that write on chain: a plan, an extrinsic, its progress, and its receipt. */

import type * as bittensor from "../mod.ts";
import { formatTao } from "../mod.ts";
import type { CommandContext, Plan } from "./context.ts";
import { waitOptions } from "./session.ts";
import { formatFields } from "./view/fields.ts";
import { withProgressBar } from "./view/progress.ts";

/** Stages of an extrinsic, in order. */
const STAGES = ["signed", "submitted", "inBlock", "finalized"] as const;

/** An extrinsic that a command is about to send. */
export interface PlannedExtrinsic {
  readonly subtensor: bittensor.Subtensor;
  readonly call: bittensor.CallPlan;
  /** What is shown before; network and fee are added. */
  readonly plan: Plan;
  /** Sends it with these options: here the key is opened. */
  send(options: bittensor.ExtrinsicOptions): Promise<bittensor.ExtrinsicReceipt>;
}

/**
 * Asks whether to go on with a plan, sends the extrinsic, and shows how far it came and what became
 * of it, when its block is final.
 */
export async function runExtrinsic(
  context: CommandContext,
  { subtensor, call, plan, send }: PlannedExtrinsic,
): Promise<void> {
  const wait = await waitOptions(context);
  const estimate = await subtensor.estimateFee(call, wait);
  const details = { ...plan.details, network: subtensor.network, fee: formatTao(estimate) };
  if (!await context.agree({ ...plan, details })) return;
  const bar = { label: plan.action, total: STAGES.length, visible: context.interactive };
  const receipt = await withProgressBar(bar, (update) =>
    send({
      ...wait,
      onProgress: ({ stage }) => update(STAGES.indexOf(stage) + 1),
    }));
  const { hash = null, fee, blockHash = null, finalized, events } = receipt;
  if (hash === null) context.print("Nothing to do: the chain has it already.");
  else {
    context.print(formatFields({
      extrinsic: hash,
      block: blockHash ?? "",
      fee: formatTao(fee),
      events: events.join(", "),
    }));
  }
  context.finish({ hash, blockHash, finalized, fee, events });
}

/** Opens the coldkey; one that is encrypted takes its time, which is said at a terminal. */
export async function openColdkey(
  wallet: bittensor.Wallet,
  { signal, interactive, remark }: CommandContext,
): Promise<bittensor.Keypair> {
  let told = !interactive;
  return await wallet.coldkey({
    signal,
    onProgress: () => {
      if (!told) remark(`Decrypting the coldkey of ${wallet.name}, which takes about 10 s …`);
      told = true;
    },
  });
}
