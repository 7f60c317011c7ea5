import assert from "node:assert/strict";
import { join } from "node:path";

for (const order of ["axons first", "dendrite first"]) {
  Deno.test(`stop() leaves its callers alive, ${order}`, async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-P=local", "--v8-flags=--expose-gc", "tests/axon/stop_child.ts", order],
      cwd: join(import.meta.dirname!, "../.."),
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.equal(new TextDecoder().decode(stdout), "done\n");
  });
}
