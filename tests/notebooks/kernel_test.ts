import assert from "node:assert/strict";
import { startKernel } from "./kernel.ts";
import { NOTEBOOKS } from "./notebook.ts";

Deno.test("execute() returns output and result, and throws what a cell throws", async () => {
  await using kernel = await startKernel(NOTEBOOKS);
  const { text, data, outputs } = await kernel.execute(`console.log("hello");\n1 + 1`, {
    timeoutMs: 20_000,
  });
  assert.equal(text, "hello\n");
  assert.deepEqual(data["text/plain"], ["2"]);
  assert.deepEqual(outputs.map(({ output_type }) => output_type), ["stream", "execute_result"]);
  await assert.rejects(
    kernel.execute(`throw new RangeError("too far")`, { timeoutMs: 20_000 }),
    /RangeError.*too far/,
  );
});

Deno.test("execute() throws when the cell ends the kernel", async () => {
  await using kernel = await startKernel(NOTEBOOKS);
  await assert.rejects(
    kernel.execute("Deno.exit(3)", { timeoutMs: 20_000 }),
    /The kernel ended \(exit code 3\) in the cell/,
  );
});
