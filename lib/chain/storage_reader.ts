/** Storage of the chain at one block, undecoded, in pages. */

import type { WaitOptions } from "../base/deadline.ts";
import type { Hex, StorageEntry } from "./chain.ts";
import { allFromHex } from "./hex.ts";
import type { RpcClient } from "./rpc_client.ts";
import { PREFIX_BYTES, storageKey } from "./storage_key.ts";

/** Most keys of a page: what nodes serve at once. */
const PAGE = 1000;

/** Keys of the first page: until it is there, nobody knows how long the values are. */
const FIRST_PAGE = 128;

/** Longest page: short enough that a node makes one while the one before it is decoded. */
const PAGE_CHARACTERS = 1_000_000;

/** Pages that are asked for ahead of the one that is decoded: more of them fill the memory of both. */
const PAGES_AHEAD = 2;

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
    const values = await readValues(view, keys);
    for (const [index, key] of allFromHex(keys).entries()) {
      const value = values[index];
      if (key && value) entries.push({ key: key.subarray(PREFIX_BYTES), value });
    }
    const last = keys.at(-1);
    if (keys.length < PAGE || last === undefined) return entries;
    start = last;
  }
}

/**
 * The values of some keys, in their order; undefined where nothing was ever written.
 *
 * Each page shows how long the values are, so how many make a page of those that are asked for next:
 * before it is decoded, so that the node makes them meanwhile.
 */
export async function readValues(
  view: StorageView,
  keys: readonly Hex[],
): Promise<(Uint8Array | undefined)[]> {
  const found: (Uint8Array | undefined)[] = [];
  const asked = [askPage(view, keys.slice(0, FIRST_PAGE))];
  let from = FIRST_PAGE;
  while (asked.length > 0) {
    const values = await asked.shift()!;
    const size = pageSize(values);
    for (; asked.length < PAGES_AHEAD && from < keys.length; from += size) {
      const page = askPage(view, keys.slice(from, from + size));
      // Its failure is thrown above, unless a page before it fails.
      page.catch(() => {});
      asked.push(page);
    }
    found.push(...allFromHex(values));
  }
  return found;
}

/** How many values like these make a page. */
function pageSize(values: readonly (Hex | null)[]): number {
  const characters = values.reduce((sum, value) => sum + (value?.length ?? 0), 0);
  const fitting = Math.floor(PAGE_CHARACTERS * values.length / Math.max(1, characters));
  return Math.min(PAGE, Math.max(1, fitting));
}

/** The values of one page, as the node writes them. */
async function askPage(
  { rpc, at, wait }: StorageView,
  keys: readonly Hex[],
): Promise<(Hex | null)[]> {
  if (keys.length === 0) return [];
  type Changes = [{ changes: [Hex, Hex | null][] }];
  const [{ changes }] = await rpc.request<Changes>("state_queryStorageAt", [keys, at], wait);
  if (isInOrder(changes, keys)) return changes.map(([, value]) => value ?? null);
  const values = new Map(changes);
  return keys.map((key) => values.get(key) ?? null);
}

/** Nodes answer in the order of the keys, each once, unless a key was asked for twice. */
function isInOrder(changes: readonly [Hex, Hex | null][], keys: readonly Hex[]): boolean {
  return changes.length === keys.length && changes.every(([key], index) => key === keys[index]);
}
