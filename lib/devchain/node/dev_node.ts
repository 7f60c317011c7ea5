import type { Hex } from "../scale/hex.ts";
import { BlockBuilder } from "../runtime/block_builder.ts";
import { eraDeath } from "../runtime/era.ts";
import { decodeExtrinsic } from "../runtime/extrinsic.ts";
import type { AccountId } from "../runtime/primitives.ts";
import { accountOf } from "../runtime/system.ts";
import { TransactionRefused } from "../runtime/transaction_refused.ts";
import { checkSignature, checkState } from "../runtime/validity.ts";
import type { Block, ChainStore, StateChanges } from "../state/chain_store.ts";
import type { ReadableState } from "../state/overlay.ts";
import { Announcer } from "./announcer.ts";
import { type PoolEntry, TransactionPool } from "./transaction_pool.ts";

/** When a node seals blocks, and finalizes them. */
export interface DevNodeOptions {
  readonly seal: "instant" | { readonly intervalMs: number };
  readonly finalityDelayMs: number;
  /** The clock of timestamps, in milliseconds since 1970. */
  readonly now: () => number;
}

/** A block that was just sealed. */
export interface SealedBlock {
  readonly block: Block;
  readonly changes: StateChanges;
}

/** The one node of the chain: it takes extrinsics, seals blocks and finalizes them. */
export class DevNode implements Disposable {
  readonly store: ChainStore;
  readonly genesisHash: Hex;
  /** Speaks when a block became the best one. */
  readonly sealed = new Announcer<SealedBlock>();
  /** Speaks when a block became final. */
  readonly finalized = new Announcer<Block>();
  readonly #options: DevNodeOptions;
  readonly #pool: TransactionPool;
  readonly #finalityTimers = new Set<ReturnType<typeof setTimeout>>();
  #interval: ReturnType<typeof setInterval> | undefined;
  #sealTimer: ReturnType<typeof setTimeout> | undefined;
  #best: Block;
  #finalizedBlock: Block;
  /** The next block; its state is what new extrinsics are checked against. */
  #next: BlockBuilder;

  /** @param store Holds the genesis block at least. */
  constructor(store: ChainStore, genesis: Block, options: DevNodeOptions) {
    this.store = store;
    this.genesisHash = genesis.hash;
    this.#options = options;
    this.#best = genesis;
    this.#finalizedBlock = genesis;
    this.#next = new BlockBuilder(store, genesis);
    this.#pool = new TransactionPool((account) => accountOf(this.#next.state, account).nonce);
  }

  /** Starts to seal blocks on time, if the options say so. */
  start(): void {
    const { seal } = this.#options;
    if (seal !== "instant") this.#interval = setInterval(() => this.#seal(), seal.intervalMs);
  }

  /** The last block. */
  get best(): Block {
    return this.#best;
  }

  /** The last final block. */
  get lastFinalized(): Block {
    return this.#finalizedBlock;
  }

  /** Extrinsics that could be in the next block, in order. */
  get pending(): readonly Uint8Array[] {
    return this.#pool.ready.map(({ extrinsic }) => extrinsic.bytes);
  }

  /** The state after block `number`. */
  stateAt(number: number): ReadableState {
    return { get: (key) => this.store.read(key, number) };
  }

  /** The nonce for an account's next extrinsic, those that wait included. */
  nextNonce(account: AccountId): number {
    return this.#pool.nextNonce(account);
  }

  /**
   * Takes an extrinsic for the next block, or for later if earlier nonces are missing.
   *
   * @param notify Hears what happens to it.
   * @throws {TransactionRefused} If it is not valid, or the pool has no place for it.
   */
  submit(bytes: Uint8Array, notify: PoolEntry["notify"] = () => {}): PoolEntry {
    const { state, number } = this.#next;
    const extrinsic = decodeExtrinsic(bytes);
    this.#pool.checkNew(extrinsic);
    checkSignature(state, number, this.genesisHash, extrinsic);
    checkState(state, extrinsic);
    const entry = { extrinsic, validUntil: eraDeath(extrinsic.era, number), notify };
    this.#pool.add(entry);
    this.#sealSoon();
    return entry;
  }

  /** Stops all timers; nothing is sealed or finalized any more. */
  [Symbol.dispose](): void {
    clearInterval(this.#interval);
    clearTimeout(this.#sealTimer);
    for (const timer of this.#finalityTimers) clearTimeout(timer);
  }

  /** Extrinsics that arrive together share a block, and their replies go out before it. */
  #sealSoon(): void {
    const { seal } = this.#options;
    if (seal !== "instant" || this.#sealTimer !== undefined || !this.#pool.hasReady) return;
    this.#sealTimer = setTimeout(() => {
      this.#sealTimer = undefined;
      this.#seal();
    }, 0);
  }

  #seal(): void {
    const builder = this.#next;
    this.#pool.removeExpired(builder.number);
    builder.addTimestamp(this.#options.now());
    const included = this.#fill(builder);
    const { block, changes } = builder.seal();
    this.store.append(block, changes);
    this.#best = block;
    this.#next = new BlockBuilder(this.store, block);
    this.#pool.refresh();
    this.sealed.announce({ block, changes });
    for (const { notify } of included) notify({ inBlock: block.hash });
    this.#finalizeLater(block, included);
    this.#sealSoon();
  }

  #fill(builder: BlockBuilder): readonly PoolEntry[] {
    const included: PoolEntry[] = [];
    for (const entry of this.#pool.ready) {
      if (!builder.hasRoomFor(entry.extrinsic)) break;
      try {
        if (!builder.add(entry.extrinsic)) continue;
        this.#pool.remove(entry);
        included.push(entry);
      } catch (error) {
        if (!(error instanceof TransactionRefused)) throw error;
        this.#pool.refuse(entry);
      }
    }
    return included;
  }

  /** Clients that see a block final before they saw it at all miss it, hence the delay. */
  #finalizeLater(block: Block, included: readonly PoolEntry[]): void {
    const timer = setTimeout(() => {
      this.#finalityTimers.delete(timer);
      this.#finalizedBlock = block;
      this.finalized.announce(block);
      for (const { notify } of included) notify({ finalized: block.hash });
    }, this.#options.finalityDelayMs);
    this.#finalityTimers.add(timer);
  }
}
