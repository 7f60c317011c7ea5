// Soaks an axon, and ends with 1 if it did not endure it:
//   deno run -P=test tests/soak/run.ts [--seconds 60]

import { parseArgs } from "node:util";
import { faultsOf, soak } from "./soak.ts";

/** Most that the axon's memory may grow, in bytes. */
const MOST_GROWTH = 20 * 1024 * 1024;

const { values } = parseArgs({ options: { seconds: { type: "string", default: "60" } } });
const seconds = Number(values.seconds);
if (!(seconds >= 1)) throw new RangeError(`Cannot soak for ${values.seconds} seconds: at least 1`);

const report = await soak(seconds);
const { before, after, ...clients } = report;
const mib = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
const growth = after.bytes - before.bytes;
console.log(clients);
console.log("The axon:", { codes: after.codes, refused: after.refused });
console.log(
  `Memory after a collection: ${mib(before.bytes)} after the warm-up, ${mib(after.bytes)} at the ` +
    `end (${mib(growth)} more); resident ${mib(before.rss)} and ${mib(after.rss)}`,
);

const faults = faultsOf(report);
if (growth >= MOST_GROWTH) faults.push(`its memory grew by ${mib(growth)}`);
for (const fault of faults) console.error(`Failed: ${fault}`);
if (faults.length > 0) Deno.exit(1);
console.log(`The axon endured ${seconds} s`);
