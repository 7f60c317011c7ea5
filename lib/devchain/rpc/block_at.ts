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

/** The number of that block. @throws {RpcError} If the hash is unknown. */
export function blockNumberAt(node: DevNode, params: Params, position: number): number {
  const block = findBlock(node, params, position);
  if (block !== null) return block.header.number;
  throw new RpcError(
    RpcCode.UnknownBlock,
    `Client error: UnknownBlock: Header was not found in the database: ${params.hex(position)}`,
  );
}
