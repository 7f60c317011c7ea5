// Fuzzes for as long as it is told, with another seed each time:
//   deno run -P=test tests/fuzz/run.ts --seconds 300 [--seed 1]

import { parseArgs } from "node:util";
import fc from "fast-check";
import { runCase, TARGETS } from "./targets.ts";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "300" }, seed: { type: "string" } },
});
const seconds = Number(values.seconds);
let seed = Number(values.seed ?? crypto.getRandomValues(new Int32Array(1))[0]);
if (!(seconds > 0) || !Number.isInteger(seed)) {
  throw new RangeError(`Cannot fuzz for ${values.seconds} seconds with seed ${values.seed}`);
}

/** Cases between two looks at the clock. */
const CASES = 2_000;

/** Milliseconds after which a single case of at most 8 KiB has hung. */
const LONGEST_CASE_MS = 2_000;

/** What was seen of a target. */
const seen = new Map(
  TARGETS.map(({ name }) => [name, { cases: 0, refused: 0, ms: 0, slowest: 0 }]),
);

console.log(`Fuzzing ${TARGETS.length} targets for ${seconds} s from seed ${seed}`);
const end = performance.now() + seconds * 1000;
while (performance.now() < end) {
  for (const target of TARGETS) fuzz(target);
  seed = (seed + 1) | 0;
}
console.table(
  Object.fromEntries(Array.from(seen, ([name, { ms, slowest, ...counts }]) => [name, {
    ...counts,
    "µs per case": Math.round(1000 * ms / counts.cases),
    "slowest ms": Math.round(slowest),
  }])),
);

/** Runs a round of cases; a failure ends the program with what it takes to see it again. */
function fuzz(target: typeof TARGETS[number]): void {
  const counts = seen.get(target.name);
  if (counts === undefined) return;
  const result = fc.check(
    fc.property(target.inputs, (bytes) => {
      const start = performance.now();
      const outcome = runCase(target, bytes);
      const ms = performance.now() - start;
      counts.cases++;
      counts.ms += ms;
      counts.slowest = Math.max(counts.slowest, ms);
      if (outcome === "refused") counts.refused++;
      if (ms > LONGEST_CASE_MS) throw new Error(`it took ${Math.round(ms)} ms`);
    }),
    { seed, numRuns: CASES },
  );
  if (!result.failed) return;
  console.error(`${target.name} failed with seed ${seed}, path ${result.counterexamplePath}`);
  console.error(`Input, in hex: ${result.counterexample?.[0].toHex()}`);
  console.error(result.errorInstance);
  Deno.exit(1);
}
