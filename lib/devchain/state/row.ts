/** Columns of a row that SQLite returned, checked. */

import type { StatementSync } from "node:sqlite";

/** A row by column name. */
export type Row = NonNullable<ReturnType<StatementSync["get"]>>;

/** A column that holds an integer. */
export function integer(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== "number") throw new TypeError(`column ${column} holds no integer`);
  return value;
}

/** A column that holds bytes, or null. */
export function optionalBlob(row: Row, column: string): Uint8Array | undefined {
  const value = row[column];
  if (value === null || value instanceof Uint8Array) return value ?? undefined;
  throw new TypeError(`column ${column} holds no bytes`);
}

/** A column that holds bytes. */
export function blob(row: Row, column: string): Uint8Array {
  const value = optionalBlob(row, column);
  if (value === undefined) throw new TypeError(`column ${column} is null`);
  return value;
}
