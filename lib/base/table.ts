/** Tables as text and as HTML: the same rows for a terminal and for a notebook. */

/** Forms of a value by media type, as Jupyter takes them. */
export type Display = Readonly<Record<string, string>>;

/** A column; texts stand on the left, numbers on the right. */
export interface TableColumn {
  readonly name: string;
  readonly align: "left" | "right";
}

/** A table of texts, with a title. */
export interface Table {
  readonly title: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly string[])[];
}

/** Rows that are shown; of more, the first and the last. */
const MOST_ROWS = 20;

/** One row for each index below `count`; of many, the first and the last, with dots between. */
export function tableRows(count: number, rowOf: (index: number) => string[]): string[][] {
  const indices = Array.from({ length: count }, (_, index) => index);
  if (count <= MOST_ROWS) return indices.map(rowOf);
  const first = indices.slice(0, MOST_ROWS / 2).map(rowOf);
  const last = indices.slice(-MOST_ROWS / 2).map(rowOf);
  return [...first, first[0]!.map(() => "…"), ...last];
}

/** The forms in which a table shows itself. */
export function tableDisplay(table: Table): Display {
  return { "text/plain": textTable(table), "text/html": htmlTable(table) };
}

/** Text as HTML shows it. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function textTable({ title, columns, rows }: Table): string {
  const lines = [columns.map(({ name }) => name), ...rows];
  const widths = columns.map((_, index) => Math.max(...lines.map((row) => row[index]!.length)));
  const aligned = lines.map((row) =>
    row.map((text, index) =>
      columns[index]!.align === "left" ? text.padEnd(widths[index]!) : text.padStart(widths[index]!)
    ).join("  ").trimEnd()
  );
  return [title, ...aligned].join("\n");
}

function htmlTable({ title, columns, rows }: Table): string {
  const cells = (tag: string, row: readonly string[]) =>
    row.map((text, index) =>
      `<${tag} style="text-align: ${columns[index]!.align}">${escapeHtml(text)}</${tag}>`
    ).join("");
  const head = cells("th", columns.map(({ name }) => name));
  const body = rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("\n");
  return `<table>\n<caption>${escapeHtml(title)}</caption>\n` +
    `<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table>`;
}
