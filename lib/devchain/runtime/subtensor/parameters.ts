/** What the 2021 runtime has compiled in and a genesis of this chain may choose. */

import { struct, u32, u64 } from "../../scale/scale_type.ts";
import type { ReadableState, State } from "../../state/overlay.ts";
import type { Pallet } from "../pallet.ts";
import { PalletStorage } from "../storage.ts";

/** The choices. */
export interface RuntimeParameters {
  /** Rao that a block pays before the first halving. */
  readonly blockReward: bigint;
  /** Blocks between two halvings. */
  readonly halvingInterval: number;
  /** Subscriptions that a block may hold, repeated ones included. */
  readonly subscriptionsPerBlock: number;
}

/** What spec 100 has. */
export const SPEC_100_PARAMETERS: RuntimeParameters = {
  blockReward: 500_000_000n,
  halvingInterval: 21_000_000,
  subscriptionsPerBlock: 25,
};

const prefix = new PalletStorage("DevChain");
const stored = prefix.value(
  "Parameters",
  struct("dev_chain::Parameters", {
    blockReward: u64,
    halvingInterval: u32,
    subscriptionsPerBlock: u32,
  }),
  SPEC_100_PARAMETERS,
  "What the genesis of this chain chose; the 2021 runtime has it compiled in.",
);

/** The parameters of this chain. */
export function parametersOf(state: ReadableState): RuntimeParameters {
  return stored.get(state);
}

/** Chooses parameters, in the genesis block. */
export function putParameters(state: State, parameters: RuntimeParameters): void {
  stored.put(state, parameters);
}

/** A pallet of our own, so that clients can read the parameters; the last index is its. */
export const devChain: Pallet = {
  name: "DevChain",
  crate: "dev_chain",
  index: 255,
  storage: { prefix: prefix.name, items: [stored] },
};
