/** `SubtensorModule.subscribe`: a hotkey joins the network, or moves to another endpoint. */

import { u128, u16, u8 } from "../../scale/scale_type.ts";
import { type CallContext, ensureSigned, palletCall } from "../pallet.ts";
import { type AccountId, accountId } from "../primitives.ts";
import { addNeuron, TEXT } from "./add_neuron.ts";
import { emitPending } from "./emission.ts";
import { subtensorErrors, subtensorEvents } from "./events.ts";
import { parametersOf } from "./parameters.ts";
import {
  active,
  lastEmit,
  lastSubscriptionBlock,
  neurons,
  subscriptionsThisBlock,
} from "./storage.ts";

const LOOPBACK_V4 = 0x7f000001n;
const BROADCAST_V4 = 0xffffffffn;
const LAST_V6 = (1n << 128n) - 1n;

interface SubscribeArguments {
  readonly ip: bigint;
  readonly port: number;
  readonly ip_type: number;
  readonly modality: number;
  readonly coldkey: AccountId;
}

/** The call. It is free, and the coldkey does not have to agree. */
export const subscribe = palletCall({
  index: 3,
  docs: "Joins the network with the signer as hotkey, or moves its neuron to another endpoint.",
  args: { ip: u128, port: u16, ip_type: u8, modality: u8, coldkey: accountId },
  weight: 0n,
  paysFee: false,
  dispatch: (context, args) => {
    const hotkey = ensureSigned(context);
    checkArguments(context, hotkey, args);
    countSubscription(context);
    if (active.has(context.state, hotkey)) update(context, hotkey, args);
    else add(context, hotkey, args);
  },
});

/** The order of the checks decides which error a call with several faults gets. */
function checkArguments(
  { state }: CallContext,
  hotkey: AccountId,
  { ip, ip_type, modality, coldkey }: SubscribeArguments,
): void {
  if (
    active.has(state, hotkey) &&
    neurons.get(state, active.get(state, hotkey)).coldkey !== coldkey
  ) throw subtensorErrors.make("NonAssociatedColdKey");
  if (modality !== TEXT) throw subtensorErrors.make("InvalidModality");
  if (ip_type !== 4 && ip_type !== 6) throw subtensorErrors.make("InvalidIpType");
  if (!isValidAddress(ip, ip_type)) throw subtensorErrors.make("InvalidIpAddress");
}

/** Private ranges pass, and other loopback addresses than the usual one. */
function isValidAddress(ip: bigint, type: 4 | 6): boolean {
  return type === 4 ? ip > 0n && ip !== LOOPBACK_V4 && ip < BROADCAST_V4 : ip > 1n && ip < LAST_V6;
}

function countSubscription({ state, blockNumber }: CallContext): void {
  const sameBlock = lastSubscriptionBlock.get(state) === blockNumber;
  const count = sameBlock ? subscriptionsThisBlock.get(state) : 0;
  if (count >= parametersOf(state).subscriptionsPerBlock) {
    throw subtensorErrors.make("ToManySubscriptionsThisBlock");
  }
  subscriptionsThisBlock.put(state, count + 1);
  lastSubscriptionBlock.put(state, blockNumber);
}

function add(context: CallContext, hotkey: AccountId, args: SubscribeArguments): void {
  const uid = addNeuron(context.state, { ...args, hotkey }, context.blockNumber);
  context.deposit(subtensorEvents.make.NeuronAdded(uid));
}

/** Everything but the endpoint stays; pending emission is paid out, without the fee on it. */
function update(context: CallContext, hotkey: AccountId, args: SubscribeArguments): void {
  const { state, blockNumber, deposit } = context;
  const uid = active.get(state, hotkey);
  const { ip, port, ip_type } = args;
  neurons.put(state, uid, { ...neurons.get(state, uid), ip, port, ip_type });
  emitPending(state, uid, blockNumber);
  lastEmit.put(state, uid, blockNumber);
  deposit(subtensorEvents.make.NeuronUpdated(uid));
}
