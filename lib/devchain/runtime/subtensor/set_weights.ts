/** `SubtensorModule.set_weights`: a neuron says whom its emission goes to. */

import { u32List, u64List } from "../../scale/scale_type.ts";
import type { ReadableState } from "../../state/overlay.ts";
import { ensureSigned, palletCall } from "../pallet.ts";
import { emitPending } from "./emission.ts";
import { subtensorErrors, subtensorEvents } from "./events.ts";
import { active, nextUid, weightUids, weightVals } from "./storage.ts";
import { normalizeWeights } from "./weights.ts";

interface WeightsArguments {
  readonly dests: readonly bigint[];
  readonly weights: readonly number[];
}

/** The call. It costs no balance, but a part of what the neuron emits to itself. */
export const setWeights = palletCall({
  index: 0,
  docs: "Pays out what the signer's neuron accrued by its old weights, and gives it new ones.",
  args: { dests: u64List, weights: u32List },
  weight: 0n,
  paysFee: false,
  dispatch: (context, args) => {
    const hotkey = ensureSigned(context);
    const { state, blockNumber, deposit } = context;
    if (!active.has(state, hotkey)) throw subtensorErrors.make("NotActive");
    checkArguments(state, args);
    const uid = active.get(state, hotkey);
    emitPending(state, uid, blockNumber);
    weightUids.put(state, uid, args.dests);
    weightVals.put(state, uid, normalizeWeights(args.weights));
    deposit(subtensorEvents.make.WeightsSet(hotkey));
  },
});

/** The order of the checks decides which error a call with several faults gets. */
function checkArguments(state: ReadableState, { dests, weights }: WeightsArguments): void {
  if (dests.length !== weights.length) throw subtensorErrors.make("WeightVecNotEqualSize");
  if (new Set(dests).size !== dests.length) throw subtensorErrors.make("DuplicateUids");
  const count = nextUid.get(state);
  if (dests.some((uid) => uid >= count)) throw subtensorErrors.make("InvalidUid");
}
