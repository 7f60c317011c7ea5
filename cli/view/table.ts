/** Tables for people, in plain characters: they read the same in a terminal and in a file. */

import Table from "cli-table3";

/**
 * Rows under column titles; numbers stand to the right.
 *
 * @param width Columns of the terminal: if the table is wider, its last columns are left out.
 */
export function formatTable(
  titles: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  width = Infinity,
): string {
  const text = drawTable(titles, rows);
  if (text.indexOf("\n") <= width || titles.length === 1) return text;
  return formatTable(
    titles.slice(0, -1),
    rows.map((row) => row.slice(0, titles.length - 1)),
    width,
  );
}

function drawTable(
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
