/**
 * Snapshots as `.npz` files, which NumPy opens.
 *
 * Version 2, with n neurons and m weights:
 *
 * | array | type | content |
 * | --- | --- | --- |
 * | `format_version` | int64 `[1]` | 2 |
 * | `network` | uint8 `[…]` | name of the network, UTF-8 |
 * | `block` | int64 `[1]` | number of the block |
 * | `stake`, `balances` | uint64 `[n]` | rao |
 * | `last_update` | uint32 `[n]` | block of the last emission or subscription |
 * | `weights_indptr` | int64 `[n + 1]` | row i of the weights is from `indptr[i]` to `indptr[i + 1]` |
 * | `weights_indices`, `weights_data` | uint32 `[m]` | uids, and their weights: 4294967295 is 1 |
 * | `hotkeys`, `coldkeys` | uint8 `[n, 32]` | public keys |
 * | `ip` | uint8 `[n, 16]` | address in network byte order, IPv4 in the last 4 bytes |
 * | `ip_type`, `modality` | uint8 `[n]` | 4 or 6; 0 text, 1 images, 2 tensors |
 * | `port` | uint16 `[n]` | |
 *
 * The three arrays of weights are those of a compressed sparse row matrix, as SciPy has it.
 *
 * Version 1 is the state dict of the seed era, as `Metagraph.stateDict()` gives it: a file that lacks
 * `format_version`. Stake, balances and weights are floats there, and are rounded when it is read.
 */

import { BittensorError, messageOf } from "../base/errors.ts";
import { encodeAddress, publicKeyOf } from "../domain/address.ts";
import { rao } from "../domain/balance.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import { formatIp, type IpType, parseIp } from "../domain/ip.ts";
import type { Modality } from "../domain/modality.ts";
import { type NDArray, ndarray, toNpz } from "./arrays.ts";
import { NamedArrays } from "./named_arrays.ts";
import { checkWeights, type Snapshot } from "./snapshot.ts";
import { snapshotFromStateDict } from "./state_dict.ts";

/** What this code writes. */
const FORMAT_VERSION = 2;

const KEY_BYTES = 32;
const IP_BYTES = 16;

/** A snapshot, and where it is from. */
export interface SavedSnapshot {
  /** Name of the network; undefined if the file does not say. */
  readonly network: string | undefined;
  readonly snapshot: Snapshot;
}

/** The file of a snapshot. */
export function encodeSnapshot({ network = "", snapshot }: SavedSnapshot): Promise<Uint8Array> {
  const { endpoints, weightUids, weightVals } = snapshot;
  const n = endpoints.length;
  return toNpz({
    format_version: ndarray(BigInt64Array.of(BigInt(FORMAT_VERSION))),
    network: ndarray(new TextEncoder().encode(network)),
    block: ndarray(BigInt64Array.of(BigInt(snapshot.block))),
    stake: ndarray(snapshot.stake),
    balances: ndarray(BigUint64Array.from(snapshot.balances)),
    last_update: ndarray(snapshot.lastUpdate),
    weights_indptr: ndarray(rowStarts(weightUids)),
    weights_indices: ndarray(concatenated(weightUids)),
    weights_data: ndarray(concatenated(weightVals)),
    hotkeys: bytesOfNeurons(endpoints, KEY_BYTES, ({ hotkey }) => publicKeyOf(hotkey)),
    coldkeys: bytesOfNeurons(endpoints, KEY_BYTES, ({ coldkey }) => publicKeyOf(coldkey)),
    ip: bytesOfNeurons(endpoints, IP_BYTES, ({ ip }) => ipBytes(ip)),
    ip_type: ndarray(Uint8Array.from(endpoints, ({ ipType }) => ipType), [n]),
    port: ndarray(Uint16Array.from(endpoints, ({ port }) => port), [n]),
    modality: ndarray(Uint8Array.from(endpoints, ({ modality }) => modality), [n]),
  });
}

/**
 * The snapshot in a file, of this version or an older one.
 *
 * @param name What errors call the file.
 * @throws {BittensorError} `metagraph/file-version` if a newer program wrote it; `metagraph/file` if
 * it holds no snapshot, or not all of one.
 */
export async function decodeSnapshot(bytes: Uint8Array, name: string): Promise<SavedSnapshot> {
  try {
    const arrays = await NamedArrays.parse(bytes);
    const version = arrays.has("format_version") ? arrays.number("format_version") : 1;
    if (version === 1) return { network: undefined, snapshot: snapshotFromStateDict(arrays) };
    if (version === FORMAT_VERSION) return readSnapshot(arrays);
    throw new BittensorError(
      "metagraph/file-version",
      `Cannot read ${name}: it has version ${version}, and this program knows 1 to ${FORMAT_VERSION}`,
      { hint: "a newer program wrote it: update this one" },
    );
  } catch (cause) {
    if (cause instanceof BittensorError && cause.code === "metagraph/file-version") throw cause;
    throw new BittensorError(
      "metagraph/file",
      `Cannot read ${name} as a metagraph: ${messageOf(cause)}`,
      { cause, hint: "it is damaged, or another program wrote it: sync and save again" },
    );
  }
}

function readSnapshot(arrays: NamedArrays): SavedSnapshot {
  const stake = arrays.elements("stake", "uint64");
  const n = stake.length;
  const snapshot: Snapshot = {
    block: arrays.number("block"),
    endpoints: readEndpoints(arrays, n),
    stake,
    lastUpdate: arrays.elements("last_update", "uint32", n),
    ...readWeights(arrays, n),
    balances: Array.from(arrays.elements("balances", "uint64", n), rao),
  };
  checkWeights(snapshot);
  const network = new TextDecoder().decode(arrays.elements("network", "uint8"));
  return { network: network === "" ? undefined : network, snapshot };
}

function readEndpoints(arrays: NamedArrays, n: number): Endpoint[] {
  const hotkeys = arrays.elements("hotkeys", "uint8", n * KEY_BYTES);
  const coldkeys = arrays.elements("coldkeys", "uint8", n * KEY_BYTES);
  const ips = arrays.elements("ip", "uint8", n * IP_BYTES);
  const ipTypes = arrays.elements("ip_type", "uint8", n);
  const ports = arrays.elements("port", "uint16", n);
  const modalities = arrays.elements("modality", "uint8", n);
  return Array.from({ length: n }, (_, uid) => {
    const ipType = readIpType(ipTypes[uid]!);
    const value = BigInt(`0x${row(ips, uid, IP_BYTES).toHex()}`);
    return {
      uid,
      hotkey: encodeAddress(row(hotkeys, uid, KEY_BYTES)),
      ip: formatIp({ value, type: ipType }),
      ipType,
      port: ports[uid]!,
      modality: readModality(modalities[uid]!),
      coldkey: encodeAddress(row(coldkeys, uid, KEY_BYTES)),
    };
  });
}

function readWeights(arrays: NamedArrays, n: number): Pick<Snapshot, "weightUids" | "weightVals"> {
  const starts = Array.from(arrays.elements("weights_indptr", "int64", n + 1), Number);
  const uids = arrays.elements("weights_indices", "uint32");
  const values = arrays.elements("weights_data", "uint32", uids.length);
  const growing = starts.every((start, index) => start >= (starts[index - 1] ?? 0));
  if (!growing || starts[0] !== 0 || starts[n] !== uids.length) {
    throw new TypeError("weights_indptr does not divide the weights into rows");
  }
  const rows = (all: Uint32Array) =>
    Array.from({ length: n }, (_, uid) => all.subarray(starts[uid], starts[uid + 1]));
  return { weightUids: rows(uids), weightVals: rows(values) };
}

function readIpType(value: number): IpType {
  if (value === 4 || value === 6) return value;
  throw new TypeError(`an ip_type is ${value}`);
}

function readModality(value: number): Modality {
  if (value === 0 || value === 1 || value === 2) return value;
  throw new TypeError(`a modality is ${value}`);
}

function row(bytes: Uint8Array, index: number, width: number): Uint8Array {
  return bytes.subarray(index * width, (index + 1) * width);
}

function bytesOfNeurons(
  endpoints: readonly Endpoint[],
  width: number,
  bytesOf: (endpoint: Endpoint) => Uint8Array,
): NDArray {
  const all = new Uint8Array(endpoints.length * width);
  for (const [uid, endpoint] of endpoints.entries()) all.set(bytesOf(endpoint), uid * width);
  return ndarray(all, [endpoints.length, width]);
}

function ipBytes(ip: string): Uint8Array {
  return Uint8Array.fromHex(parseIp(ip).value.toString(16).padStart(2 * IP_BYTES, "0"));
}

function rowStarts(rows: readonly Uint32Array[]): BigInt64Array {
  const starts = new BigInt64Array(rows.length + 1);
  for (const [index, { length }] of rows.entries()) {
    starts[index + 1] = starts[index]! + BigInt(length);
  }
  return starts;
}

function concatenated(rows: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(rows.reduce((count, { length }) => count + length, 0));
  let start = 0;
  for (const row of rows) {
    all.set(row, start);
    start += row.length;
  }
  return all;
}
