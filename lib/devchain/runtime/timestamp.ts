/** Pallet Timestamp: the time of a block, set by its author as the first extrinsic. */

import { compact, u64 } from "../scale/scale_type.ts";
import type { State } from "../state/overlay.ts";
import { DispatchFailure, type Pallet, palletCall, palletConstant } from "./pallet.ts";
import { PalletStorage } from "./storage.ts";

const INDEX = 2;

/** Least time between two blocks, in milliseconds. */
const MINIMUM_PERIOD = 3000n;

const prefix = new PalletStorage("Timestamp");
const now = prefix.value("Now", u64, 0n, "Time of the block, in milliseconds since 1970.");

const moment = compact(u64);

const set = palletCall({
  index: 0,
  docs: "Sets the time of the block. Only its author may, once.",
  args: { now: moment },
  // Storage access alone: two reads and one write.
  weight: 150_000_000n,
  class: "Mandatory",
  paysFee: true,
  dispatch: ({ state, signer }, args) => {
    if (signer !== undefined) throw new DispatchFailure({ tag: "BadOrigin", value: undefined });
    now.put(state, args.now);
  },
});

/**
 * The time of a block that is sealed at `clock`, as arguments of `Timestamp.set`.
 *
 * The pallet wants a period between blocks, so blocks that follow faster run ahead of the clock.
 */
export function timestampArguments(state: State, clock: number): Uint8Array {
  const earliest = now.get(state) + MINIMUM_PERIOD;
  const time = BigInt(Math.trunc(clock));
  return moment.encode(time > earliest ? time : earliest);
}

export const timestampSet = { palletIndex: INDEX, call: set };

export const timestamp: Pallet = {
  name: "Timestamp",
  crate: "pallet_timestamp",
  index: INDEX,
  storage: { prefix: prefix.name, items: [now] },
  calls: { set },
  constants: [
    palletConstant("MinimumPeriod", u64, MINIMUM_PERIOD, "Least time between blocks, in ms."),
  ],
};
