import assert from "node:assert/strict";
import { join } from "node:path";

Deno.test("the metagraph script runs as its first lines say", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=local", "examples/metagraph.ts"],
    cwd: join(import.meta.dirname!, "../.."),
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  assert.match(text, /^Metagraph \(37,0,ws:.*\): tau 0\.5, n 37, block 0$/m);
  assert.match(text, /^top tenth: (\/ipv4\/203\.0\.113\.\d+:8091(, |$)){4}$/m);
  assert.match(text, /^a caller with τ200000\.0$/m);
  assert.match(text, /^graph\.npz, weights\.svg$/m);
  assert.match(text, /^Metagraph \(37,1,ws:.*\): balances of \d+ neurons changed$/m);
});
