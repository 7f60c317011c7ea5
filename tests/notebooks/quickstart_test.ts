import assert from "node:assert/strict";
import { executeNotebook } from "./execute.ts";
import { readNotebook } from "./notebook.ts";

Deno.test("the quick start notebook runs on the Deno kernel", async () => {
  const executed = await executeNotebook(await readNotebook("quickstart"));
  const outputs = executed.map(({ result }) => result.text);
  const [, synced, answers, served, again] = outputs;
  assert.match(synced!, /^Metagraph \(3,\d+,ws:\/\/127\.0\.0\.1:\d+\)\n$/);
  assert.equal(answers, [0, 1, 2].map((uid) => `${uid} Success float32 [1, 9, 512]\n`).join(""));
  assert.match(served!, /^Metagraph \(4,/);
  assert.equal(again, "Success float32 [1, 4, 512]\n");
});
