/** RPC `state_*`: storage, metadata, runtime version and runtime APIs. */

import type { DevNode } from "../node/dev_node.ts";
import { encodeRuntimeMetadata } from "../runtime/metadata.ts";
import { findApiMethod } from "../runtime/runtime_apis.ts";
import { VERSION } from "../runtime/version.ts";
import { blake2_256 } from "../scale/crypto.ts";
import { type Hex, toHex } from "../scale/hex.ts";
import { blockNumberAt } from "./block_at.ts";
import type { Params } from "./params.ts";
import { invalidParams, RpcCode, RpcError } from "./rpc_error.ts";
import { type RpcMethod, type RpcMethods, type Subscription, unsubscribe } from "./rpc_method.ts";

/** Keys that `state_getKeysPaged` lists at most. */
const MAX_KEYS = 1000;

/** The methods of this namespace. */
export function stateMethods(node: DevNode): RpcMethods {
  const metadata = encodeRuntimeMetadata();
  const metadataHex = toHex(metadata[14]);
  const value = (params: Params) => {
    const number = blockNumberAt(node, params, 1);
    return node.store.read(params.hex(0), number);
  };
  const runtimeVersion: RpcMethod = (params) => {
    blockNumberAt(node, params, 0);
    return RUNTIME_VERSION;
  };
  const subscribeRuntimeVersion: RpcMethod = (_params, client) =>
    client.subscribe(RUNTIME_VERSIONS);
  return {
    state_getStorage: (params) => hexOrNull(value(params)),
    state_getStorageHash: (params) => {
      const bytes = value(params);
      return hexOrNull(bytes && blake2_256(bytes));
    },
    state_getStorageSize: (params) => value(params)?.length ?? null,
    state_getKeysPaged: (params) => keysPaged(node, params),
    state_queryStorageAt: (params) => {
      const number = blockNumberAt(node, params, 1);
      return [storageAt(node, params.hexSet(0), number)];
    },
    state_subscribeStorage: (params, client) =>
      client.subscribe(storageChanges(node, params.hexSet(0))),
    state_unsubscribeStorage: unsubscribe,
    state_getMetadata: (params) => {
      blockNumberAt(node, params, 0);
      return metadataHex;
    },
    state_getRuntimeVersion: runtimeVersion,
    chain_getRuntimeVersion: runtimeVersion,
    state_subscribeRuntimeVersion: subscribeRuntimeVersion,
    chain_subscribeRuntimeVersion: subscribeRuntimeVersion,
    state_unsubscribeRuntimeVersion: unsubscribe,
    chain_unsubscribeRuntimeVersion: unsubscribe,
    state_call: (params) => {
      const state = node.stateAt(blockNumberAt(node, params, 2));
      return toHex(boundApiMethod(params)({ state, metadata }));
    },
  };
}

const RUNTIME_VERSION = {
  specName: VERSION.spec_name,
  implName: VERSION.impl_name,
  authoringVersion: VERSION.authoring_version,
  specVersion: VERSION.spec_version,
  implVersion: VERSION.impl_version,
  apis: VERSION.apis,
  transactionVersion: VERSION.transaction_version,
  stateVersion: VERSION.state_version,
};

/** The runtime is never replaced, so there is nothing to say after the first version. */
const RUNTIME_VERSIONS: Subscription = {
  notification: "state_runtimeVersion",
  start: (notify) => {
    notify(RUNTIME_VERSION);
    return () => {};
  },
};

function boundApiMethod(params: Params) {
  const name = params.text(0);
  const method = findApiMethod(name);
  if (method === undefined) throw invalidParams(`there is no runtime API ${name}`);
  const args = params.bytes(1);
  try {
    return method.bind(args);
  } catch {
    throw invalidParams(`these are no arguments of ${name}`);
  }
}

function keysPaged(node: DevNode, params: Params): readonly Hex[] {
  const limit = params.number(1);
  if (limit > MAX_KEYS) {
    throw new RpcError(
      RpcCode.CountTooLarge,
      `count exceeds maximum value. value: ${limit}, max: ${MAX_KEYS}`,
    );
  }
  const prefix = params.has(0) ? params.hex(0) : "0x";
  const after = params.has(2) ? params.hex(2) : undefined;
  return node.store.keys({ prefix, after, limit }, blockNumberAt(node, params, 3));
}

function storageAt(node: DevNode, keys: readonly Hex[], number: number) {
  return {
    block: node.store.block(number)?.hash ?? null,
    changes: keys.map((key) => [key, hexOrNull(node.store.read(key, number))]),
  };
}

/** Starts with all values as they are; later only what a block wrote. */
function storageChanges(node: DevNode, keys: readonly Hex[]): Subscription {
  return {
    notification: "state_storage",
    start: (notify) => {
      notify(storageAt(node, keys, node.best.header.number));
      return node.sealed.listen(({ block, changes }) => {
        const written = keys.filter((key) => changes.has(key));
        if (written.length > 0) notify(storageAt(node, written, block.header.number));
      });
    },
  };
}

function hexOrNull(bytes: Uint8Array | undefined): Hex | null {
  return bytes === undefined ? null : toHex(bytes);
}
