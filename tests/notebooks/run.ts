/** Runs notebooks again and stores what their cells show: `deno task notebooks [NAME …]`. */

import { join } from "node:path";
import { executeNotebook } from "./execute.ts";
import { NOTEBOOKS, readNotebook } from "./notebook.ts";

const names = Deno.args.length > 0 ? Deno.args : await notebookNames();
for (const name of names) {
  const notebook = await readNotebook(name);
  const results = new Map(
    (await executeNotebook(notebook)).map(({ cell, result }) => [cell.id, result]),
  );
  const cells = notebook.cells.map((cell) => {
    const result = results.get(cell.id);
    if (result === undefined) return cell;
    const count = [...results.keys()].indexOf(cell.id) + 1;
    return { ...cell, execution_count: count, outputs: result.outputs };
  });
  const path = join(NOTEBOOKS, `${name}.ipynb`);
  await Deno.writeTextFile(path, `${JSON.stringify({ ...notebook, cells }, undefined, 1)}\n`);
  console.log(`${name}: ${results.size} cells`);
}

async function notebookNames(): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(NOTEBOOKS)) {
    if (name.endsWith(".ipynb")) found.push(name.slice(0, -".ipynb".length));
  }
  return found.sort();
}
