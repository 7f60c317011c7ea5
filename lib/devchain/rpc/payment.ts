/** RPC `payment_*`: what extrinsics cost. */

import type { DevNode } from "../node/dev_node.ts";
import { queryFeeDetails, queryInfo } from "../runtime/transaction_apis.ts";
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
    payment_queryFeeDetails: (params) => {
      blockNumberAt(node, params, 1);
      const { inclusion_fee } = queryFeeDetails(params.bytes(0));
      return {
        inclusionFee: inclusion_fee === undefined ? null : {
          baseFee: hexNumber(inclusion_fee.base_fee),
          lenFee: hexNumber(inclusion_fee.len_fee),
          adjustedWeightFee: hexNumber(inclusion_fee.adjusted_weight_fee),
        },
      };
    },
  };
}

function hexNumber(value: bigint): string {
  return `0x${value.toString(16)}`;
}
