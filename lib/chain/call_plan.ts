/** Calls that nobody has signed yet: what a fee is asked for. */

import type { Address } from "../domain/address.ts";
import { Modality } from "../domain/modality.ts";
import type { Call } from "./chain.ts";
import type { ExtrinsicOptions } from "./extrinsic.ts";
import * as calls from "./pallets/seed_era_calls.ts";
import type {
  SetWeightsOptions,
  StakeOptions,
  SubscribeOptions,
  TransferOptions,
} from "./subtensor_options.ts";

/** The arguments of a call, with the address of the key that would sign it in the place of the key. */
type Unsigned<Options, Key extends keyof Options> =
  & Omit<Options, Key | keyof ExtrinsicOptions>
  & Readonly<Record<Key, Address>>;

/** A call of {@linkcode Subtensor} by its name, with its arguments, and addresses for its keys. */
export type CallPlan =
  | { readonly call: "subscribe" } & Unsigned<SubscribeOptions, "hotkey">
  | { readonly call: "setWeights" } & Unsigned<SetWeightsOptions, "hotkey">
  | { readonly call: "addStake" | "removeStake" } & Unsigned<StakeOptions, "coldkey">
  | { readonly call: "transfer" } & Unsigned<TransferOptions, "coldkey">;

/** The call of a plan, and who would sign it. */
export function plannedCall(plan: CallPlan): { readonly call: Call; readonly signer: Address } {
  switch (plan.call) {
    case "subscribe": {
      const { modality = Modality.TEXT } = plan;
      return { call: calls.subscribeCall({ ...plan, modality }), signer: plan.hotkey };
    }
    case "setWeights":
      return { call: calls.setWeightsCall(plan.uids, plan.weights), signer: plan.hotkey };
    case "addStake":
      return { call: calls.addStakeCall(plan.hotkey, plan.amount), signer: plan.coldkey };
    case "removeStake":
      return { call: calls.removeStakeCall(plan.hotkey, plan.amount), signer: plan.coldkey };
    case "transfer":
      return { call: calls.transferCall(plan.dest, plan.amount), signer: plan.coldkey };
  }
}
