#!/usr/bin/env node
// Starts the program `bt` with the Deno that npm installed beside this package.

import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const config = fileURLToPath(new URL("../deno.json", import.meta.url));
const program = fileURLToPath(new URL("../cli/main.ts", import.meta.url));
const fetched = fileURLToPath(new URL("../.fetched", import.meta.url));

// It finds the Deno of this machine, whether or not npm was allowed to run install scripts.
const deno = createRequire(import.meta.url)("deno/install_api.cjs").runInstall();

if (!existsSync(fetched)) {
  console.error("bt: fetching its packages, once; they take about 600 MB");
  // On a terminal Deno shows how far it is; elsewhere it would print hundreds of lines.
  const quiet = process.stderr.isTTY ? [] : ["--quiet"];
  const code = await run(["install", ...quiet, "--config", config], {
    cwd: root,
    output: "ignore",
  });
  if (code !== 0) process.exit(code);
  try {
    writeFileSync(fetched, "");
  } catch {
    // An installation of somebody else: the next start looks again, which takes a moment.
  }
}
process.exit(
  await run(["run", "--quiet", "-P=local", "--config", config, program, ...process.argv.slice(2)]),
);

/** Runs Deno to its end, and returns its exit code. */
function run(args, { cwd, output = "inherit" } = {}) {
  // The lock file knows the packages of deno.json alone.
  const env = { ...process.env, DENO_NO_PACKAGE_JSON: "1" };
  const child = spawn(deno, args, { cwd, env, stdio: ["inherit", output, "inherit"] });
  // The child decides what comes of a signal; one that a terminal sends to both comes twice, which is fine.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => child.kill(signal));
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on(
      "exit",
      (code, signal) => resolve(signal === null ? code : 128 + constants.signals[signal]),
    );
  });
}
