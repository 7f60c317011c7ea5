/** `bt devchain fund` and `bt devchain mine`: what one may do with a chain of one's own. */

import * as bittensor from "../../mod.ts";
import type { CommandContext } from "../context.ts";
import { requestControl } from "../devchain_client.ts";
import { type BareCommand, readBy, wholeNumber } from "../program.ts";
import { openSubtensor, openWallet, waitOptions } from "../session.ts";
import { formatFields } from "../view/fields.ts";

/** Blocks that a dev chain seals by one request. */
const MOST_BLOCKS = 1_000_000;

export function fundCommand(command: BareCommand, context: CommandContext): void {
  command
    .argument(
      "<amount>",
      "what the account gets on top of what it has, in tao",
      readBy(bittensor.tao),
    )
    .option(
      "--to <address>",
      "the account (default: the coldkey of the wallet)",
      readBy(bittensor.address),
    )
    .action((amount, { to }) => fund(amount, to, context));
}

export function mineCommand(command: BareCommand, context: CommandContext): void {
  command
    .argument("[blocks]", "how many (default: 1)", wholeNumber(1, MOST_BLOCKS))
    .action((blocks = 1) => mine(blocks, context));
}

async function fund(
  amount: bittensor.Rao,
  to: bittensor.Address | undefined,
  context: CommandContext,
): Promise<void> {
  const account = to ?? await coldkeyOf(context);
  await using subtensor = await openSubtensor(context);
  const wait = await waitOptions(context);
  const balance = bittensor.rao(await subtensor.getBalance(account, wait) + amount);
  const plan = {
    action: `Give ${bittensor.formatTao(amount)} to an account of a dev chain`,
    details: { account, balance: bittensor.formatTao(balance), chain: subtensor.endpoint },
  };
  if (!await context.agree(plan, { ask: false })) return;
  const blockHash = await requestControl(
    subtensor.endpoint,
    "dev_setBalance",
    [account, `${balance} rao`],
    wait,
  );
  context.print(formatFields({ account, balance: bittensor.formatTao(balance) }));
  context.finish({ account, balance, blockHash });
}

async function coldkeyOf(context: CommandContext): Promise<bittensor.Address> {
  using wallet = await openWallet(context);
  return await wallet.coldkeypub();
}

async function mine(blocks: number, context: CommandContext): Promise<void> {
  await using subtensor = await openSubtensor(context);
  const wait = await waitOptions(context);
  const plan = { action: "Seal blocks", details: { blocks, chain: subtensor.endpoint } };
  if (!await context.agree(plan, { ask: false })) return;
  const blockHash = await requestControl(subtensor.endpoint, "dev_mine", [blocks], wait);
  const block = await subtensor.getCurrentBlock(wait);
  context.print(formatFields({ block, hash: blockHash }));
  context.finish({ block, blockHash });
}
