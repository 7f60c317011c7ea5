import { delay } from "../../base/deadline.ts";
import { messageOf } from "../../base/errors.ts";
import { logger } from "../../base/log.ts";
import { BlockBuilder, type Intervention } from "../runtime/block_builder.ts";
import { eraDeath } from "../runtime/era.ts";
import { decodeExtrinsic } from "../runtime/extrinsic.ts";
import type { AccountId } from "../runtime/primitives.ts";
import { checkSignature, checkState, placeInPool } from "../runtime/validity.ts";
import type { Hex } from "../scale/hex.ts";
import type { Block, ChainStore, StateChanges } from "../state/chain_store.ts";
import type { ReadableState } from "../state/overlay.ts";
import { Announcer } from "./announcer.ts";
import { BlockAuthor, blockOf, type SealedBlock } from "./block_author.ts";
import { FinalityQueue, type Inclusion } from "./finality_queue.ts";
import type { PoolCandidate } from "./pool_entry.ts";
import { type SealMode, SealTimer } from "./seal_timer.ts";

/** When a node seals blocks, and finalizes them. */
export interface DevNodeOptions {
  readonly seal: SealMode;
  readonly finalityDelayMs: number;
  /** The clock of timestamps, in milliseconds since 1970. */
  readonly now: () => number;
}

/** A block that just became the best one. */
export interface BestBlock {
  readonly block: Block;
  /** How its state differs from that of the best block before. */
  readonly changes: StateChanges;
}

/** Blocks that are sealed in one go; between that clients are served. */
const SEALED_TOGETHER = 100;

/** The one node of the chain: it takes extrinsics, seals blocks and finalizes them. */
export class DevNode implements Disposable {
  readonly store: ChainStore;
  readonly genesisHash: Hex;
  /** Speaks when a block became the best one; it is kept by then. */
  readonly sealed = new Announcer<BestBlock>();
  /** Speaks when a block became final; this is kept by then. */
  readonly finalized = new Announcer<Block>();
  /** What the clock of the blocks shows while it is stopped, in milliseconds since 1970. */
  stoppedClock: number | undefined;
  readonly #author: BlockAuthor;
  readonly #sealTimer = new SealTimer(() => this.#onTimer(() => this.#seal(1)));
  readonly #finality: FinalityQueue;
  readonly #stop = new AbortController();
  #lastFinalized: Block;

  /** @param store Holds the genesis block at least; the node goes on after its last block. */
  constructor(store: ChainStore, { now, seal, finalityDelayMs }: DevNodeOptions) {
    this.store = store;
    this.genesisHash = blockOf(store, 0).hash;
    this.#author = new BlockAuthor(store, () => this.stoppedClock ?? now());
    this.#lastFinalized = blockOf(store, store.finalized);
    this.#finality = new FinalityQueue(
      finalityDelayMs,
      (due) => this.#onTimer(() => this.#finalize(due)),
    );
    for (let number = store.finalized + 1; number <= store.latest; number++) {
      this.#finality.add({ block: blockOf(store, number), included: [] });
    }
    this.sealMode = seal;
  }

  /** The last block. */
  get best(): Block {
    return this.#author.best;
  }

  /** The last final block. */
  get lastFinalized(): Block {
    return this.#lastFinalized;
  }

  /** Extrinsics that could be in the next block, in order. */
  get pending(): readonly Uint8Array[] {
    return this.#author.pool.ready.map(({ extrinsic }) => extrinsic.bytes);
  }

  /** Takes an extrinsic out of the pool. @returns whether it was there. */
  removeExtrinsic(hash: Hex): boolean {
    const { pool } = this.#author;
    const entry = pool.find(hash);
    if (entry !== undefined) pool.remove(entry, "invalid");
    return entry !== undefined;
  }

  /** When blocks are sealed. */
  get sealMode(): SealMode {
    return this.#sealTimer.mode;
  }

  set sealMode(mode: SealMode) {
    this.#sealTimer.mode = mode;
    this.#sealIfReady();
  }

  /** The state after block `number`. */
  stateAt(number: number): ReadableState {
    return { get: (key) => this.store.read(key, number) };
  }

  /** Opens a block after block `number`, whose changes are thrown away. */
  openBlock(number: number): BlockBuilder {
    return new BlockBuilder(this.store, blockOf(this.store, number));
  }

  /** The nonce for an account's next extrinsic, those that wait included. */
  nextNonce(account: AccountId): number {
    return this.#author.pool.nextNonce(account);
  }

  /**
   * Takes an extrinsic for the next block, or for later if earlier nonces are missing.
   *
   * @param notify Hears what happens to it.
   * @returns its hash.
   * @throws {TransactionRefused} If it is not valid, or the pool has no place for it.
   */
  submit(bytes: Uint8Array, notify: PoolCandidate["notify"] = () => {}): Hex {
    const { pool, next: { state, number } } = this.#author;
    const extrinsic = decodeExtrinsic(bytes);
    pool.checkNew(extrinsic);
    checkSignature(state, number, this.genesisHash, extrinsic);
    checkState(state, extrinsic);
    const { priority, longevity } = placeInPool(state, number, extrinsic);
    // Like Substrate's pool, which looks for outdated extrinsics only after a block.
    const keptUntil = number + Number(longevity) + 1;
    const validUntil = Math.min(eraDeath(extrinsic.era, number), keptUntil);
    pool.add({ extrinsic, priority, validUntil, notify });
    this.#sealIfReady();
    return extrinsic.hash;
  }

  /** Seals this many blocks, of what waits; others may come between them. */
  async mine(count: number): Promise<void> {
    for (let left = count; left > 0; left -= SEALED_TOGETHER) {
      this.#stop.signal.throwIfAborted();
      this.#seal(Math.min(left, SEALED_TOGETHER));
      await delay(0, this.#stop.signal);
    }
  }

  /** Seals a block of its own for a change of the state that no extrinsic makes. */
  intervene(change: (context: Intervention) => void): void {
    this.#announce(this.#author.intervene(change));
  }

  /**
   * Makes an earlier block the best one, as if those after it had never been, final ones included.
   *
   * What waits for a block is dropped, and so is what was in these blocks.
   *
   * @throws {RangeError} If there is no such block, or its state is not kept.
   */
  revertTo(number: number): void {
    const changes = this.store.revertTo(number);
    const retracted = this.#finality.removeAfter(number);
    this.#author.restart();
    this.#author.pool.clear();
    this.sealed.announce({ block: this.best, changes });
    if (this.#lastFinalized.header.number > number) {
      this.#lastFinalized = this.best;
      this.finalized.announce(this.best);
    }
    for (const { block, included } of retracted) {
      for (const { notify } of included) {
        notify({ retracted: block.hash });
        notify("dropped");
      }
    }
  }

  /** Stops all timers; nothing is sealed or finalized any more. */
  [Symbol.dispose](): void {
    this.#stop.abort();
    this.#sealTimer[Symbol.dispose]();
    this.#finality[Symbol.dispose]();
  }

  #sealIfReady(): void {
    if (this.#author.pool.hasReady) this.#sealTimer.extrinsicWaits();
  }

  #seal(count: number): void {
    for (const sealed of this.#author.seal(count)) this.#announce(sealed);
    this.#sealIfReady();
  }

  #announce({ block, changes, included }: SealedBlock): void {
    this.sealed.announce({ block, changes });
    for (const { notify } of included) notify({ inBlock: block.hash });
    this.#finality.add({ block, included });
  }

  #finalize(due: readonly Inclusion[]): void {
    this.store.finalize(due.at(-1)!.block.header.number);
    for (const { block, included } of due) {
      this.#lastFinalized = block;
      this.finalized.announce(block);
      for (const { notify } of included) notify({ finalized: block.hash });
    }
  }

  /** Runs what no caller waits for: without its database the chain stands still. */
  #onTimer(work: () => void): void {
    try {
      work();
    } catch (error) {
      logger("devchain").error("The chain stands still: {reason}", {
        reason: messageOf(error),
        error,
      });
      this[Symbol.dispose]();
    }
  }
}
