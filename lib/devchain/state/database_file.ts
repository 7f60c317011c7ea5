/** The file of a chain: opened for this process alone, and known to be whole. */

import { DatabaseSync } from "node:sqlite";
import { BittensorError, messageOf } from "../../base/errors.ts";

/** Where a chain is kept that ends with its process. */
export const IN_MEMORY = ":memory:";

/** Marks the files of our chains: the letters `bTdc`. */
const APPLICATION_ID = 0x62546463;

/** Counts up whenever the tables change, or what the runtime stores in them. */
const FORMAT_VERSION = 1;

/** Error codes of SQLite. */
const BUSY = 5;
const CORRUPT = 11;
const NO_DATABASE = 26;

const SCHEMA = `
  create table blocks (
    number integer primary key,
    hash blob not null unique,
    parent_hash blob not null,
    state_root blob not null,
    extrinsics_root blob not null,
    extrinsics blob not null
  );
  create table keys (id integer primary key, key blob not null unique);
  create table versions (
    key integer not null,
    block integer not null,
    value blob,
    primary key (key, block)
  ) without rowid;
  create index versions_by_block on versions (block);
  create table progress (finalized integer not null, oldest_state integer not null);
  insert into progress values (0, 0);
  pragma application_id = ${APPLICATION_ID};
  pragma user_version = ${FORMAT_VERSION};
`;

/**
 * Opens the database of a chain, and makes it if it does not exist.
 *
 * It is written ahead (WAL): a process that dies at any moment leaves a sound file with every
 * transaction that ended. A computer that loses power may lose the last of them, no more.
 *
 * @throws {BittensorError} `devchain/database-in-use`, `devchain/not-a-chain`,
 *   `devchain/other-version`, `devchain/database-damaged`, or `devchain/cannot-open-database`.
 */
export function openDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec("pragma locking_mode = exclusive");
    const isNew = isEmpty(database);
    if (!isNew) checkFormat(path, database);
    database.exec("pragma journal_mode = wal; pragma synchronous = normal");
    // The first transaction takes the lock that keeps other processes out.
    database.exec(`begin exclusive; ${isNew ? SCHEMA : ""}; commit`);
    if (path !== IN_MEMORY) checkLength(path, database);
    return database;
  } catch (error) {
    database?.close();
    throw translated(path, error);
  }
}

/** Turns what SQLite threw into what happened to the chain. */
export function translated(path: string, cause: unknown): BittensorError {
  if (cause instanceof BittensorError) return cause;
  const code = cause instanceof Error && "errcode" in cause ? cause.errcode : undefined;
  if (code === NO_DATABASE) return notAChain(path, cause);
  if (code === CORRUPT) return damaged(path, messageOf(cause), cause);
  if (code === BUSY) {
    return new BittensorError(
      "devchain/database-in-use",
      `Cannot open ${path}: another process has it open`,
      { hint: "end the other dev chain, or use another file", cause },
    );
  }
  return new BittensorError(
    "devchain/cannot-open-database",
    `Cannot use the database ${path}: ${messageOf(cause)}`,
    { hint: "its folder must exist, be writable and have space left", cause },
  );
}

/** The only row of a query that has one column. */
export function single(database: DatabaseSync, query: string): number {
  return Number(Object.values(database.prepare(query).get() ?? {})[0]);
}

function isEmpty(database: DatabaseSync): boolean {
  return single(database, "select count(*) from sqlite_schema") === 0;
}

function checkFormat(path: string, database: DatabaseSync): void {
  if (single(database, "pragma application_id") !== APPLICATION_ID) throw notAChain(path);
  const version = single(database, "pragma user_version");
  if (version === FORMAT_VERSION) return;
  throw new BittensorError(
    "devchain/other-version",
    `Cannot open ${path}: its format is ${version}, and this program reads ${FORMAT_VERSION}`,
    { hint: "use the version of the program that wrote it, or start a new file" },
  );
}

/** SQLite notices missing pages only when it needs one, which may be much later. */
function checkLength(path: string, database: DatabaseSync): void {
  database.exec("pragma wal_checkpoint(truncate)");
  const pages = single(database, "pragma page_count");
  const expected = pages * single(database, "pragma page_size");
  const { size } = Deno.statSync(path);
  if (size < expected) throw damaged(path, `it has ${size} of ${expected} bytes`);
}

function notAChain(path: string, cause?: unknown): BittensorError {
  return new BittensorError(
    "devchain/not-a-chain",
    `Cannot open ${path}: it is not the database of a dev chain`,
    { hint: "use another file, or a path where there is none yet", cause },
  );
}

function damaged(path: string, why: string, cause?: unknown): BittensorError {
  return new BittensorError(
    "devchain/database-damaged",
    `Cannot read ${path}: the file is damaged: ${why}`,
    { hint: "restore a copy of it, or start a new file", cause },
  );
}
