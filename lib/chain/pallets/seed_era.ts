/**
 * The pallet of the seed era: one network, neurons by uid, no subnets.
 *
 * Storage names and layouts are those of SubtensorModule, spec 100 (akatsuki, August 2021). Every
 * item defaults to zero: a key that was never written reads as 0 or as an empty list.
 */

import type { WaitOptions } from "../../base/deadline.ts";
import { BittensorError } from "../../base/errors.ts";
import { type Address, encodeAddress, publicKeyOf } from "../../domain/address.ts";
import type { Endpoint } from "../../domain/endpoint.ts";
import { formatIp, type IpType } from "../../domain/ip.ts";
import type { Modality } from "../../domain/modality.ts";
import type { Chain, Hex } from "../chain.ts";
import { readCompact, readUint } from "../scale.ts";
import { BLAKE2_128_BYTES, blake2Concat } from "../storage_key.ts";

/** Name of the pallet. */
export const PALLET = "SubtensorModule";

/** Bytes of a NeuronMetadataOf: ip u128, port u16, ip_type u8, uid u64, modality u8, two keys. */
const NEURON_BYTES = 92;

/** More neurons than any chain has: a number that is larger is an error of the node. */
const MOST_NEURONS = 1_000_000;

/** The state of the pallet at one block. */
export interface PalletState {
  readonly chain: Chain;
  /** Hash of the block. */
  readonly at: Hex;
  /** Number of neurons: their uids run from 0 to n − 1. */
  readonly n: number;
}

/** A list that was never written. */
const EMPTY_LIST = Uint8Array.of(0);

/** A storage map whose keys are uids. */
type UidMap = "Neurons" | "Stake" | "LastEmit" | "WeightUids" | "WeightVals";

/** True if the chain has this pallet; today's has the same name, with subnets and other items. */
export function hasSeedEraPallet(chain: Chain): boolean {
  return chain.hasStorage(PALLET, "Neurons") && chain.hasStorage(PALLET, "WeightUids");
}

/** Looks at one block; the other reads start from here. */
export async function fetchState(
  chain: Chain,
  at: Hex,
  options?: WaitOptions,
): Promise<PalletState> {
  const [bytes] = await chain.values(PALLET, "NextUID", [new Uint8Array()], at, options);
  const n = bytes === undefined ? 0 : Number(readUint(bytes, 0, 8));
  if (n <= MOST_NEURONS) return { chain, at, n };
  throw new BittensorError("chain/malformed-storage", `Cannot read ${n} neurons: that is too many`);
}

/** All uids of a state, in order. */
export function allUids({ n }: PalletState): number[] {
  return Array.from({ length: n }, (_, uid) => uid);
}

/** The neurons of some uids. */
export async function fetchNeurons(
  state: PalletState,
  uids: readonly number[],
  options?: WaitOptions,
): Promise<Endpoint[]> {
  const values = await fetchByUid(state, "Neurons", uids, options);
  return values.map((bytes, index) => decodeNeuron(uids[index]!, bytes));
}

/** Stake in rao, in the order of the uids. */
export async function fetchStake(
  state: PalletState,
  uids: readonly number[],
  options?: WaitOptions,
): Promise<BigUint64Array> {
  const values = await fetchByUid(state, "Stake", uids, options);
  return BigUint64Array.from(values, (bytes) => bytes ? readUint(bytes, 0, 8) : 0n);
}

/** Block of the last emission or subscription, in the order of the uids: the item LastEmit. */
export async function fetchLastUpdate(
  state: PalletState,
  uids: readonly number[],
  options?: WaitOptions,
): Promise<Uint32Array> {
  const values = await fetchByUid(state, "LastEmit", uids, options);
  return Uint32Array.from(values, (bytes) => bytes ? Number(readUint(bytes, 0, 4)) : 0);
}

/** For each uid, the uids that it weighs, in stored order. */
export async function fetchWeightUids(
  state: PalletState,
  uids: readonly number[],
  options?: WaitOptions,
): Promise<Uint32Array[]> {
  const values = await fetchByUid(state, "WeightUids", uids, options);
  return decodeRows("WeightUids", uids, values, 8);
}

/** For each uid, its weights in the order of its weight uids; 4294967295 is 1. */
export async function fetchWeightVals(
  state: PalletState,
  uids: readonly number[],
  options?: WaitOptions,
): Promise<Uint32Array[]> {
  const values = await fetchByUid(state, "WeightVals", uids, options);
  return decodeRows("WeightVals", uids, values, 4);
}

/** The uid of a hotkey; undefined if it has no neuron, where the seed era's client said 0. */
export async function fetchUid(
  { chain, at }: PalletState,
  hotkey: Address,
  options?: WaitOptions,
): Promise<number | undefined> {
  const key = blake2Concat(publicKeyOf(hotkey));
  const [bytes] = await chain.values(PALLET, "Active", [key], at, options);
  return bytes && Number(readUint(bytes, 0, 8));
}

/** The uids of all hotkeys. */
export async function fetchActive(
  { chain, at }: PalletState,
  options?: WaitOptions,
): Promise<Map<Address, number>> {
  const entries = await chain.entries(PALLET, "Active", at, options);
  return new Map(entries.map(({ key, value }) => [
    encodeAddress(key.subarray(BLAKE2_128_BYTES)),
    Number(readUint(value, 0, 8)),
  ]));
}

function fetchByUid(
  { chain, at }: PalletState,
  item: UidMap,
  uids: readonly number[],
  options?: WaitOptions,
): Promise<(Uint8Array | undefined)[]> {
  return chain.values(PALLET, item, uidKeys(uids), at, options);
}

/** Keys of these maps are uids as they are, u64 little-endian. */
function uidKeys(uids: readonly number[]): Uint8Array[] {
  const bytes = new DataView(new ArrayBuffer(8 * uids.length));
  return uids.map((uid, index) => {
    bytes.setUint32(8 * index, uid, true);
    return new Uint8Array(bytes.buffer, 8 * index, 8);
  });
}

/**
 * The rows of a map: lists of integers of `width` bytes, in the byte order of SCALE, which is that of
 * all platforms that we run on.
 *
 * They lie in one piece of memory: thousands of pieces would take longer to get than to fill.
 */
function decodeRows(
  item: UidMap,
  uids: readonly number[],
  values: readonly (Uint8Array | undefined)[],
  width: 4 | 8,
): Uint32Array[] {
  const lists = values.map((bytes, index) => itemsOf(item, uids[index]!, bytes, width));
  const memory = new Uint8Array(lists.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const list of lists) {
    memory.set(list, filled);
    filled += list.length;
  }
  const words = new Uint32Array(memory.buffer);
  const integers = width === 4 ? words : narrowed(words);
  let end = 0;
  return lists.map(({ length }) => integers.subarray(end, end += length / width));
}

/** The items of a row, `width` bytes each, without their count. */
function itemsOf(
  item: UidMap,
  uid: number,
  bytes: Uint8Array = EMPTY_LIST,
  width: number,
): Uint8Array {
  const { value: length, next } = readCompact(bytes);
  if (bytes.length === next + length * width) return bytes.subarray(next);
  throw malformed(item, uid, "its length is wrong");
}

/** Integers of 64 bits in 32; those that do not fit become the largest that does, which is no uid. */
function narrowed(words: Uint32Array): Uint32Array {
  const integers = new Uint32Array(words.length / 2);
  for (let index = 0; index < integers.length; index++) {
    integers[index] = words[2 * index + 1] === 0 ? words[2 * index]! : 0xffff_ffff;
  }
  return integers;
}

function decodeNeuron(uid: number, bytes: Uint8Array | undefined): Endpoint {
  if (bytes === undefined) throw malformed("Neurons", uid, "it is missing");
  if (bytes.length !== NEURON_BYTES) {
    throw malformed("Neurons", uid, `it has ${bytes.length} bytes`);
  }
  const ipType = ipTypeOf(uid, Number(readUint(bytes, 18, 1)));
  return {
    uid,
    hotkey: encodeAddress(bytes.subarray(28, 60)),
    ip: formatIpOf(uid, readUint(bytes, 0, 16), ipType),
    ipType,
    port: Number(readUint(bytes, 16, 2)),
    modality: modalityOf(uid, Number(readUint(bytes, 27, 1))),
    coldkey: encodeAddress(bytes.subarray(60, 92)),
  };
}

function formatIpOf(uid: number, value: bigint, type: IpType): string {
  if (type === 4 && value >> 32n !== 0n) throw malformed("Neurons", uid, "its ip is too long");
  return formatIp({ value, type });
}

function ipTypeOf(uid: number, value: number): IpType {
  if (value === 4 || value === 6) return value;
  throw malformed("Neurons", uid, `its ip_type is ${value}`);
}

function modalityOf(uid: number, value: number): Modality {
  if (value === 0 || value === 1 || value === 2) return value;
  throw malformed("Neurons", uid, `its modality is ${value}`);
}

function malformed(item: UidMap, uid: number, why: string): BittensorError {
  return new BittensorError(
    "chain/malformed-storage",
    `Cannot read ${PALLET}.${item} of neuron ${uid}: ${why}`,
  );
}
