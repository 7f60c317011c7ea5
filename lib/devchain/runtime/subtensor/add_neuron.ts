import type { State } from "../../state/overlay.ts";
import {
  active,
  lastEmit,
  type NeuronMetadata,
  neurons,
  nextUid,
  stake,
  weightUids,
  weightVals,
} from "./storage.ts";
import { FULL_WEIGHT } from "./weights.ts";

/** The only modality: text. */
export const TEXT = 0;

/**
 * Adds a neuron without stake, which gives all its weight to itself.
 *
 * @param blockNumber The block that is to count as the last in which it paid out.
 * @returns its uid.
 */
export function addNeuron(
  state: State,
  neuron: Omit<NeuronMetadata, "uid">,
  blockNumber: number,
): bigint {
  const uid = nextUid.get(state);
  nextUid.put(state, uid + 1n);
  active.put(state, neuron.hotkey, uid);
  neurons.put(state, uid, { ...neuron, uid });
  stake.put(state, uid, 0n);
  lastEmit.put(state, uid, blockNumber);
  weightUids.put(state, uid, [uid]);
  weightVals.put(state, uid, [FULL_WEIGHT]);
  return uid;
}
