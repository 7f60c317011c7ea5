/** Blocks as they come, without gaps. */

import { RecentMap } from "../base/recent_map.ts";
import type { BlockHead, BlocksOptions, Hex } from "./chain.ts";
import type { RpcClient, SubscriptionMethods } from "./rpc_client.ts";

const BEST: SubscriptionMethods = {
  subscribe: "chain_subscribeNewHeads",
  unsubscribe: "chain_unsubscribeNewHeads",
};

const FINALIZED: SubscriptionMethods = {
  subscribe: "chain_subscribeFinalizedHeads",
  unsubscribe: "chain_unsubscribeFinalizedHeads",
};

/** How many blocks back another branch is noticed. */
const REMEMBERED = 256;

/**
 * Yields blocks until the loop is left. The node only wakes us: blocks are asked for by number, so
 * that those are not missed which came while the loop was busy or the connection lost.
 *
 * When the chain changes to another branch, the blocks of that branch are yielded from the fork on.
 */
export async function* followBlocks(
  rpc: RpcClient,
  { finalized = false, from, latestOnly = false, ...wait }: BlocksOptions = {},
): AsyncGenerator<BlockHead, void> {
  const hashOf = (number: number) => fetchBlockHash(rpc, number, wait);
  const seen = new RecentMap<number, Hex>(REMEMBERED);
  let last = from === undefined ? undefined : from - 1;
  for await (const header of rpc.watch<{ number: Hex }>(finalized ? FINALIZED : BEST, wait)) {
    const head = Number(header.number);
    const fork = await forkBefore(Math.min(last ?? head - 1, head), seen, hashOf);
    // Nothing new: another node may be a few blocks behind the one that we lost.
    if (fork === head) continue;
    last = fork;
    if (latestOnly) last = Math.max(last, head - 1);
    while (last < head) {
      const hash = await hashOf(last + 1);
      if (hash === null) break;
      last++;
      seen.set(last, hash);
      yield { number: last, hash };
    }
  }
}

/** The hash of a block by its number; null if there is none. */
export function fetchBlockHash(
  rpc: RpcClient,
  number: number,
  wait?: Pick<BlocksOptions, "timeoutMs" | "signal">,
): Promise<Hex | null> {
  return rpc.request<Hex | null>("chain_getBlockHash", [number], wait);
}

/** The last block, from `number` down, that is still where we saw it. */
async function forkBefore(
  number: number,
  seen: RecentMap<number, Hex>,
  hashOf: (number: number) => Promise<Hex | null>,
): Promise<number> {
  for (; true; number--) {
    const hash = seen.get(number);
    if (hash === undefined || hash === await hashOf(number)) return number;
  }
}
