/** Runs a notebook on the real Deno kernel. */

import { type CellResult, type Kernel, startKernel } from "./kernel.ts";
import { type Cell, codeCells, type Notebook, NOTEBOOKS } from "./notebook.ts";

/** A code cell that was run. */
export interface ExecutedCell {
  readonly cell: Cell;
  readonly result: CellResult;
}

/** Options of {@linkcode executeNotebook}. */
export interface ExecuteOptions {
  /** Longest wait for each cell. @default {180000, for a busy machine} */
  readonly timeoutMs?: number;
}

/**
 * Runs all code cells in order, in the folder of the notebooks, on a kernel of their own.
 *
 * @throws {Error} What the first failing cell threw, with the id of the cell.
 */
export async function executeNotebook(
  notebook: Notebook,
  options: ExecuteOptions = {},
): Promise<ExecutedCell[]> {
  await using kernel = await startKernel(NOTEBOOKS);
  return await executeCells(kernel, notebook, options);
}

/** The same on a kernel that runs already. */
export async function executeCells(
  kernel: Kernel,
  notebook: Notebook,
  { timeoutMs = 180_000 }: ExecuteOptions = {},
): Promise<ExecutedCell[]> {
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
