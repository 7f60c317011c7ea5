import assert from "node:assert/strict";
import { join } from "node:path";

Deno.test("the quick start script runs as its first lines say", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=local", "examples/quickstart.ts"],
    cwd: join(import.meta.dirname!, "../.."),
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  assert.match(text, /\[ "Success", "Success", "Success" \]/);
  assert.match(text, /Metagraph \(4,\d+,ws:.*\): the newest neuron is at \/ipv/);
});
