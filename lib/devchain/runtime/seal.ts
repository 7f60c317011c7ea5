/** Headers and hashes: what makes a block of extrinsics and changes of the state. */

import { blake2_256 } from "../scale/crypto.ts";
import { type Hex, toHex } from "../scale/hex.ts";
import { bytes, compact, struct, u32, unit, vec } from "../scale/scale_type.ts";
import type { Block, Header } from "../state/chain_store.ts";
import type { Overlay } from "../state/overlay.ts";
import { EMPTY_ROOT, nextStateRoot } from "../state/state_root.ts";
import { hash } from "./primitives.ts";

/** A header without digest items, of which this chain has none. */
const headerType = struct("", {
  parentHash: hash,
  number: compact(u32),
  stateRoot: hash,
  extrinsicsRoot: hash,
  digest: vec(unit),
});

const effectsType = vec(bytes);

/** An extrinsic of a block. */
export interface SealedExtrinsic {
  /** With the length prefix. */
  readonly bytes: Uint8Array;
  /** What it does, which is what the block's hash depends on. */
  readonly effect: Uint8Array;
}

/**
 * Makes the next block.
 *
 * Its roots are hashes: BLAKE2b of what the extrinsics do, and of the content of the state what
 * `nextStateRoot` says. They tell chains apart as roots of tries would, but nothing can be proved by
 * them: this is no chain for light clients. Signatures are part of neither, so that the same calls
 * make the same blocks.
 *
 * @param state What the block changed.
 */
export function sealBlock(
  parent: Block | undefined,
  extrinsics: readonly SealedExtrinsic[],
  state: Overlay,
): Block {
  const header: Header = {
    parentHash: parent?.hash ?? ZERO_HASH,
    number: parent === undefined ? 0 : parent.header.number + 1,
    stateRoot: nextStateRoot(
      parent?.header.stateRoot ?? EMPTY_ROOT,
      state.changes,
      (key) => state.before(key),
    ),
    extrinsicsRoot: toHex(blake2_256(effectsType.encode(extrinsics.map(({ effect }) => effect)))),
  };
  const hash = toHex(blake2_256(headerType.encode({ ...header, digest: [] })));
  return { hash, header, extrinsics: extrinsics.map(({ bytes }) => bytes) };
}

const ZERO_HASH: Hex = `0x${"00".repeat(32)}`;
