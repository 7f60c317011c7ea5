import assert from "node:assert/strict";
import { join } from "node:path";

Deno.test("the training script lowers its loss as its first lines say", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=local", "examples/train.ts"],
    cwd: join(import.meta.dirname!, "../.."),
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const losses = Array.from(text.matchAll(/loss (\d+\.\d+)/g), ([, loss]) => Number(loss));
  assert.equal(losses.length, 20);
  assert(losses.at(-1)! < losses[0]! / 2, text);
});
