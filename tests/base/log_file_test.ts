import assert from "node:assert/strict";
import { join } from "node:path";
import { LogFile } from "../../lib/base/log_file.ts";

Deno.test("LogFile keeps all that was full within a millisecond", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const lines = Array.from({ length: 50 }, (_, index) => `${index}`.padStart(2, "0"));
    {
      using file = new LogFile(join(folder, "logs.log"), { mostBytes: 3 });
      for (const line of lines) file.write(line);
    }
    const names = (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
    const contents = await Promise.all(names.map((name) => Deno.readTextFile(join(folder, name))));
    // The last one has its name still, which comes first.
    const [last, ...former] = contents;
    assert.deepEqual([...former, last], lines.map((line) => `${line}\n`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

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
