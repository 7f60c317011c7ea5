/** Notebooks as files: their cells, and outputs as nbformat 4 stores them. */

import { join } from "node:path";

/** Folder of the notebooks. */
export const NOTEBOOKS = join(import.meta.dirname!, "../../notebooks");

/** What a cell shows, as nbformat has it. */
export type CellOutput =
  | { readonly output_type: "stream"; readonly name: string; readonly text: readonly string[] }
  | {
    readonly output_type: "execute_result" | "display_data";
    readonly data: Readonly<Record<string, unknown>>;
    readonly metadata: Readonly<Record<string, unknown>>;
    readonly execution_count?: number;
  };

/** A cell of a notebook file. */
export interface Cell {
  readonly cell_type: "code" | "markdown";
  readonly id: string;
  /** The tag `times` marks a cell whose output differs from run to run. */
  readonly metadata: { readonly tags?: readonly string[] };
  readonly source: readonly string[];
  readonly outputs?: readonly CellOutput[];
  readonly execution_count?: number | null;
}

/** A notebook file. */
export interface Notebook {
  readonly cells: readonly Cell[];
}

/** Reads a notebook by its name, without ending. */
export async function readNotebook(name: string): Promise<Notebook> {
  return JSON.parse(await Deno.readTextFile(join(NOTEBOOKS, `${name}.ipynb`)));
}

/** Its code cells, in order. */
export function codeCells({ cells }: Notebook): Cell[] {
  return cells.filter(({ cell_type }) => cell_type === "code");
}

/** Text as nbformat keeps it: a list of lines with their ends. */
export function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}
