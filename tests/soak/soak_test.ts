import assert from "node:assert/strict";
import { faultsOf, soak } from "./soak.ts";

Deno.test("Axon loses no request in a soak of 3 seconds, and answers normally after it", async () => {
  const report = await soak(3);
  assert.deepEqual(faultsOf(report), []);
  assert.equal(Object.keys(report.episodes).length, 7);
  console.log(`Memory of the axon grew by ${report.after.bytes - report.before.bytes} bytes`);
});
