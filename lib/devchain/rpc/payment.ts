/** RPC `payment_*`: what extrinsics cost. */

import type { DevNode } from "../node/dev_node.ts";
import { queryInfo } from "../runtime/runtime_apis.ts";
import { blockNumberAt } from "./block_at.ts";
import type { RpcMethods } from "./rpc_method.ts";

/** The methods of this namespace. */
export function paymentMethods(node: DevNode): RpcMethods {
  return {
    payment_queryInfo: (params) => {
      blockNumberAt(node, params, 1);
      const { weight, class: { tag }, partial_fee } = queryInfo(params.bytes(0));
      return {
        weight: Number(weight),
        class: tag.toLowerCase(),
        partialFee: partial_fee.toString(),
      };
    },
  };
}
