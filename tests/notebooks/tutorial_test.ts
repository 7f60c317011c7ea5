import assert from "node:assert/strict";
import { executeCells, type ExecutedCell } from "./execute.ts";
import { startKernel } from "./kernel.ts";
import { type Cell, type CellOutput, codeCells, NOTEBOOKS, readNotebook } from "./notebook.ts";

/** What the cells show, by id; without those that say that theirs differs, and without counters. */
function shownBy(cells: readonly (readonly [Cell, readonly CellOutput[]])[]) {
  const repeatable = cells.filter(([{ metadata }]) => !metadata.tags?.includes("times"));
  return new Map(
    repeatable.map(([{ id }, outputs]) => [
      id,
      outputs.map((output) => ({ ...output, execution_count: 0 })),
    ]),
  );
}

function runOf(executed: readonly ExecutedCell[]) {
  return shownBy(executed.map(({ cell, result }) => [cell, result.outputs]));
}

/** Texts with `#` for each number: the last digits of a float are not the same on every processor. */
function withoutNumbers(outputs: ReturnType<typeof shownBy>): Record<string, string> {
  return Object.fromEntries(
    [...outputs].map((
      [id, shown],
    ) => [id, JSON.stringify(shown).replaceAll(/[-\s]*\d[\d.e+-]*/g, "#")]),
  );
}

Deno.test("the tutorial shows the same when all its cells run again, and what the file stores", async (t) => {
  const notebook = await readNotebook("tutorial");
  await using kernel = await startKernel(NOTEBOOKS);
  const first = await executeCells(kernel, notebook);
  const texts = new Map(first.map(({ cell, result }) => [cell.id, result.text]));

  await t.step("the network has the shape of the tutorial's", () => {
    assert.equal(texts.get("block-info"), "tau   0.5\nn     37\nblock 3\n");
    assert.equal(texts.get("formulas"), "true true\n");
  });

  await t.step("return codes differ, each as the text says", () => {
    const codes = ["Success", "Unavailable", "NotImplemented", "Timeout", "Backoff"];
    assert.equal(texts.get("return-codes"), codes.map((code) => `[${code}]\n`).join(""));
  });

  await t.step("the cell about the bug works", () => {
    const bug = first.find(({ cell }) => cell.id === "bug")!;
    assert.deepEqual(bug.result.data["text/plain"], ["[Success, Success]"]);
  });

  await t.step("two cells show pictures", () => {
    const pictures = first.filter(({ result }) => "image/svg+xml" in result.data);
    assert.deepEqual(pictures.map(({ cell }) => cell.id), ["plot-stake", "plot-weights"]);
  });

  await t.step("the file stores what the cells show", () => {
    const stored = codeCells(notebook).map((cell) => [cell, cell.outputs ?? []] as const);
    assert.deepEqual(withoutNumbers(shownBy(stored)), withoutNumbers(runOf(first)));
  });

  await t.step("a second run shows the same", async () => {
    assert.deepEqual(runOf(await executeCells(kernel, notebook)), runOf(first));
  });
});
