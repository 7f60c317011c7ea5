/** Tables for people, in plain characters: they read the same in a terminal and in a file. */

import Table from "cli-table3";

/** Rows under column titles; numbers stand to the right. */
export function formatTable(
  titles: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const numeric = (column: number) => rows.every((row) => /^-?[\d.]+$/.test(String(row[column])));
  const table = new Table({
    head: [...titles],
    colAligns: titles.map((_, column) => numeric(column) ? "right" : "left"),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}
