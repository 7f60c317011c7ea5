/** Pallet System: accounts, block hashes and events. */

import { SS58_PREFIX } from "../../domain/address.ts";
import type { Hex } from "../scale/hex.ts";
import {
  bytes,
  encoded,
  struct,
  type TypeInfo,
  u16,
  u32,
  u64,
  unit,
  type ValueOf,
  variant,
  vec,
} from "../scale/scale_type.ts";
import type { ReadableState, State } from "../state/overlay.ts";
import { BLOCK_LENGTH, BLOCK_WEIGHTS, blockLength, blockWeights } from "./block_limits.ts";
import {
  type CallContext,
  ensureSigned,
  type Pallet,
  palletCall,
  palletConstant,
  palletErrors,
  palletEvents,
} from "./pallet.ts";
import {
  type AccountId,
  accountId,
  type AccountInfo,
  accountInfo,
  dispatchError,
  dispatchInfo,
  hash,
  runtimeVersion,
} from "./primitives.ts";
import { PalletStorage } from "./storage.ts";
import { VERSION } from "./version.ts";

const INDEX = 0;

/** Blocks whose hashes an extrinsic may be signed for. */
const BLOCK_HASH_COUNT = 2400;

const ZERO_HASH: Hex = `0x${"00".repeat(32)}`;

/** What an account holds that was never written: nothing. */
const NO_DATA: AccountInfo["data"] = { free: 0n, reserved: 0n, misc_frozen: 0n, fee_frozen: 0n };

const NO_ACCOUNT: AccountInfo = {
  nonce: 0,
  consumers: 0,
  providers: 0,
  sufficients: 0,
  data: NO_DATA,
};

const prefix = new PalletStorage("System");
const account = prefix.map(
  "Account",
  ["Blake2128Concat", accountId],
  accountInfo,
  NO_ACCOUNT,
  "Nonce and balance of an account.",
);
const blockHash = prefix.map(
  "BlockHash",
  ["Twox64Concat", u32],
  hash,
  ZERO_HASH,
  "Hashes of the last blocks, by number.",
);
const number = prefix.value("Number", u32, 0, "Number of the block.");
const parentHash = prefix.value("ParentHash", hash, ZERO_HASH, "Hash of the block before.");
const eventCount = prefix.value("EventCount", u32, 0, "Number of events of the block.");

const phase = variant("frame_system::Phase", {
  ApplyExtrinsic: u32,
  Finalization: unit,
  Initialization: unit,
});

/** Events of the pallet, and functions that make them. */
export const systemEvents = palletEvents(INDEX, {
  ExtrinsicSuccess: { fields: [dispatchInfo], docs: "An extrinsic succeeded. [info]" },
  ExtrinsicFailed: {
    fields: [dispatchError, dispatchInfo],
    docs: "An extrinsic failed; its signer paid. [error, info]",
  },
  CodeUpdated: { fields: [], docs: "The runtime was replaced." },
  NewAccount: { fields: [accountId], docs: "An account came into being. [account]" },
  KilledAccount: { fields: [accountId], docs: "An account was removed. [account]" },
  Remarked: { fields: [accountId, hash], docs: "A remark was made. [origin, remark_hash]" },
});

const errors = palletErrors(INDEX, {
  InvalidSpecName: "The new runtime has another name.",
  SpecVersionNeedsToIncrease: "The new runtime is not newer.",
  FailedToExtractRuntimeVersion: "The version of the new runtime cannot be read.",
  NonDefaultComposite: "The account still holds data.",
  NonZeroRefCount: "Something still depends on the account.",
});

const remark = palletCall({
  index: 1,
  docs: "Does nothing but keep some bytes in the block.",
  args: { _remark: bytes },
  weight: 1_038_000n,
  paysFee: true,
  dispatch: (context) => void ensureSigned(context),
});

const dbWeight = struct("frame_support::weights::RuntimeDbWeight", { read: u64, write: u64 });

const constants = [
  palletConstant("BlockWeights", blockWeights, BLOCK_WEIGHTS, "Weight that fits into a block."),
  palletConstant("BlockLength", blockLength, BLOCK_LENGTH, "Bytes that fit into a block."),
  palletConstant("BlockHashCount", u32, BLOCK_HASH_COUNT, "Blocks whose hashes are kept."),
  palletConstant(
    "DbWeight",
    dbWeight,
    { read: 25_000_000n, write: 100_000_000n },
    "Weight of an access to storage.",
  ),
  palletConstant("Version", runtimeVersion, VERSION, "The version of the runtime."),
  palletConstant("SS58Prefix", u16, SS58_PREFIX, "Prefix of addresses."),
];

/** An event with the moment in the block at which it happened. */
export interface EventRecord {
  readonly phase: ValueOf<typeof phase>;
  /** Made by the function of a pallet's `palletEvents`. */
  readonly event: Uint8Array;
  readonly topics: readonly Hex[];
}

/** The pallet; which events there are depends on the other pallets. */
export function createSystem(runtimeEvent: TypeInfo): {
  readonly pallet: Pallet;
  /** Closes a block: stores its events. */
  putEvents(state: State, records: readonly EventRecord[]): void;
} {
  const record = struct("frame_system::EventRecord", {
    phase,
    event: encoded(runtimeEvent),
    topics: vec(hash),
  });
  const records = vec({ ...record, parameters: [["E", runtimeEvent], ["T", hash]] as const });
  const events = prefix.value("Events", records, [], "Events of the block.");
  return {
    pallet: {
      name: "System",
      crate: "frame_system",
      index: INDEX,
      storage: {
        prefix: prefix.name,
        items: [account, blockHash, number, parentHash, events, eventCount],
      },
      calls: { remark },
      events: systemEvents.cases,
      errors: errors.cases,
      constants,
    },
    putEvents: (state, eventRecords) => {
      events.put(state, eventRecords);
      eventCount.put(state, eventRecords.length);
    },
  };
}

/** Opens a block on top of its parent. */
export function openBlock(state: State, block: number, parent: Hex): void {
  number.put(state, block);
  parentHash.put(state, parent);
  blockHash.put(state, block - 1, parent);
  // One more than the constant says, as FRAME does; the genesis hash stays for immortal eras.
  const outdated = block - BLOCK_HASH_COUNT - 1;
  if (outdated > 0) blockHash.remove(state, outdated);
}

const PALLET_KEY = account.key.slice(0, account.key.length / 2 + 1);

/** Whether a storage key belongs to the block and not to what it left: number, hashes, events. */
export function isOfBlock(key: Hex): boolean {
  return key.startsWith(PALLET_KEY) && !key.startsWith(account.key);
}

/** The hash of a block, if it is one of the last that the state remembers. */
export function hashOfBlock(state: ReadableState, block: number): Hex | undefined {
  return blockHash.has(state, block) ? blockHash.get(state, block) : undefined;
}

/** The record of an account, all zeros for one that nobody has used. */
export function accountOf(state: ReadableState, who: AccountId): AccountInfo {
  return account.get(state, who);
}

/** Counts an extrinsic of an account; a hotkey gets its record this way. */
export function increaseNonce(state: State, who: AccountId): void {
  const info = account.get(state, who);
  account.put(state, who, { ...info, nonce: info.nonce + 1 });
}

/** Whether the account holds anything. */
export function hasData({ data }: AccountInfo): boolean {
  return data.free > 0n || data.reserved > 0n;
}

/**
 * Replaces what an account holds; `undefined` is nothing.
 *
 * The first data makes the account exist, and without data it is removed, its nonce too.
 */
export function putData(
  { state, deposit }: Pick<CallContext, "state" | "deposit">,
  who: AccountId,
  data: AccountInfo["data"] | undefined,
): void {
  const info = account.get(state, who);
  if (data === undefined) {
    if (!hasData(info)) return;
    account.remove(state, who);
    deposit(systemEvents.make.KilledAccount(who));
  } else if (hasData(info)) {
    account.put(state, who, { ...info, data });
  } else {
    account.put(state, who, { ...info, providers: info.providers + 1, data });
    deposit(systemEvents.make.NewAccount(who));
  }
}
