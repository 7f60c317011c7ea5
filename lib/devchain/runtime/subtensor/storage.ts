/** Storage of pallet SubtensorModule. */

import {
  struct,
  u128,
  u16,
  u32,
  u32List,
  u64,
  u64List,
  u8,
  type ValueOf,
} from "../../scale/scale_type.ts";
import { accountId } from "../primitives.ts";
import { PalletStorage } from "../storage.ts";

const ZERO_ACCOUNT = `0x${"00".repeat(32)}` as const;

const neuronMetadata = struct("pallet_subtensor::NeuronMetadata", {
  ip: u128,
  port: u16,
  ip_type: u8,
  uid: u64,
  modality: u8,
  hotkey: accountId,
  coldkey: accountId,
});

/** A value of `Neurons`. */
export type NeuronMetadata = ValueOf<typeof neuronMetadata>;

const NO_NEURON: NeuronMetadata = {
  ip: 0n,
  port: 0,
  ip_type: 0,
  uid: 0n,
  modality: 0,
  hotkey: ZERO_ACCOUNT,
  coldkey: ZERO_ACCOUNT,
};

const prefix = new PalletStorage("SubtensorModule");
const byUid = ["Identity", u64] as const;

const something = prefix.never("Something", u32, "Left over from a template, never written.");
export const totalStake = prefix.value("TotalStake", u64, 0n, "Sum of all stakes, in rao.");
export const nextUid = prefix.value(
  "NextUID",
  u64,
  0n,
  "The uid of the next neuron, which is the number of neurons.",
);
export const subscriptionsThisBlock = prefix.value(
  "SubscriptionsThisBlock",
  u32,
  0,
  "Subscriptions in the block LastSubscriptionBlock.",
);
export const lastSubscriptionBlock = prefix.value(
  "LastSubscriptionBlock",
  u32,
  0,
  "The last block with a subscription.",
);
export const transactionFeePool = prefix.value(
  "TransactionFeePool",
  u64,
  0n,
  "Fees that this block collected for the next, in rao.",
);
export const transactionFeesForBlock = prefix.value(
  "TransactionFeesForBlock",
  u64,
  0n,
  "Fees of the block before that are part of this block's reward, in rao.",
);
export const active = prefix.map(
  "Active",
  ["Blake2128Concat", accountId],
  u64,
  0n,
  "The uid of a hotkey. A missing one reads as 0: ask for the raw key to tell them apart.",
);
export const neurons = prefix.map(
  "Neurons",
  byUid,
  neuronMetadata,
  NO_NEURON,
  "Where a neuron listens, and its keys.",
);
export const lastEmit = prefix.map(
  "LastEmit",
  byUid,
  u32,
  0,
  "The block in which a neuron subscribed or last paid out its emission.",
);
export const pendingEmission = prefix.map(
  "PendingEmission",
  byUid,
  u64,
  0n,
  "What a neuron has accrued and not paid out, in rao.",
);
export const weightUids = prefix.map(
  "WeightUids",
  byUid,
  u64List,
  [],
  "The neurons that a neuron gives weight.",
);
export const weightVals = prefix.map(
  "WeightVals",
  byUid,
  u32List,
  [],
  "The weights of WeightUids; 4294967295 is 1.",
);
export const stake = prefix.map("Stake", byUid, u64, 0n, "The stake of a neuron, in rao.");

/** For the metadata. */
export const subtensorStorage = {
  prefix: prefix.name,
  items: [
    something,
    totalStake,
    nextUid,
    subscriptionsThisBlock,
    lastSubscriptionBlock,
    transactionFeePool,
    transactionFeesForBlock,
    active,
    neurons,
    lastEmit,
    pendingEmission,
    weightUids,
    weightVals,
    stake,
  ],
};
