/** RPC `state_*` of storage: values, keys, history, and subscriptions to changes. */

import type { DevNode } from "../node/dev_node.ts";
import { blake2_256 } from "../scale/crypto.ts";
import { type Hex, toHex } from "../scale/hex.ts";
import { blockNumberAt } from "./block_at.ts";
import type { Params } from "./params.ts";
import { countTooLarge } from "./rpc_error.ts";
import { type RpcMethods, type Subscription, unsubscribe } from "./rpc_method.ts";

/** Keys that one page lists at most. */
const MAX_PAGE = 1000;

/** Keys that are listed at most where the client cannot page. */
const MAX_KEYS = 16_384;

/** Reads, keys times blocks, of one question about history. */
const MAX_READS = 65_536;

/** The methods; those of today's nodes have a second name that ends in `At`. */
export function storageMethods(node: DevNode): RpcMethods {
  const valueAt = (params: Params): Uint8Array | undefined => {
    const number = blockNumberAt(node, params, 1);
    return node.store.read(params.hex(0), number);
  };
  const getStorage = (params: Params) => hexOrNull(valueAt(params));
  const getStorageHash = (params: Params) => {
    const bytes = valueAt(params);
    return hexOrNull(bytes && blake2_256(bytes));
  };
  const getStorageSize = (params: Params) => valueAt(params)?.length ?? null;
  const getKeysPaged = (params: Params) => keysPaged(node, params);
  const getKeys = (params: Params) => allKeys(node, params.hex(0), blockNumberAt(node, params, 1));
  return {
    state_getStorage: getStorage,
    state_getStorageAt: getStorage,
    state_getStorageHash: getStorageHash,
    state_getStorageHashAt: getStorageHash,
    state_getStorageSize: getStorageSize,
    state_getStorageSizeAt: getStorageSize,
    state_getKeys: getKeys,
    state_getKeysPaged: getKeysPaged,
    state_getKeysPagedAt: getKeysPaged,
    state_getPairs: (params) => {
      const number = blockNumberAt(node, params, 1);
      return valuesAt(node, allKeys(node, params.hex(0), number), number);
    },
    state_queryStorage: (params) => history(node, params),
    state_queryStorageAt: (params) => {
      const number = blockNumberAt(node, params, 1);
      return [storageAt(node, params.hexSet(0), number)];
    },
    state_subscribeStorage: (params, client) =>
      client.subscribe(storageChanges(node, params.hexSet(0))),
    state_unsubscribeStorage: unsubscribe,
  };
}

function keysPaged(node: DevNode, params: Params): readonly Hex[] {
  const limit = params.number(1);
  if (limit > MAX_PAGE) throw countTooLarge(limit, MAX_PAGE);
  const prefix = params.has(0) ? params.hex(0) : "0x";
  const after = params.has(2) ? params.hex(2) : undefined;
  return node.store.keys({ prefix, after, limit }, blockNumberAt(node, params, 3));
}

function allKeys(node: DevNode, prefix: Hex, number: number): readonly Hex[] {
  const keys = node.store.keys({ prefix, limit: MAX_KEYS + 1 }, number);
  if (keys.length > MAX_KEYS) throw countTooLarge(keys.length, MAX_KEYS);
  return keys;
}

/** All values after the first block of a range, then what changed in each block. */
function history(node: DevNode, params: Params) {
  const keys = params.hexSet(0);
  const first = blockNumberAt(node, params, 1);
  const last = blockNumberAt(node, params, 2);
  const reads = keys.length * Math.max(last - first + 1, 0);
  if (reads > MAX_READS) throw countTooLarge(reads, MAX_READS);
  const found = [];
  let known = new Map<Hex, Hex | null>();
  for (let number = first; number <= last; number++) {
    const { block, changes } = storageAt(node, keys, number);
    const changed = changes.filter(([key, value]) => known.get(key) !== value);
    if (changed.length > 0) found.push({ block, changes: changed });
    known = new Map(changes);
  }
  return found;
}

function storageAt(node: DevNode, keys: readonly Hex[], number: number) {
  return { block: node.store.block(number)?.hash ?? null, changes: valuesAt(node, keys, number) };
}

function valuesAt(node: DevNode, keys: readonly Hex[], number: number) {
  return keys.map((key) => [key, hexOrNull(node.store.read(key, number))] as const);
}

/** Starts with all values as they are; later only what a block wrote. */
function storageChanges(node: DevNode, keys: readonly Hex[]): Subscription {
  return {
    notification: "state_storage",
    start: (notify) => {
      notify(storageAt(node, keys, node.best.header.number));
      return node.sealed.listen(({ block, changes }) => {
        const written = keys.filter((key) => changes.has(key))
          .map((key) => [key, hexOrNull(changes.get(key))]);
        if (written.length > 0) notify({ block: block.hash, changes: written });
      });
    },
  };
}

function hexOrNull(bytes: Uint8Array | undefined): Hex | null {
  return bytes === undefined ? null : toHex(bytes);
}
