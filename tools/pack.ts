/**
 * Makes an npm package of the program `bt`: its sources, the lock file of its packages, and a launcher
 * that starts them with the Deno that npm installs beside it.
 *
 * Run with `deno task pack`; `--output FOLDER` is where the tarball goes.
 */

import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import config from "../deno.json" with { type: "json" };
import { moduleGraph } from "./module_graph.ts";
import { run } from "./run.ts";

const ROOT = join(import.meta.dirname!, "..");

/** What belongs to the package besides the modules of the program. */
const OTHER_FILES = ["deno.json", "deno.lock", "mod.ts", "README.md", "LICENSE"];

/** The Deno that the project is built and tested with. */
const DENO_VERSION = "2.9.6";

/** The package as npm sees it. */
const PACKAGE = {
  name: config.name,
  version: config.version,
  description: "The Bittensor toolkit for Deno: the program bt",
  license: config.license,
  type: "module",
  bin: { bt: "bin/bt.js" },
  engines: { node: ">=20" },
  dependencies: { deno: DENO_VERSION },
};

/** Packs, and returns the path of the tarball. */
async function pack(args: readonly string[]): Promise<string> {
  const { values: { output } } = parseArgs({
    args: [...args],
    options: { output: { type: "string", short: "o", default: join(ROOT, "dist") } },
  });
  const folder = await Deno.makeTempDir({ prefix: "bittensor-pack-" });
  try {
    const { files } = await moduleGraph(ROOT);
    for (const file of new Set([...files, ...OTHER_FILES])) {
      await Deno.mkdir(dirname(join(folder, file)), { recursive: true });
      await Deno.copyFile(join(ROOT, file), join(folder, file));
    }
    await Deno.mkdir(join(folder, "bin"));
    await Deno.copyFile(join(ROOT, "tools/package/bt.js"), join(folder, "bin/bt.js"));
    await Deno.writeTextFile(join(folder, "package.json"), JSON.stringify(PACKAGE, null, 2));
    await Deno.mkdir(output, { recursive: true });
    const { stdout } = await run(NPM, ["pack", "--silent", "--pack-destination", output], {
      cwd: folder,
    });
    return join(output, stdout.trim());
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const NPM = Deno.build.os === "windows" ? "npm.cmd" : "npm";

if (import.meta.main) console.log(`Wrote ${await pack(Deno.args)}`);
