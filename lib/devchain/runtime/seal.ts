/** Headers and hashes: what makes a block of extrinsics and changes of the state. */

import { blake2_256 } from "../scale/crypto.ts";
import { concatBytes, fromHex, type Hex, toHex } from "../scale/hex.ts";
import { bytes, compact, option, struct, tuple, u32, unit, vec } from "../scale/scale_type.ts";
import type { Block, Header, StateChanges } from "../state/chain_store.ts";
import { hash } from "./primitives.ts";

/** A header without digest items, of which this chain has none. */
const headerType = struct("", {
  parentHash: hash,
  number: compact(u32),
  stateRoot: hash,
  extrinsicsRoot: hash,
  digest: vec(unit),
});

const changesType = vec(tuple(bytes, option(bytes)));
const extrinsicsType = vec(bytes);

/**
 * Makes the next block.
 *
 * Its roots are BLAKE2b hashes: of the extrinsics, and of the changes of the state on top of the
 * root before. They tell chains apart as roots of tries would, but nothing can be proved by them:
 * this is no chain for light clients.
 */
export function sealBlock(
  parent: Block | undefined,
  extrinsics: readonly Uint8Array[],
  changes: StateChanges,
): Block {
  const header: Header = {
    parentHash: parent?.hash ?? ZERO_HASH,
    number: parent === undefined ? 0 : parent.header.number + 1,
    stateRoot: stateRoot(parent?.header.stateRoot ?? ZERO_HASH, changes),
    extrinsicsRoot: toHex(blake2_256(extrinsicsType.encode(extrinsics))),
  };
  const hash = toHex(blake2_256(headerType.encode({ ...header, digest: [] })));
  return { hash, header, extrinsics };
}

const ZERO_HASH: Hex = `0x${"00".repeat(32)}`;

function stateRoot(before: Hex, changes: StateChanges): Hex {
  const sorted = [...changes].sort(([a], [b]) => a < b ? -1 : 1);
  const content = changesType.encode(sorted.map(([key, value]) => [fromHex(key), value]));
  return toHex(blake2_256(concatBytes(fromHex(before), content)));
}
