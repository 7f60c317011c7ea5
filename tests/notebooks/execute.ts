/** Runs a notebook on the real Deno kernel. */

import { type CellResult, startKernel } from "./kernel.ts";
import { type Cell, codeCells, type Notebook, NOTEBOOKS } from "./notebook.ts";

/** A code cell that was run. */
export interface ExecutedCell {
  readonly cell: Cell;
  readonly result: CellResult;
}

/**
 * Runs all code cells in order, in the folder of the notebooks.
 *
 * @param timeoutMs Longest wait for each cell.
 * @throws {Error} What the first failing cell threw, with the id of the cell.
 */
export async function executeNotebook(
  notebook: Notebook,
  { timeoutMs = 60_000 }: { readonly timeoutMs?: number } = {},
): Promise<ExecutedCell[]> {
  await using kernel = await startKernel(NOTEBOOKS);
  const executed: ExecutedCell[] = [];
  for (const cell of codeCells(notebook)) {
    try {
      const result = await kernel.execute(cell.source.join(""), { timeoutMs });
      executed.push({ cell, result });
    } catch (cause) {
      throw new Error(`Cell ${cell.id} failed: ${(cause as Error).message}`, { cause });
    }
  }
  return executed;
}
