/** RPC `system_*`: the node and its network. */

import { address, publicKeyOf, SS58_PREFIX } from "../../domain/address.ts";
import type { DevNode } from "../node/dev_node.ts";
import { VERSION } from "../runtime/version.ts";
import { toHex } from "../scale/hex.ts";
import type { RpcMethod, RpcMethods } from "./rpc_method.ts";
import { invalidParams } from "./rpc_error.ts";

/** The methods of this namespace. */
export function systemMethods(node: DevNode): RpcMethods {
  const accountNextIndex: RpcMethod = (params) => node.nextNonce(accountOf(params.text(0)));
  return {
    system_name: () => "Bittensor dev chain",
    system_version: () => `${VERSION.spec_version}.${VERSION.impl_version}.0`,
    system_chain: () => "Development",
    system_chainType: () => "Development",
    system_properties: () => ({
      ss58Format: SS58_PREFIX,
      tokenDecimals: 9,
      tokenSymbol: "TAO",
    }),
    system_health: () => ({ peers: 0, isSyncing: false, shouldHavePeers: false }),
    system_accountNextIndex: accountNextIndex,
    account_nextIndex: accountNextIndex,
  };
}

function accountOf(text: string) {
  try {
    return toHex(publicKeyOf(address(text)));
  } catch {
    throw invalidParams("expected an address of this network");
  }
}
