/** What the chain keeps: its blocks, and its state as it was after each of them. */

import type { Hex } from "../scale/hex.ts";

/** The head of a block; roots are hashes of content, not of tries. */
export interface Header {
  readonly parentHash: Hex;
  readonly number: number;
  readonly stateRoot: Hex;
  readonly extrinsicsRoot: Hex;
}

/** A sealed block. */
export interface Block {
  readonly hash: Hex;
  readonly header: Header;
  /** With their length prefix, the inherent first. */
  readonly extrinsics: readonly Uint8Array[];
}

/** Values that a block wrote, by storage key; `undefined` where it removed one. */
export type StateChanges = ReadonlyMap<Hex, Uint8Array | undefined>;

/** Which keys {@linkcode ChainStore.keys} lists. */
export interface KeyRange {
  readonly prefix: Hex;
  /** Only keys after this one. */
  readonly after?: Hex | undefined;
  readonly limit: number;
}

/**
 * Everything that outlives a block. The chain has no forks, so a block number names a state.
 *
 * Byte arrays belong to the store: they are never changed after they were handed over. What a
 * method did is durable when it returns, or when the {@linkcode transaction} around it does.
 */
export interface ChainStore extends Disposable {
  /** Number of the last block; -1 before the genesis block. */
  readonly latest: number;
  /** Number of the last final block. */
  readonly finalized: number;
  /** Number of the first block whose state is kept; the blocks themselves are all kept. */
  readonly oldestState: number;
  /** Adds the next block; the first one is the genesis block, number 0. */
  append(block: Block, changes: StateChanges): void;
  /** Makes a block final, and all before it. */
  finalize(number: number): void;
  /**
   * Removes all blocks after `number`, final ones too. @returns what this changed in the state.
   *
   * @throws {RangeError} If the state of that block is not kept.
   */
  revertTo(number: number): StateChanges;
  /** Runs `work`, whose changes are kept all or none. @throws what `work` throws */
  transaction<T>(work: () => T): T;
  /** The block of that number, if it exists. */
  block(number: number): Block | undefined;
  /** The number of the block with that hash, if it exists. */
  numberOf(hash: Hex): number | undefined;
  /** The value of a storage key after block `number`. @throws {RangeError} If it is not kept. */
  read(key: Hex, number: number): Uint8Array | undefined;
  /**
   * Storage keys that hold a value after block `number`, in the order of their bytes.
   *
   * @throws {RangeError} If the state of that block is not kept.
   */
  keys(range: KeyRange, number: number): Hex[];
}
