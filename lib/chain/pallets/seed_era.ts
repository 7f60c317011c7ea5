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
import { formatIp, type IpType, parseIp } from "../../domain/ip.ts";
import type { Modality } from "../../domain/modality.ts";
import type { Call, Chain, Hex } from "../chain.ts";
import { readCompact, readUint } from "../scale.ts";

const PALLET = "SubtensorModule";

/** Bytes of a NeuronMetadataOf: ip u128, port u16, ip_type u8, uid u64, modality u8, two keys. */
const NEURON_BYTES = 92;

/** What a neuron tells the chain about itself. */
export interface Subscription {
  readonly ip: string;
  readonly port: number;
  readonly modality: Modality;
  /** Account that owns the neuron. */
  readonly coldkey: Address;
}

/** The state of the pallet at one block. */
export interface PalletState {
  readonly chain: Chain;
  /** Hash of the block. */
  readonly at: Hex;
  /** Number of neurons: their uids run from 0 to n − 1. */
  readonly n: number;
}

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
  const bytes = await chain.value(PALLET, "NextUID", at, options);
  return { chain, at, n: bytes === undefined ? 0 : Number(readUint(bytes, 0, 8)) };
}

/** All neurons, in the order of their uids. */
export async function fetchNeurons(
  state: PalletState,
  options?: WaitOptions,
): Promise<Endpoint[]> {
  const neurons: Endpoint[] = new Array(state.n);
  await eachUid(state, "Neurons", options, (uid, bytes) => {
    neurons[uid] = decodeNeuron(uid, bytes);
  });
  for (let uid = 0; uid < state.n; uid++) {
    if (neurons[uid] === undefined) throw malformed("Neurons", uid, "it is missing");
  }
  return neurons;
}

/** Stake of every neuron, in rao, by uid. */
export async function fetchStake(
  state: PalletState,
  options?: WaitOptions,
): Promise<BigUint64Array> {
  const stake = new BigUint64Array(state.n);
  await eachUid(state, "Stake", options, (uid, bytes) => {
    stake[uid] = readUint(bytes, 0, 8);
  });
  return stake;
}

/** Block at which every neuron last emitted or subscribed, by uid: the storage item LastEmit. */
export async function fetchLastUpdate(
  state: PalletState,
  options?: WaitOptions,
): Promise<Uint32Array> {
  const blocks = new Uint32Array(state.n);
  await eachUid(state, "LastEmit", options, (uid, bytes) => {
    blocks[uid] = Number(readUint(bytes, 0, 4));
  });
  return blocks;
}

/** For every neuron, the uids that it weighs, in stored order. */
export function fetchWeightUids(
  state: PalletState,
  options?: WaitOptions,
): Promise<Uint32Array[]> {
  return fetchRows(state, "WeightUids", 8, options);
}

/** For every neuron, its weights in the order of its weight uids; 4294967295 is 1. */
export function fetchWeightVals(
  state: PalletState,
  options?: WaitOptions,
): Promise<Uint32Array[]> {
  return fetchRows(state, "WeightVals", 4, options);
}

/** The call that registers a neuron, or moves a known one to another address. */
export function subscribeCall({ ip, port, modality, coldkey }: Subscription): Call {
  const { value, type } = parseIp(ip);
  const args = [value, port, type, modality, publicKeyOf(coldkey)];
  return { pallet: PALLET, name: "subscribe", args };
}

async function fetchRows(
  state: PalletState,
  item: "WeightUids" | "WeightVals",
  width: number,
  options?: WaitOptions,
): Promise<Uint32Array[]> {
  const rows = Array.from({ length: state.n }, () => new Uint32Array());
  await eachUid(state, item, options, (uid, bytes) => {
    const { value: length, next } = readCompact(bytes);
    if (bytes.length !== next + length * width) throw malformed(item, uid, "its length is wrong");
    rows[uid] = Uint32Array.from(
      { length },
      (_, index) => Number(readUint(bytes, next + index * width, width)),
    );
  });
  return rows;
}

/** Calls `read` for each entry of a map whose keys are uids, u64 little-endian. */
async function eachUid(
  { chain, at, n }: PalletState,
  item: string,
  options: WaitOptions | undefined,
  read: (uid: number, value: Uint8Array) => void,
): Promise<void> {
  for (const { key, value } of await chain.entries(PALLET, item, at, options)) {
    const uid = Number(readUint(key, 0, 8));
    if (uid >= n) throw malformed(item, uid, `there are only ${n} neurons`);
    read(uid, value);
  }
}

function decodeNeuron(uid: number, bytes: Uint8Array): Endpoint {
  if (bytes.length !== NEURON_BYTES) {
    throw malformed("Neurons", uid, `it has ${bytes.length} bytes`);
  }
  const ipType = ipTypeOf(uid, Number(readUint(bytes, 18, 1)));
  return {
    uid,
    hotkey: encodeAddress(bytes.subarray(28, 60)),
    ip: formatIp({ value: readUint(bytes, 0, 16), type: ipType }),
    ipType,
    port: Number(readUint(bytes, 16, 2)),
    modality: modalityOf(uid, Number(readUint(bytes, 27, 1))),
    coldkey: encodeAddress(bytes.subarray(60, 92)),
  };
}

function ipTypeOf(uid: number, value: number): IpType {
  if (value === 4 || value === 6) return value;
  throw malformed("Neurons", uid, `its ip_type is ${value}`);
}

function modalityOf(uid: number, value: number): Modality {
  if (value === 0 || value === 1 || value === 2) return value;
  throw malformed("Neurons", uid, `its modality is ${value}`);
}

function malformed(item: string, uid: number, why: string): BittensorError {
  return new BittensorError(
    "chain/malformed-storage",
    `Cannot read ${PALLET}.${item} of neuron ${uid}: ${why}`,
  );
}
