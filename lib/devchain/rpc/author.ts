/** RPC `author_*`: extrinsics that go into blocks. */

import type { DevNode } from "../node/dev_node.ts";
import { toHex } from "../scale/hex.ts";
import { type RpcMethods, type Subscription, unsubscribe } from "./rpc_method.ts";

/** The methods of this namespace. */
export function authorMethods(node: DevNode): RpcMethods {
  return {
    author_submitExtrinsic: (params) => node.submit(params.bytes(0)).extrinsic.hash,
    author_submitAndWatchExtrinsic: (params, client) =>
      client.subscribe(statuses(node, params.bytes(0))),
    author_unwatchExtrinsic: unsubscribe,
    author_pendingExtrinsics: () => node.pending.map(toHex),
  };
}

/** Ends with the block that holds the extrinsic being final, or with the extrinsic being invalid. */
function statuses(node: DevNode, extrinsic: Uint8Array): Subscription {
  return {
    notification: "author_extrinsicUpdate",
    start: (notify, done) => {
      const entry = node.submit(extrinsic, (status) => {
        notify(status);
        const final = typeof status === "object" ? "finalized" in status : status === "invalid";
        if (final) done();
      });
      return () => {
        entry.notify = () => {};
      };
    },
  };
}
