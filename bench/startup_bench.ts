/**
 * How long the program takes to start, against an empty script.
 *
 * Run with `deno task bench`. The processes take turns, so that what else the machine does falls on all
 * of them alike; the bound of `bt --help` is three times the empty script.
 */

import { join } from "node:path";
import { median } from "./process.ts";

const ROUNDS = 15;
const root = join(import.meta.dirname!, "..");
const folder = await Deno.makeTempDir({ prefix: "startup-bench-" });
const empty = join(folder, "empty.ts");
await Deno.writeTextFile(empty, "");

const bt = ["-P=local", join(root, "cli/main.ts")];
const PROGRAMS: readonly [title: string, args: readonly string[]][] = [
  ["an empty script", [empty]],
  ["bt --help", [...bt, "--help"]],
  ["bt config path, which loads the toolkit", [...bt, "config", "path"]],
];

const times = PROGRAMS.map((): number[] => []);
try {
  // The first round fills the caches.
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, [title, args]] of PROGRAMS.entries()) {
      const start = performance.now();
      const { success } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-q", ...args],
        cwd: root,
        stdout: "null",
      }).output();
      if (!success) throw new Error(`${title} failed`);
      if (round >= 0) times[index]!.push(performance.now() - start);
    }
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}

const least = median(times[0]!);
console.log(`\nStart to end of a process, median of ${ROUNDS}, in ms`);
for (const [index, [title]] of PROGRAMS.entries()) {
  const time = median(times[index]!);
  console.log(
    `  ${title.padEnd(40)} ${time.toFixed(0).padStart(5)}, x ${(time / least).toFixed(2)}`,
  );
}
