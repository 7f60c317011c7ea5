import assert from "node:assert/strict";
import { join } from "node:path";
import { startKernel } from "./kernel.ts";

const NOTEBOOKS = join(import.meta.dirname!, "../../notebooks");

interface Notebook {
  readonly cells: readonly { readonly cell_type: string; readonly source: readonly string[] }[];
}

Deno.test("the quick start notebook runs on the Deno kernel", async () => {
  const text = await Deno.readTextFile(join(NOTEBOOKS, "quickstart.ipynb"));
  const notebook: Notebook = JSON.parse(text);
  await using kernel = await startKernel(NOTEBOOKS);
  const outputs: string[] = [];
  for (const cell of notebook.cells.filter(({ cell_type }) => cell_type === "code")) {
    const { text } = await kernel.execute(cell.source.join(""), { timeoutMs: 60_000 });
    outputs.push(text);
  }
  const [, synced, answers, served, again] = outputs;
  assert.match(synced!, /^Metagraph \(3,\d+,ws:\/\/127\.0\.0\.1:\d+\)\n$/);
  assert.equal(answers, [0, 1, 2].map((uid) => `${uid} Success float32 [1, 9, 512]\n`).join(""));
  assert.match(served!, /^Metagraph \(4,/);
  assert.equal(again, "Success float32 [1, 4, 512]\n");
});
