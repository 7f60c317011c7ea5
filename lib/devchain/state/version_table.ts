import type { DatabaseSync, StatementSync } from "node:sqlite";
import { fromHex, type Hex, toHex } from "../scale/hex.ts";
import type { KeyRange } from "./chain_store.ts";
import { blob, integer, optionalBlob, type Row } from "./row.ts";

/** A value that a block wrote. */
export interface Version {
  readonly key: Hex;
  readonly keyId: number;
  readonly block: number;
  /** `undefined` where the block removed it. */
  readonly value: Uint8Array | undefined;
}

/** The newest version of every key up to a block. */
const NEWEST = `
  select keys.key, keys.id, versions.block, versions.value from keys
  join versions on versions.key = keys.id and versions.block =
    (select max(block) from versions where key = keys.id and block <= :block)
`;

/** Versions that a newer one hides from all blocks that are kept. */
const DELETE_SUPERSEDED = `
  delete from versions
  where key in (select key from versions where block > :from and block <= :to)
    and block < (
      select max(newer.block) from versions as newer
      where newer.key = versions.key and newer.block <= :to
    )
`;

/** The state of a chain over its history, in its database: what each block wrote. */
export class VersionTable {
  readonly #keyId: StatementSync;
  readonly #deleteKey: StatementSync;
  readonly #insert: StatementSync;
  readonly #read: StatementSync;
  readonly #keys: StatementSync;
  readonly #newest: StatementSync;
  readonly #newestOf: StatementSync;
  readonly #writtenAfter: StatementSync;
  readonly #deleteAfter: StatementSync;
  readonly #deleteSuperseded: StatementSync;
  readonly #deleteRemoved: StatementSync;

  constructor(database: DatabaseSync) {
    const prepare = (query: string) => database.prepare(query);
    this.#keyId = prepare(`
      insert into keys (key) values (?) on conflict (key) do update set key = key returning id
    `);
    this.#deleteKey = prepare(
      "delete from keys where id = ?1 and not exists (select 1 from versions where key = ?1)",
    );
    this.#insert = prepare("insert into versions values (?, ?, ?)");
    this.#read = prepare(`
      select value from versions where key = (select id from keys where key = ?) and block <= ?
      order by block desc limit 1
    `);
    this.#keys = prepare(`
      select key from keys where key >= :start and
        (select value from versions where key = keys.id and block <= :block
         order by block desc limit 1) is not null
      order by key limit :limit
    `);
    this.#newest = prepare(`${NEWEST} where versions.value is not null order by keys.key`);
    this.#newestOf = prepare(`${NEWEST} where keys.id = :key`);
    this.#writtenAfter = prepare(
      "select distinct keys.key, id from keys join versions on versions.key = id where block > ?",
    );
    this.#deleteAfter = prepare("delete from versions where block > ?");
    this.#deleteSuperseded = prepare(DELETE_SUPERSEDED);
    this.#deleteRemoved = prepare(`
      delete from versions where block > :from and block <= :to and value is null returning key
    `);
  }

  /** The row of a key, which is made if there is none. */
  keyId(key: Hex): number {
    const row = this.#keyId.get(fromHex(key));
    if (row === undefined) throw new TypeError(`no row of key ${key}`);
    return integer(row, "id");
  }

  insert(keyId: number, block: number, value: Uint8Array | undefined): void {
    this.#insert.run(keyId, block, value ?? null);
  }

  /** The value of a key after a block. */
  read(key: Hex, block: number): Uint8Array | undefined {
    const row = this.#read.get(fromHex(key), block);
    return row && optionalBlob(row, "value");
  }

  /** Keys that hold a value after a block, sorted. */
  keys({ prefix, after = prefix, limit }: KeyRange, block: number): Hex[] {
    const start = fromHex(after > prefix ? after : prefix);
    // One more, as the first may be the one that the caller had last.
    return this.#keys.all({ start, block, limit: limit + 1 })
      .map((row) => toHex(blob(row, "key")))
      .filter((key) => key.startsWith(prefix) && (after === prefix || key > after))
      .slice(0, limit);
  }

  /** Every value that the state holds after a block, sorted by key. */
  newest(block: number): readonly Version[] {
    return this.#newest.all({ block }).map(toVersion);
  }

  /** Deletes what was written after a block. @returns each key with what is its newest version now */
  deleteAfter(block: number): readonly Version[] {
    const written = this.#writtenAfter.all(block);
    this.#deleteAfter.run(block);
    return written.map((row) => {
      const keyId = integer(row, "id");
      const newest = this.#newestOf.get({ block, key: keyId });
      if (newest !== undefined) return toVersion(newest);
      this.#deleteKey.run(keyId);
      return { key: toHex(blob(row, "key")), keyId, block, value: undefined };
    });
  }

  /** Deletes what only blocks before `to` can read, if that was done up to `from` already. */
  prune(from: number, to: number): void {
    this.#deleteSuperseded.run({ from, to });
    for (const row of this.#deleteRemoved.all({ from, to })) {
      this.#deleteKey.run(integer(row, "key"));
    }
  }
}

function toVersion(row: Row): Version {
  return {
    key: toHex(blob(row, "key")),
    keyId: integer(row, "id"),
    block: integer(row, "block"),
    value: optionalBlob(row, "value"),
  };
}
