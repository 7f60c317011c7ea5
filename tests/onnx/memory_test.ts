import assert from "node:assert/strict";
import { join } from "node:path";

const CHILD = join(import.meta.dirname!, "memory_growth.ts");

/** By how many MiB a process of its own has grown: beside other tests, memory could not be told apart. */
async function growthOf(work: string): Promise<number> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-P=test", "--no-prompt", CHILD, work],
    cwd: join(import.meta.dirname!, "../.."),
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return Number(new TextDecoder().decode(stdout));
}

Deno.test("forward() of 10,000 requests does not grow memory", async () => {
  // The answers to 10,000 requests alone are 10,000 × 8 tokens × 2 KiB = 166 MB.
  const grown = await growthOf("forward");
  assert(grown < 60, `grew by ${grown} MiB`);
});

Deno.test("nucleus() that is disposed gives its memory back", async () => {
  const grown = await growthOf("dispose");
  assert(grown < 100, `grew by ${grown} MiB`);
});

Deno.test("step() of 200 steps does not grow memory", async () => {
  // Each step makes new gradients, moments and weights: 200 × 4 × 1.5 MB, and more.
  const grown = await growthOf("step");
  assert(grown < 80, `grew by ${grown} MiB`);
});
