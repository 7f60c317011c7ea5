/** Storage of the chain at one block, undecoded, in pages. */

import type { WaitOptions } from "../base/deadline.ts";
import type { Hex, StorageEntry } from "./chain.ts";
import { fromHex } from "./hex.ts";
import type { RpcClient } from "./rpc_client.ts";
import { PREFIX_BYTES, storageKey } from "./storage_key.ts";

/** Keys per request: what nodes serve at once. */
const PAGE = 1000;

/** Where and when to read. */
export interface StorageView {
  readonly rpc: RpcClient;
  /** Hash of the block. */
  readonly at: Hex;
  readonly wait?: WaitOptions | undefined;
}

/** All entries of a storage map, in the order of their hashed keys. */
export async function readEntries(
  view: StorageView,
  pallet: string,
  item: string,
): Promise<StorageEntry[]> {
  const { rpc, at, wait } = view;
  const prefix = storageKey(pallet, item);
  const entries: StorageEntry[] = [];
  let start: Hex = prefix;
  while (true) {
    const keys = await rpc.request<Hex[]>("state_getKeysPaged", [prefix, PAGE, start, at], wait);
    const values = await readPage(view, keys);
    for (const key of keys) {
      const value = values.get(key);
      if (value) entries.push({ key: fromHex(key).subarray(PREFIX_BYTES), value: fromHex(value) });
    }
    const last = keys.at(-1);
    if (keys.length < PAGE || last === undefined) return entries;
    start = last;
  }
}

/** The values of some keys, in their order; undefined where nothing was ever written. */
export async function readValues(
  view: StorageView,
  keys: readonly Hex[],
): Promise<(Uint8Array | undefined)[]> {
  const found: (Uint8Array | undefined)[] = [];
  for (let from = 0; from < keys.length; from += PAGE) {
    const page = keys.slice(from, from + PAGE);
    const values = await readPage(view, page);
    for (const key of page) {
      const value = values.get(key);
      found.push(value ? fromHex(value) : undefined);
    }
  }
  return found;
}

async function readPage(
  { rpc, at, wait }: StorageView,
  keys: readonly Hex[],
): Promise<ReadonlyMap<Hex, Hex | null>> {
  if (keys.length === 0) return new Map();
  type Changes = [{ changes: [Hex, Hex | null][] }];
  const [{ changes }] = await rpc.request<Changes>("state_queryStorageAt", [keys, at], wait);
  return new Map(changes);
}
