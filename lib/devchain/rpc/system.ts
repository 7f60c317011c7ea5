/** RPC `system_*`: the node and its network. */

import { address, publicKeyOf, SS58_PREFIX } from "../../domain/address.ts";
import type { DevNode } from "../node/dev_node.ts";
import { dryRun } from "../runtime/dry_run.ts";
import { VERSION } from "../runtime/version.ts";
import { toHex } from "../scale/hex.ts";
import { blockNumberAt } from "./block_at.ts";
import type { RpcMethod, RpcMethods } from "./rpc_method.ts";
import { invalidParams } from "./rpc_error.ts";

/** The peer id of node key 1, as development nodes have it; there is no network behind it. */
const PEER_ID = "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";

/** The methods of this namespace. */
export function systemMethods(node: DevNode): RpcMethods {
  const accountNextIndex: RpcMethod = (params) => node.nextNonce(accountOf(params.text(0)));
  const systemDryRun: RpcMethod = (params) => {
    const block = node.openBlock(blockNumberAt(node, params, 1));
    return toHex(dryRun(block, node.genesisHash, params.bytes(0)));
  };
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
    system_peers: () => [],
    system_localPeerId: () => PEER_ID,
    system_localListenAddresses: () => [],
    system_nodeRoles: () => ["Authority"],
    system_syncState: () => {
      const { number } = node.best.header;
      return { startingBlock: 0, currentBlock: number, highestBlock: number };
    },
    system_accountNextIndex: accountNextIndex,
    account_nextIndex: accountNextIndex,
    system_dryRun: systemDryRun,
    system_dryRunAt: systemDryRun,
  };
}

function accountOf(text: string) {
  try {
    return toHex(publicKeyOf(address(text)));
  } catch {
    throw invalidParams("expected an address of this network");
  }
}
