/** `SubtensorModule.add_stake` and `remove_stake`: value moves between a coldkey and a neuron. */

import { u64 } from "../../scale/scale_type.ts";
import type { State } from "../../state/overlay.ts";
import { canWithdraw, issue, withdraw } from "../balances.ts";
import { type CallContext, ensureSigned, palletCall } from "../pallet.ts";
import { type AccountId, accountId } from "../primitives.ts";
import { accountOf } from "../system.ts";
import { emitPending } from "./emission.ts";
import { subtensorErrors, subtensorEvents } from "./events.ts";
import { active, neurons, stake, totalStake } from "./storage.ts";

/** The call. What it takes must leave the coldkey's account alive. */
export const addStake = palletCall({
  index: 1,
  docs: "Moves balance of the signer, a coldkey, to the stake of a neuron of its own.",
  args: { hotkey: accountId, ammount_staked: u64 },
  weight: 0n,
  paysFee: true,
  dispatch: (context, { hotkey, ammount_staked: amount }) => {
    const { state, blockNumber, deposit } = context;
    const coldkey = ensureSigned(context);
    const uid = ownNeuron(context, coldkey, hotkey);
    // Comes before the checks of the amount: a call that they fail has paid out all the same.
    emitPending(state, uid, blockNumber);
    if (accountOf(state, coldkey).data.free < amount) {
      throw subtensorErrors.make("NotEnoughBalanceToStake");
    }
    if (!canWithdraw(state, coldkey, amount)) throw subtensorErrors.make("BalanceWithdrawalError");
    withdraw(context, coldkey, amount);
    changeStake(state, uid, amount);
    deposit(subtensorEvents.make.StakeAdded(hotkey, amount));
  },
});

/** The call. Nothing need stay, and nothing is locked. */
export const removeStake = palletCall({
  index: 2,
  docs: "Moves stake of a neuron to the balance of the signer, its coldkey.",
  args: { hotkey: accountId, ammount_unstaked: u64 },
  weight: 0n,
  paysFee: true,
  dispatch: (context, { hotkey, ammount_unstaked: amount }) => {
    const { state, blockNumber, deposit } = context;
    const coldkey = ensureSigned(context);
    const uid = ownNeuron(context, coldkey, hotkey);
    emitPending(state, uid, blockNumber);
    if (stake.get(state, uid) < amount) throw subtensorErrors.make("NotEnoughStaketoWithdraw");
    issue(context, coldkey, amount);
    changeStake(state, uid, -amount);
    deposit(subtensorEvents.make.StakeRemoved(hotkey, amount));
  },
});

/** Adds to the stake of a neuron, or takes from it, in rao. */
export function changeStake(state: State, uid: bigint, by: bigint): void {
  stake.put(state, uid, stake.get(state, uid) + by);
  totalStake.put(state, totalStake.get(state) + by);
}

/** The uid of a hotkey whose neuron belongs to the coldkey. */
function ownNeuron({ state }: CallContext, coldkey: AccountId, hotkey: AccountId): bigint {
  if (!active.has(state, hotkey)) throw subtensorErrors.make("NotActive");
  const uid = active.get(state, hotkey);
  if (neurons.get(state, uid).coldkey !== coldkey) {
    throw subtensorErrors.make("NonAssociatedColdKey");
  }
  return uid;
}
