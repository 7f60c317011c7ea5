/** RPC `author_*`: extrinsics that go into blocks. */

import type { DevNode } from "../node/dev_node.ts";
import { isLast } from "../node/pool_entry.ts";
import { toHex } from "../scale/hex.ts";
import { type RpcMethods, type Subscription, unsubscribe } from "./rpc_method.ts";

/** The methods of this namespace. */
export function authorMethods(node: DevNode): RpcMethods {
  return {
    author_submitExtrinsic: (params) => node.submit(params.bytes(0)),
    author_submitAndWatchExtrinsic: (params, client) =>
      client.subscribe(statuses(node, params.bytes(0))),
    author_unwatchExtrinsic: unsubscribe,
    author_pendingExtrinsics: () => node.pending.map(toHex),
    author_removeExtrinsic: (params) =>
      params.extrinsicHashes(0).filter((hash) => node.removeExtrinsic(hash)),
  };
}

/** Ends with the last thing that can happen to the extrinsic. */
function statuses(node: DevNode, extrinsic: Uint8Array): Subscription {
  return {
    notification: "author_extrinsicUpdate",
    start: (notify, done) => {
      let listening = true;
      node.submit(extrinsic, (status) => {
        if (!listening) return;
        notify(status);
        if (isLast(status)) done();
      });
      return () => {
        listening = false;
      };
    },
  };
}
