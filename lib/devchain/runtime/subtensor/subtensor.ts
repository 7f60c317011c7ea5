/** Pallet SubtensorModule of spec 100: the neurons of the one global network. */

import type { State } from "../../state/overlay.ts";
import type { Pallet } from "../pallet.ts";
import { accrueEmission } from "./emission.ts";
import { SUBTENSOR_INDEX, subtensorErrors, subtensorEvents } from "./events.ts";
import { movePooledFees } from "./pooled_fee.ts";
import { setWeights } from "./set_weights.ts";
import { addStake, removeStake } from "./stake.ts";
import { subtensorStorage } from "./storage.ts";
import { subscribe } from "./subscribe.ts";

export const subtensor: Pallet = {
  name: "SubtensorModule",
  crate: "pallet_subtensor",
  index: SUBTENSOR_INDEX,
  storage: subtensorStorage,
  calls: { set_weights: setWeights, add_stake: addStake, remove_stake: removeStake, subscribe },
  events: subtensorEvents.cases,
  errors: subtensorErrors.cases,
};

/** Opens a block: fees of the block before, then emission, before any extrinsic. */
export function initializeSubtensor(state: State, blockNumber: number): void {
  movePooledFees(state);
  accrueEmission(state, blockNumber);
}
