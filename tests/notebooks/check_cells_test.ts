import assert from "node:assert/strict";
import { checkCells } from "./check_cells.ts";
import { executeNotebook } from "./execute.ts";
import { type Notebook, readNotebook } from "./notebook.ts";

function notebookOf(...sources: string[]): Notebook {
  return {
    cells: sources.map((source, index) => ({
      cell_type: "code",
      id: `cell-${index}`,
      metadata: {},
      source: [source],
    })),
  };
}

Deno.test("checkCells() finds a planted type error", async () => {
  const notebook = notebookOf("const count = 4;", 'const text: string = count;\ntext + "!"');
  assert.match(await checkCells(notebook) ?? "", /'number' is not assignable to type 'string'/);
});

Deno.test("executeNotebook() names a planted cell that fails", async () => {
  const notebook = notebookOf("1 + 1", 'throw new Error("planted")');
  await assert.rejects(executeNotebook(notebook), /Cell cell-1 failed: Error: planted/);
});

for (const name of ["quickstart", "tutorial"]) {
  Deno.test(`the cells of ${name}.ipynb have the types that they should have`, async () => {
    assert.equal(await checkCells(await readNotebook(name)), undefined);
  });
}
