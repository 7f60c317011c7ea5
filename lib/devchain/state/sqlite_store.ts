import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Hex } from "../scale/hex.ts";
import { BlockTable } from "./block_table.ts";
import type { Block, ChainStore, KeyRange, StateChanges } from "./chain_store.ts";
import { CurrentState } from "./current_state.ts";
import { IN_MEMORY, openDatabase, translated } from "./database_file.ts";
import { integer } from "./row.ts";
import { sameValue } from "./state_root.ts";
import { VersionTable } from "./version_table.ts";

/** Where a chain is kept, and how much of it. */
export interface SqliteStoreOptions {
  /** The file. @default a database in memory */
  readonly path?: string | undefined;
  /** Keep the state of this many blocks at the end of the chain. @default all */
  readonly keepBlocks?: number | undefined;
}

/** A {@linkcode ChainStore} in SQLite; the current state is in memory as well. */
export class SqliteStore implements ChainStore {
  readonly #path: string;
  readonly #keepBlocks: number;
  readonly #database: DatabaseSync;
  readonly #blocks: BlockTable;
  readonly #versions: VersionTable;
  readonly #putProgress: StatementSync;
  readonly #current = new CurrentState();
  #latest = -1;
  #finalized = 0;
  #oldestState = 0;

  /** @throws {BittensorError} As `openDatabase` does. */
  constructor({ path = IN_MEMORY, keepBlocks = Infinity }: SqliteStoreOptions = {}) {
    this.#path = path;
    this.#keepBlocks = keepBlocks;
    this.#database = openDatabase(path);
    try {
      this.#blocks = new BlockTable(this.#database);
      this.#versions = new VersionTable(this.#database);
      this.#putProgress = this.#database.prepare(
        "update progress set finalized = ?, oldest_state = ?",
      );
      this.#load();
      this.transaction(() => this.#prune());
    } catch (error) {
      this.#database.close();
      throw translated(path, error);
    }
  }

  get latest(): number {
    return this.#latest;
  }

  get finalized(): number {
    return this.#finalized;
  }

  get oldestState(): number {
    return this.#oldestState;
  }

  append(block: Block, changes: StateChanges): void {
    const { number } = block.header;
    if (number !== this.#latest + 1) {
      throw new RangeError(`Cannot append block ${number}: the next one is ${this.#latest + 1}`);
    }
    this.transaction(() => {
      this.#blocks.insert(block);
      this.#latest = number;
      for (const [key, value] of changes) this.#write(key, value);
      this.#prune();
    });
  }

  finalize(number: number): void {
    this.transaction(() => {
      this.#finalized = number;
      this.#saveProgress();
    });
  }

  revertTo(number: number): StateChanges {
    this.#checkKept(number);
    return this.transaction(() => {
      this.#blocks.deleteAfter(number);
      this.#latest = number;
      this.#finalized = Math.min(this.#finalized, number);
      this.#saveProgress();
      const changes = new Map<Hex, Uint8Array | undefined>();
      for (const { key, keyId, block, value } of this.#versions.deleteAfter(number)) {
        changes.set(key, value);
        if (value === undefined) this.#current.remove(key);
        else this.#current.set(key, { keyId, value, since: block });
      }
      return changes;
    });
  }

  transaction<T>(work: () => T): T {
    if (this.#database.isTransaction) return work();
    try {
      this.#database.exec("begin");
      const result = work();
      this.#database.exec("commit");
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("rollback");
      this.#load();
      throw isSqliteError(error) ? translated(this.#path, error) : error;
    }
  }

  block(number: number): Block | undefined {
    return this.#blocks.find(number);
  }

  numberOf(hash: Hex): number | undefined {
    return this.#blocks.numberOf(hash);
  }

  read(key: Hex, number: number): Uint8Array | undefined {
    const current = this.#current.get(key);
    if (number === this.#latest) return current?.value;
    this.#checkKept(number);
    if (current !== undefined && current.since <= number) return current.value;
    return this.#versions.read(key, number);
  }

  keys(range: KeyRange, number: number): Hex[] {
    if (number === this.#latest) return this.#current.keys(range);
    this.#checkKept(number);
    return this.#versions.keys(range, number);
  }

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #load(): void {
    const row = this.#database.prepare("select * from progress").get();
    this.#latest = this.#blocks.last();
    this.#finalized = row === undefined ? 0 : integer(row, "finalized");
    this.#oldestState = row === undefined ? 0 : integer(row, "oldest_state");
    this.#current.clear();
    for (const { key, keyId, block, value } of this.#versions.newest(this.#latest)) {
      if (value !== undefined) this.#current.set(key, { keyId, value, since: block });
    }
  }

  /** Writes a value in the last block; one that stays as it is takes no place. */
  #write(key: Hex, value: Uint8Array | undefined): void {
    const before = this.#current.get(key);
    if (sameValue(before?.value, value)) return;
    const keyId = before?.keyId ?? this.#versions.keyId(key);
    this.#versions.insert(keyId, this.#latest, value);
    if (value === undefined) this.#current.remove(key);
    else this.#current.set(key, { keyId, value, since: this.#latest });
  }

  #prune(): void {
    const oldest = this.#latest - this.#keepBlocks + 1;
    if (oldest <= this.#oldestState) return;
    this.#versions.prune(this.#oldestState, oldest);
    this.#oldestState = oldest;
    this.#saveProgress();
  }

  #saveProgress(): void {
    this.#putProgress.run(this.#finalized, this.#oldestState);
  }

  #checkKept(number: number): void {
    if (number >= this.#oldestState && number <= this.#latest) return;
    const kept = `${this.#oldestState} to ${this.#latest}`;
    throw new RangeError(`Cannot read the state of block ${number}: kept are ${kept}`);
  }
}

function isSqliteError(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR";
}
