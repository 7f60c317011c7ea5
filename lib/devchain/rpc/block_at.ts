import type { DevNode } from "../node/dev_node.ts";
import type { Block } from "../state/chain_store.ts";
import type { Params } from "./params.ts";
import { RpcCode, RpcError } from "./rpc_error.ts";

/** The block whose hash is the argument at `position`, the best one without; null if unknown. */
export function findBlock(node: DevNode, params: Params, position: number): Block | null {
  const hash = params.optionalHash(position);
  if (hash === undefined) return node.best;
  const number = node.store.numberOf(hash);
  return (number === undefined ? undefined : node.store.block(number)) ?? null;
}

/**
 * The number of that block, whose state can be read.
 *
 * @throws {RpcError} If the hash is unknown, or the state of the block was pruned.
 */
export function blockNumberAt(node: DevNode, params: Params, position: number): number {
  const hash = params.optionalHash(position);
  if (hash === undefined) return node.best.header.number;
  const number = node.store.numberOf(hash);
  if (number === undefined) {
    throw unknownBlock(`UnknownBlock: Header was not found in the database: ${hash}`);
  }
  if (number < node.store.oldestState) {
    throw unknownBlock(`UnknownBlock: State already discarded for ${hash}`);
  }
  return number;
}

function unknownBlock(what: string): RpcError {
  return new RpcError(RpcCode.UnknownBlock, `Client error: ${what}`);
}
