import assert from "node:assert/strict";
import { join } from "node:path";
import { LogFile } from "../../lib/base/log_file.ts";

Deno.test("LogFile begins a new file when it is full, and forgets what is old", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "new", "logs.log");
    const old = `${path}.2021-08-23T09-05-07.042Z`;
    {
      using file = new LogFile(path, { mostBytes: 12, keepMs: 60_000 });
      await Deno.writeTextFile(old, "old");
      await Deno.utime(old, 0, 0);
      for (const line of ["one", "two", "three", "a line longer than the file may be"]) {
        file.write(line);
      }
    }
    const names = await Array.fromAsync(Deno.readDir(join(folder, "new")), ({ name }) => name);
    const contents = await Promise.all(
      names.sort().map((name) => Deno.readTextFile(join(folder, "new", name))),
    );
    assert.deepEqual(contents, [
      "a line longer than the file may be\n",
      "one\ntwo\n",
      "three\n",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
