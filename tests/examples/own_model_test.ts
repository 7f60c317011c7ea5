import assert from "node:assert/strict";
import { join } from "node:path";

Deno.test("the script that serves an own model runs as its first lines say", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=local", "examples/own_model.ts"],
    cwd: join(import.meta.dirname!, "../.."),
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  assert.match(
    new TextDecoder().decode(stdout),
    /^model\.onnx is served on \w+\nSuccess float32 \[1, 9, 512\]\n$/,
  );
});
