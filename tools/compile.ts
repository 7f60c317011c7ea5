/**
 * Makes one file of the program `bt`, with Deno, all packages and a permission set inside.
 *
 * Run with `deno task compile`; `--output FILE` and `--target TARGET` are those of `deno compile`, and
 * what follows `--` is passed on to it.
 */

import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { VERSION } from "../cli/version.ts";
import { ENTRY_POINT, type ModuleGraph, moduleGraph, THREADS } from "./module_graph.ts";
import { run } from "./run.ts";

const ROOT = join(import.meta.dirname!, "..");

/** The permissions of the program: files, native libraries and loopback; see deno.json. */
const PERMISSION_SET = "local";

/** Compiles, says what came of it, and returns the exit code. */
async function compile(args: readonly string[]): Promise<number> {
  const { values: { output, target }, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      output: { type: "string", short: "o", default: join(ROOT, "dist", "bt") },
      target: { type: "string", default: Deno.build.target },
    },
  });
  const graph = await moduleGraph(ROOT);
  await Deno.mkdir(dirname(output), { recursive: true });
  const { code, stdout, stderr } = await run(Deno.execPath(), [
    "compile",
    "--no-check",
    `-P=${PERMISSION_SET}`,
    // The native library of ONNX Runtime looks for others beside it: they must be files.
    "--self-extracting",
    "--exclude-unused-npm",
    ...[...THREADS, ...graph.lazy].flatMap((module) => ["--include", module]),
    ...(await foreignLibraries(graph, target)).flatMap((folder) => ["--exclude", folder]),
    ...["--target", target, "--output", output],
    ...positionals,
    ENTRY_POINT,
  ], { cwd: ROOT, mayFail: true });
  console.log(stdout + stderr);
  if (code !== 0) {
    if (/denort/.test(stderr)) console.error(MISSING_BASE);
    return code;
  }
  console.log(`Wrote ${output}`);
  if (target === Deno.build.target && !await works(output)) console.error(WRONG_BASE);
  return 0;
}

const MISSING_BASE = `
A compiled program stands on denort, the part of Deno that runs it. It could not be had: Deno ${Deno.version.deno}
looks for denort-TARGET.zip in its cache, under dl/release/v${Deno.version.deno}/, and then at dl.deno.land.
Get the file where that host can be reached, unpack it, and name it: DENORT_BIN=/path/to/denort deno task compile
`.trim();

const WRONG_BASE = `
Warning: what was written does not start as bt. Does DENORT_BIN name the denort of Deno ${Deno.version.deno}? Another
base, such as deno itself, can only show that everything else of the build works.
`.trim();

/** Whether a compiled program starts. */
async function works(program: string): Promise<boolean> {
  const { code, stdout } = await run(program, ["--version"], { mayFail: true });
  return code === 0 && stdout.trim() === VERSION;
}

/** Folders of native libraries that are for other machines than the target. */
async function foreignLibraries(graph: ModuleGraph, target: string): Promise<string[]> {
  const [, folder = ""] =
    [...graph.packages].find(([name]) => name.startsWith("onnxruntime-node@")) ?? [];
  const libraries = join(folder, "bin", "napi-v6");
  const found: string[] = [];
  for await (const { name: system } of Deno.readDir(libraries)) {
    for await (const { name: machine } of Deno.readDir(join(libraries, system))) {
      if (!isFor(target, system, machine)) found.push(join(libraries, system, machine));
    }
  }
  return found;
}

/** Whether a target of Rust is this system and machine of Node. */
function isFor(target: string, system: string, machine: string): boolean {
  const systems: Record<string, string> = { darwin: "apple", linux: "linux", win32: "windows" };
  const machines: Record<string, string> = { arm64: "aarch64", x64: "x86_64" };
  return target.includes(systems[system] ?? system) &&
    target.startsWith(machines[machine] ?? machine);
}

if (import.meta.main) Deno.exit(await compile(Deno.args));
