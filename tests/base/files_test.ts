import assert from "node:assert/strict";
import { join } from "node:path";
import { syncFolder, writeFileAtomic, writeNewFile } from "../../lib/base/files.ts";

const bytes = new TextEncoder().encode("all of it");

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

Deno.test("writeFileAtomic() writes a new file with its mode, and nothing else", async () => {
  await inFolder(async (folder) => {
    for (const mode of [0o600, 0o644]) {
      const name = mode.toString(8);
      await writeFileAtomic(join(folder, name), bytes, { mode });
      assert.deepEqual(await Deno.readFile(join(folder, name)), bytes);
      assert.equal((await Deno.stat(join(folder, name))).mode! & 0o777, mode);
    }
    assert.deepEqual(await namesIn(folder), ["600", "644"]);
  });
});

Deno.test("writeFileAtomic() writes empty and large files whole", async () => {
  await inFolder(async (folder) => {
    for (const length of [0, 5_000_000]) {
      const content = new Uint8Array(length).fill(7);
      const path = join(folder, `${length}`);
      await writeFileAtomic(path, content, { mode: 0o600 });
      assert.deepEqual(await Deno.readFile(path), content);
    }
  });
});

Deno.test("writeFileAtomic() writes pieces one after another, and nothing if one of them fails", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "pieces");
    await writeFileAtomic(path, [bytes.subarray(0, 3), new Uint8Array(), bytes.subarray(3)], {
      mode: 0o600,
    });
    assert.deepEqual(await Deno.readFile(path), bytes);
    const failing = function* () {
      yield bytes;
      throw new Error("no more");
    };
    await assert.rejects(writeFileAtomic(path, failing(), { mode: 0o600, overwrite: true }), {
      message: "no more",
    });
    assert.deepEqual(await Deno.readFile(path), bytes);
    assert.deepEqual(await namesIn(folder), ["pieces"]);
  });
});

Deno.test("writeNewFile() refuses a file that exists, and leaves it alone", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "name");
    await writeNewFile(path, bytes, 0o600);
    await assert.rejects(writeNewFile(path, new Uint8Array(1), 0o600), Deno.errors.AlreadyExists);
    assert.deepEqual(await Deno.readFile(path), bytes);
    await syncFolder(folder);
  });
});

Deno.test("writeFileAtomic() refuses a file that exists, a link to nowhere included", async () => {
  await inFolder(async (folder) => {
    const [taken, link] = [join(folder, "taken"), join(folder, "link")];
    await Deno.writeTextFile(taken, "old");
    await Deno.symlink(join(folder, "nowhere"), link);
    for (const path of [taken, link]) {
      await assert.rejects(
        writeFileAtomic(path, bytes, { mode: 0o600 }),
        Deno.errors.AlreadyExists,
      );
    }
    assert.equal(await Deno.readTextFile(taken), "old");
    assert.deepEqual(await namesIn(folder), ["link", "taken"]);
  });
});

Deno.test("writeFileAtomic() replaces content and mode with overwrite", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "file");
    await Deno.writeTextFile(path, "a longer old content", { mode: 0o644 });
    await writeFileAtomic(path, bytes, { mode: 0o600, overwrite: true });
    assert.deepEqual(await Deno.readFile(path), bytes);
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    assert.deepEqual(await namesIn(folder), ["file"]);
  });
});

Deno.test("writeFileAtomic() lets only one of many writers have a name", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "file");
    const writes = ["a", "b", "c", "d"].map((text) =>
      writeFileAtomic(path, new TextEncoder().encode(text), { mode: 0o600 })
    );
    const results = await Promise.allSettled(writes);
    const winner = results.findIndex(({ status }) => status === "fulfilled");
    assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
    assert.equal(await Deno.readTextFile(path), "abcd"[winner]);
    assert.deepEqual(await namesIn(folder), ["file"]);
  });
});

Deno.test("writeFileAtomic() leaves nothing behind when it fails", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "name"));
    await assert.rejects(
      writeFileAtomic(join(folder, "name"), bytes, { mode: 0o600, overwrite: true }),
    );
    await assert.rejects(
      writeFileAtomic(join(folder, "missing", "file"), bytes, { mode: 0o600 }),
      Deno.errors.NotFound,
    );
    assert.deepEqual(await namesIn(folder), ["name"]);
  });
});
