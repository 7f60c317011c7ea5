/** Commands that write on chain: a plan, an extrinsic, its progress, and its receipt. */

import type * as bittensor from "../mod.ts";
import { formatTao } from "../mod.ts";
import type { CommandContext, Plan } from "./context.ts";
import { waitOptions } from "./session.ts";
import { formatFields } from "./view/fields.ts";
import { withProgressBar } from "./view/progress.ts";

/** Stages of an extrinsic, in order. */
const STAGES = ["signed", "submitted", "inBlock", "finalized"] as const;

/** Sends an extrinsic of the chosen kind with these options. */
export type SendExtrinsic = (
  options: bittensor.ExtrinsicOptions,
) => Promise<bittensor.ExtrinsicReceipt>;

/**
 * Asks whether to go on with a plan, sends the extrinsic, and shows how far it came and what became
 * of it, when its block is final.
 *
 * @param plan Shown before; its details are part of the result.
 */
export async function runExtrinsic(
  context: CommandContext,
  plan: Plan,
  send: SendExtrinsic,
): Promise<void> {
  if (!await context.agree(plan)) return;
  const wait = await waitOptions(context);
  const bar = { label: plan.action, total: STAGES.length, visible: context.interactive };
  const receipt = await withProgressBar(bar, (update) =>
    send({
      ...wait,
      onProgress: ({ stage }) => update(STAGES.indexOf(stage) + 1),
    }));
  const { hash, fee, blockHash, finalized, events } = receipt;
  if (hash === undefined) context.print("Nothing to do: the chain has it already.");
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
