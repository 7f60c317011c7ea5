/** RPC `state_*` of the runtime: metadata, version and runtime APIs. */

import type { DevNode } from "../node/dev_node.ts";
import { encodeRuntimeMetadata } from "../runtime/metadata.ts";
import { findApiMethod } from "../runtime/runtime_apis.ts";
import { VERSION } from "../runtime/version.ts";
import { toHex } from "../scale/hex.ts";
import { blockNumberAt } from "./block_at.ts";
import type { Params } from "./params.ts";
import { invalidParams } from "./rpc_error.ts";
import { type RpcMethod, type RpcMethods, type Subscription, unsubscribe } from "./rpc_method.ts";

/** The methods; some have a second name, as in today's nodes. */
export function stateMethods(node: DevNode): RpcMethods {
  const metadata = encodeRuntimeMetadata();
  const metadataHex = toHex(metadata[14]);
  const getRuntimeVersion: RpcMethod = (params) => {
    blockNumberAt(node, params, 0);
    return RUNTIME_VERSION;
  };
  const subscribeRuntimeVersion: RpcMethod = (_params, client) =>
    client.subscribe(RUNTIME_VERSIONS);
  const call: RpcMethod = (params) => {
    const number = blockNumberAt(node, params, 2);
    const context = {
      state: node.stateAt(number),
      metadata,
      genesisHash: node.genesisHash,
      openBlock: () => node.openBlock(number),
    };
    return toHex(boundApiMethod(params)(context));
  };
  return {
    state_getMetadata: (params) => {
      blockNumberAt(node, params, 0);
      return metadataHex;
    },
    state_getRuntimeVersion: getRuntimeVersion,
    chain_getRuntimeVersion: getRuntimeVersion,
    state_subscribeRuntimeVersion: subscribeRuntimeVersion,
    chain_subscribeRuntimeVersion: subscribeRuntimeVersion,
    state_unsubscribeRuntimeVersion: unsubscribe,
    chain_unsubscribeRuntimeVersion: unsubscribe,
    state_call: call,
    state_callAt: call,
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
