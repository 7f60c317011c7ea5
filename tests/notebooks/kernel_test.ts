import assert from "node:assert/strict";
import { join } from "node:path";
import { startKernel, withoutColours } from "./kernel.ts";

const NOTEBOOKS = join(import.meta.dirname!, "../../notebooks");

Deno.test("execute() returns output and result, and throws what a cell throws", async () => {
  await using kernel = await startKernel(NOTEBOOKS);
  const { text, data } = await kernel.execute(`console.log("hello");\n1 + 1`, {
    timeoutMs: 20_000,
  });
  assert.equal(text, "hello\n");
  assert.equal(withoutColours(String(data["text/plain"])), "2");
  await assert.rejects(
    kernel.execute(`throw new RangeError("too far")`, { timeoutMs: 20_000 }),
    /RangeError.*too far/,
  );
});
