/** Events and errors of pallet SubtensorModule. */

import { u32, u64 } from "../../scale/scale_type.ts";
import { palletErrors, palletEvents } from "../pallet.ts";
import { accountId } from "../primitives.ts";

export const SUBTENSOR_INDEX = 9;

export const subtensorEvents = palletEvents(SUBTENSOR_INDEX, {
  SomethingStored: { fields: [u32, accountId], docs: "Left over from a template, never raised." },
  WeightsSet: { fields: [accountId], docs: "A neuron set its weights. [hotkey]" },
  NeuronAdded: { fields: [u64], docs: "A hotkey subscribed for the first time. [uid]" },
  NeuronUpdated: { fields: [u64], docs: "A known hotkey subscribed again. [uid]" },
  StakeAdded: { fields: [accountId, u64], docs: "Stake was added. [hotkey, rao]" },
  StakeRemoved: { fields: [accountId, u64], docs: "Stake was removed. [hotkey, rao]" },
  Emission: { fields: [accountId, u64], docs: "Never raised: emission leaves no event." },
});

export const subtensorErrors = palletErrors(SUBTENSOR_INDEX, {
  NoneValue: "Left over from a template, never returned.",
  StorageOverflow: "Left over from a template, never returned.",
  InvalidIpType: "The type of the address is neither 4 nor 6.",
  InvalidIpAddress: "The address is out of range, zero, broadcast or loopback.",
  InvalidModality: "The modality is not 0, text.",
  ToManySubscriptionsThisBlock: "The block holds as many subscriptions as it may.",
  WeightVecNotEqualSize: "There are not as many weights as uids.",
  DuplicateUids: "A uid is named twice.",
  InvalidUid: "A uid belongs to no neuron.",
  NothingToEmit: "Never returned.",
  NotActive: "The hotkey has not subscribed.",
  AlreadyActive: "Never returned.",
  NonAssociatedColdKey: "The coldkey is not the one that the hotkey subscribed with.",
  NotEnoughStaketoWithdraw: "The stake is lower than the amount.",
  NotEnoughBalanceToStake: "The balance is lower than the amount.",
  BalanceWithdrawalError: "The amount cannot be taken from the balance.",
  CouldNotConvertToBalance: "Never returned.",
});
