/** The types of a notebook's cells, checked as one program: the kernel itself checks none. */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { codeCells, type Notebook } from "./notebook.ts";

const ROOT = join(import.meta.dirname!, "../..");

/**
 * What `deno check` says of the cells, one after another; undefined if nothing.
 *
 * The options of the compiler are Deno's own, not the stricter ones of this project: a notebook is
 * written as its readers would.
 */
export async function checkCells(notebook: Notebook): Promise<string | undefined> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "deno.json"), await config());
    await Deno.copyFile(join(ROOT, "deno.lock"), join(folder, "deno.lock"));
    await Deno.writeTextFile(join(folder, "cells.ts"), programOf(notebook));
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "cells.ts"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    return success ? undefined : new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function programOf(notebook: Notebook): string {
  const cells = codeCells(notebook).map(({ id, source }) => `// %% ${id}\n${source.join("")};\n`);
  return `${cells.join("")}export {};\n`;
}

async function config(): Promise<string> {
  const { imports } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const bittensor = pathToFileURL(join(ROOT, "mod.ts")).href;
  return JSON.stringify({ nodeModulesDir: "none", imports: { ...imports, bittensor } });
}
