/** Neurons as commands name them. */

import * as bittensor from "../mod.ts";
import type { CommandContext } from "./context.ts";
import { readBy } from "./program.ts";
import { openWallet, waitOptions } from "./session.ts";

/**
 * The uid of the hotkey's neuron.
 *
 * @throws {BittensorError} `cli/not-found` if it has none.
 */
export async function findUid(
  state: bittensor.BlockState,
  context: CommandContext,
): Promise<number> {
  using wallet = await openWallet(context);
  const { address } = await wallet.hotkey();
  const uid = await state.uid(address, await waitOptions(context));
  if (uid !== undefined) return uid;
  throw new bittensor.BittensorError("cli/not-found", `No neuron has the hotkey ${address}`, {
    hint: "subscribe it first with `bt subscribe`, or name another neuron with --uid",
  });
}

/** Reads a list of uids and ranges of them, such as `0,2,5-7`. */
export const readUids: (text: string) => number[] = readBy((text) =>
  text.split(",").flatMap((part) => {
    const [, first = "", last = first] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? [];
    const count = Number(last) - Number(first) + 1;
    if (first !== "" && count >= 1 && count <= MOST_UIDS) {
      return Array.from({ length: count }, (_, index) => Number(first) + index);
    }
    throw new bittensor.BittensorError("cli/usage", `Cannot read the uids ${text}`, {
      hint: "write numbers and ranges, such as 0,2,5-7",
    });
  })
);

/** More than any network has. */
const MOST_UIDS = 65_536;

/**
 * The neurons of these uids.
 *
 * @throws {BittensorError} `cli/not-found` for a uid that no neuron has.
 */
export function neuronsOf(
  neurons: readonly bittensor.Endpoint[],
  uids: readonly number[],
): bittensor.Endpoint[] {
  return uids.map((uid) => {
    const neuron = neurons[uid];
    if (neuron !== undefined) return neuron;
    throw new bittensor.BittensorError("cli/not-found", `No neuron has the uid ${uid}`, {
      hint: neurons.length === 0
        ? "the network is empty"
        : `uids run from 0 to ${neurons.length - 1}`,
    });
  });
}
