/** RPC `chain_*`: blocks and heads. */

import type { DevNode } from "../node/dev_node.ts";
import { type Hex, toHex } from "../scale/hex.ts";
import type { Block, Header } from "../state/chain_store.ts";
import { findBlock } from "./block_at.ts";
import type { Params } from "./params.ts";
import { type RpcMethod, type RpcMethods, type Subscription, unsubscribe } from "./rpc_method.ts";

/** The methods of this namespace; clients of different ages spell some of them differently. */
export function chainMethods(node: DevNode): RpcMethods {
  const getFinalizedHead = () => node.lastFinalized.hash;
  const getBlockHash = (params: Params) => {
    if (!params.has(0)) return node.best.hash;
    const numbers = params.numberOrList(0);
    return typeof numbers === "number"
      ? hashOf(node, numbers)
      : numbers.map((number) => hashOf(node, number));
  };
  const subscribeNewHeads: RpcMethod = (_params, client) =>
    client.subscribe(bestHeads(node, "chain_newHead"));
  const subscribeFinalizedHeads: RpcMethod = (_params, client) =>
    client.subscribe(finalizedHeads(node));
  return {
    chain_getHeader: (params) => {
      const block = findBlock(node, params, 0);
      return block && formatHeader(block.header);
    },
    chain_getBlock: (params) => {
      const block = findBlock(node, params, 0);
      return block && formatBlock(block);
    },
    chain_getBlockHash: getBlockHash,
    chain_getHead: getBlockHash,
    chain_getFinalizedHead: getFinalizedHead,
    chain_getFinalisedHead: getFinalizedHead,
    chain_subscribeNewHead: subscribeNewHeads,
    chain_subscribeNewHeads: subscribeNewHeads,
    chain_unsubscribeNewHead: unsubscribe,
    chain_unsubscribeNewHeads: unsubscribe,
    subscribe_newHead: subscribeNewHeads,
    unsubscribe_newHead: unsubscribe,
    chain_subscribeAllHeads: (_params, client) =>
      client.subscribe(bestHeads(node, "chain_allHead")),
    chain_unsubscribeAllHeads: unsubscribe,
    chain_subscribeFinalizedHeads: subscribeFinalizedHeads,
    chain_subscribeFinalisedHeads: subscribeFinalizedHeads,
    chain_unsubscribeFinalizedHeads: unsubscribe,
    chain_unsubscribeFinalisedHeads: unsubscribe,
  };
}

function hashOf(node: DevNode, number: number): Hex | null {
  return node.store.block(number)?.hash ?? null;
}

/** Starts with the head as it is. */
function bestHeads(node: DevNode, notification: string): Subscription {
  return {
    notification,
    start: (notify) => {
      notify(formatHeader(node.best.header));
      return node.sealed.listen(({ block }) => notify(formatHeader(block.header)));
    },
  };
}

function finalizedHeads(node: DevNode): Subscription {
  return {
    notification: "chain_finalizedHead",
    start: (notify) => {
      notify(formatHeader(node.lastFinalized.header));
      return node.finalized.listen((block) => notify(formatHeader(block.header)));
    },
  };
}

function formatBlock({ header, extrinsics }: Block) {
  return {
    block: { header: formatHeader(header), extrinsics: extrinsics.map(toHex) },
    justifications: null,
  };
}

function formatHeader({ number, ...roots }: Header) {
  return { ...roots, number: `0x${number.toString(16)}`, digest: { logs: [] } };
}
