/** Pallet Balances: who holds how much, and transfers. Amounts are rao. */

import { compact, u128, unit, variant } from "../scale/scale_type.ts";
import type { ReadableState, State } from "../state/overlay.ts";
import {
  type CallContext,
  DispatchFailure,
  ensureSigned,
  type Pallet,
  palletCall,
  palletConstant,
  palletErrors,
  palletEvents,
} from "./pallet.ts";
import { type AccountId, accountId, type MultiAddress, multiAddress } from "./primitives.ts";
import { PalletStorage } from "./storage.ts";
import { accountOf, hasData, putData } from "./system.ts";

const INDEX = 5;

/** Least balance of an account, in rao; what would hold less is removed. */
export const EXISTENTIAL_DEPOSIT = 500n;

/** Rao that may be given out in all: then no sum of balances and stake ever outgrows 64 bits. */
export const MAX_ISSUANCE = 1n << 63n;

const prefix = new PalletStorage("Balances");
const totalIssuance = prefix.value(
  "TotalIssuance",
  u128,
  0n,
  "Sum of all balances, in rao; stake is not part of it.",
);

const balanceStatus = variant("frame_support::traits::tokens::misc::BalanceStatus", {
  Free: unit,
  Reserved: unit,
});

const events = palletEvents(INDEX, {
  Endowed: { fields: [accountId, u128], docs: "An account was created. [account, free_balance]" },
  DustLost: {
    fields: [accountId, u128],
    docs: "An account was removed, and a rest below the existential deposit lost. [account, rest]",
  },
  Transfer: { fields: [accountId, accountId, u128], docs: "A transfer. [from, to, value]" },
  BalanceSet: { fields: [accountId, u128, u128], docs: "A balance was set. [who, free, reserved]" },
  Deposit: { fields: [accountId, u128], docs: "Something was paid in. [who, deposit]" },
  Reserved: { fields: [accountId, u128], docs: "Balance was reserved. [who, value]" },
  Unreserved: { fields: [accountId, u128], docs: "Reserved balance was freed. [who, value]" },
  ReserveRepatriated: {
    fields: [accountId, accountId, u128, balanceStatus],
    docs: "Reserved balance moved. [from, to, balance, destination_status]",
  },
});

const errors = palletErrors(INDEX, {
  VestingBalance: "Too much of the balance is vesting.",
  LiquidityRestrictions: "The balance is locked.",
  InsufficientBalance: "The balance is lower than the value.",
  ExistentialDeposit: "The value is too low to create an account.",
  KeepAlive: "The transfer would remove the account.",
  ExistingVestingSchedule: "The account has a vesting schedule already.",
  DeadAccount: "The beneficiary does not exist.",
  TooManyReserves: "The balance has too many named reserves.",
});

const transferArguments = { dest: multiAddress, value: compact(u128) };

const transfer = palletCall({
  index: 0,
  docs: "Moves balance; may leave the sender with nothing, which removes the account.",
  args: transferArguments,
  weight: 198_268_000n,
  paysFee: true,
  dispatch: (context, { dest, value }) => move(context, lookup(dest), value, "allow-death"),
});

const transferKeepAlive = palletCall({
  index: 3,
  docs: "Moves balance, but not so much that the sender's account would be removed.",
  args: transferArguments,
  weight: 179_881_000n,
  paysFee: true,
  dispatch: (context, { dest, value }) => move(context, lookup(dest), value, "keep-alive"),
});

function lookup(address: MultiAddress): AccountId {
  if (address.tag === "Id") return address.value;
  throw new DispatchFailure({ tag: "CannotLookup", value: undefined });
}

/** Events come in the order of FRAME: removal, creation, lost rest, transfer. */
function move(
  context: CallContext,
  to: AccountId,
  value: bigint,
  sender: "allow-death" | "keep-alive",
): void {
  const { state, deposit } = context;
  const from = ensureSigned(context);
  if (value === 0n || from === to) return;
  const source = accountOf(state, from).data;
  const target = accountOf(state, to);
  const rest = source.free - value;
  const received = target.data.free + value;
  if (rest < 0n) throw errors.make("InsufficientBalance");
  if (received < EXISTENTIAL_DEPOSIT) throw errors.make("ExistentialDeposit");
  const dies = rest < EXISTENTIAL_DEPOSIT;
  if (dies && sender === "keep-alive") throw errors.make("KeepAlive");
  putData(context, from, dies ? undefined : { ...source, free: rest });
  putData(context, to, { ...target.data, free: received });
  if (!hasData(target)) deposit(events.make.Endowed(to, received));
  if (dies && rest > 0n) {
    burn(state, rest);
    deposit(events.make.DustLost(from, rest));
  }
  deposit(events.make.Transfer(from, to, value));
}

function burn(state: State, amount: bigint): void {
  totalIssuance.put(state, totalIssuance.get(state) - amount);
}

/** The sum of all balances. */
export function totalBalances(state: ReadableState): bigint {
  return totalIssuance.get(state);
}

/** Whether an account can lose `amount` and still exist. */
export function canWithdraw(state: ReadableState, who: AccountId, amount: bigint): boolean {
  return accountOf(state, who).data.free >= amount + EXISTENTIAL_DEPOSIT;
}

/** Takes `amount` from an account and out of existence; see {@linkcode canWithdraw}. */
export function withdraw(context: CallContext, who: AccountId, amount: bigint): void {
  const { data } = accountOf(context.state, who);
  putData(context, who, { ...data, free: data.free - amount });
  burn(context.state, amount);
}

/** Pays `amount` that did not exist before to an account that does. */
export function issue(context: CallContext, who: AccountId, amount: bigint): void {
  const { data } = accountOf(context.state, who);
  putData(context, who, { ...data, free: data.free + amount });
  burn(context.state, -amount);
}

/** Gives an account a balance, 0 or at least the existential deposit; it is issued or burned. */
export function setBalance(
  context: Pick<CallContext, "state" | "deposit">,
  who: AccountId,
  free: bigint,
): void {
  const { state, deposit } = context;
  const { data } = accountOf(state, who);
  putData(context, who, free === 0n ? undefined : { ...data, free });
  burn(state, data.free - free);
  deposit(events.make.BalanceSet(who, free, data.reserved));
}

export const balances: Pallet = {
  name: "Balances",
  crate: "pallet_balances",
  index: INDEX,
  storage: { prefix: prefix.name, items: [totalIssuance] },
  calls: { transfer, transfer_keep_alive: transferKeepAlive },
  events: events.cases,
  errors: errors.cases,
  constants: [
    palletConstant("ExistentialDeposit", u128, EXISTENTIAL_DEPOSIT, "Least balance, in rao."),
  ],
};
