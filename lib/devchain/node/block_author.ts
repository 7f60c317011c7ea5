import { BlockBuilder, type Intervention } from "../runtime/block_builder.ts";
import { accountOf } from "../runtime/system.ts";
import { TransactionRefused } from "../runtime/transaction_refused.ts";
import type { Block, ChainStore, StateChanges } from "../state/chain_store.ts";
import type { PoolEntry } from "./pool_entry.ts";
import { TransactionPool } from "./transaction_pool.ts";

/** A block with what it did. */
export interface SealedBlock {
  readonly block: Block;
  readonly changes: StateChanges;
  /** What came from the pool. */
  readonly included: readonly PoolEntry[];
}

/** Makes blocks one after the other, of what waits in the pool. */
export class BlockAuthor {
  /** Checked against the next block. */
  readonly pool = new TransactionPool((account) => accountOf(this.#next.state, account).nonce);
  readonly #store: ChainStore;
  readonly #now: () => number;
  #best: Block;
  #next: BlockBuilder;

  /**
   * @param store Holds the genesis block at least.
   * @param now Time for the next block, in milliseconds since 1970.
   */
  constructor(store: ChainStore, now: () => number) {
    this.#store = store;
    this.#now = now;
    this.#best = blockOf(store, store.latest);
    this.#next = new BlockBuilder(store, this.#best);
  }

  /** The last block. */
  get best(): Block {
    return this.#best;
  }

  /** The block in the making. */
  get next(): BlockBuilder {
    return this.#next;
  }

  /** Seals this many blocks; they are kept all or none, which is known when this returns. */
  seal(count: number): readonly SealedBlock[] {
    return this.#keep(() =>
      Array.from({ length: count }, () => this.#sealNext((builder) => this.#fill(builder)))
    );
  }

  /** Seals a block of its own for a change of the state that no extrinsic makes. */
  intervene(change: (context: Intervention) => void): SealedBlock {
    const sealed = this.#keep(() => {
      this.#next.intervene(change);
      return this.#sealNext(() => []);
    });
    this.pool.refresh();
    return sealed;
  }

  /** Goes on after the last block that is kept. */
  restart(): void {
    this.#goOnAfter(blockOf(this.#store, this.#store.latest));
  }

  #keep<T>(work: () => T): T {
    try {
      return this.#store.transaction(work);
    } catch (error) {
      this.restart();
      throw error;
    }
  }

  #sealNext(fill: (builder: BlockBuilder) => readonly PoolEntry[]): SealedBlock {
    const builder = this.#next;
    builder.addTimestamp(this.#now());
    const included = fill(builder);
    const { block, changes } = builder.seal();
    this.#store.append(block, changes);
    this.#goOnAfter(block);
    this.pool.refresh(new Set(included.map(({ extrinsic }) => extrinsic.signer)));
    return { block, changes, included };
  }

  #goOnAfter(block: Block): void {
    this.#best = block;
    this.#next = new BlockBuilder(this.#store, block);
  }

  #fill(builder: BlockBuilder): readonly PoolEntry[] {
    const included: PoolEntry[] = [];
    this.pool.removeExpired(builder.number);
    for (const entry of this.pool.ready) {
      if (!builder.hasRoomFor(entry.extrinsic)) break;
      try {
        if (!builder.add(entry.extrinsic)) continue;
        this.pool.take(entry);
        included.push(entry);
      } catch (error) {
        if (!(error instanceof TransactionRefused)) throw error;
        this.pool.remove(entry, "invalid");
      }
    }
    return included;
  }
}

/** A block that must be there. @throws {RangeError} If it is not. */
export function blockOf(store: ChainStore, number: number): Block {
  const block = store.block(number);
  if (block !== undefined) return block;
  throw new RangeError(`Cannot find block ${number}: the chain has ${store.latest + 1} blocks`);
}
