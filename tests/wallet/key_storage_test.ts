import assert from "node:assert/strict";
import { join } from "node:path";
import {
  pathExists,
  readPublicFile,
  readSecretFile,
  writeKeyFiles,
} from "../../lib/wallet/key_storage.ts";
import { listingOf, snapshotOf, temporaryFolder } from "./folder.ts";

const bytes = new TextEncoder().encode("secret");

Deno.test("writeKeyFiles() makes files 0600 and folders 0700, whatever the umask", async () => {
  await using folder = await temporaryFolder();
  const files = ["w/a", "w/k/b"].map((name) => ({ path: join(folder.path, name), bytes }));
  await writeKeyFiles(files, { overwrite: false });
  assert.deepEqual(await listingOf(folder.path), ["w 700", "w/a 600", "w/k 700", "w/k/b 600"]);
  assert.deepEqual(await readSecretFile(join(folder.path, "w/a"), "key"), bytes);
});

Deno.test("writeKeyFiles() keeps the mode of folders that exist", async () => {
  await using folder = await temporaryFolder();
  await Deno.mkdir(join(folder.path, "w"), { mode: 0o755 });
  await writeKeyFiles([{ path: join(folder.path, "w/a"), bytes }], { overwrite: false });
  assert.deepEqual(await listingOf(folder.path), ["w 755", "w/a 600"]);
});

Deno.test("writeKeyFiles() takes everything back if a later file exists", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeFile(join(folder.path, "taken"), bytes);
  const before = await snapshotOf(folder.path);
  const files = ["new/deep/a", "new/b", "taken"].map((name) => join(folder.path, name));
  await assert.rejects(
    writeKeyFiles(files.map((path) => ({ path, bytes })), { overwrite: false }),
    { code: "wallet/exists" },
  );
  assert.deepEqual(await snapshotOf(folder.path), before);
});

Deno.test("writeKeyFiles() brings overwritten files back if a later one fails", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "coldkey");
  await Deno.writeFile(path, bytes, { mode: 0o600 });
  await Deno.writeFile(join(folder.path, "file"), bytes);
  const files = [path, join(folder.path, "file", "below")];
  await assert.rejects(
    writeKeyFiles(files.map((path) => ({ path, bytes: new Uint8Array(3) })), { overwrite: true }),
    (error: Error & { code?: string }) => /^wallet\/un(writ|read)able$/.test(error.code ?? ""),
  );
  assert.deepEqual(await Deno.readFile(path), bytes);
  assert.deepEqual((await listingOf(folder.path)).map((line) => line.split(" ")[0]), [
    "coldkey",
    "file",
  ]);
});

Deno.test("readSecretFile() refuses a file that others can use, and changes nothing", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "hotkey");
  await Deno.writeFile(path, bytes);
  for (const mode of [0o640, 0o620, 0o604, 0o602, 0o644, 0o666]) {
    await Deno.chmod(path, mode);
    const before = await snapshotOf(folder.path);
    await assert.rejects(readSecretFile(path, "hotkey"), {
      code: "wallet/unsafe-permissions",
      hint: `chmod 600 ${path}`,
    });
    assert.deepEqual(await snapshotOf(folder.path), before);
  }
  for (const mode of [0o600, 0o400]) {
    await Deno.chmod(path, mode);
    assert.deepEqual(await readSecretFile(path, "hotkey"), bytes);
  }
});

Deno.test("readSecretFile() refuses what is missing, no file or far too large", async () => {
  await using folder = await temporaryFolder();
  await assert.rejects(readSecretFile(join(folder.path, "none"), "hotkey default"), {
    code: "wallet/missing-key",
    message: `Cannot find the hotkey default: no file ${join(folder.path, "none")}`,
  });
  await assert.rejects(readSecretFile(folder.path, "hotkey"), { code: "wallet/corrupt-keyfile" });
  const large = join(folder.path, "large");
  await Deno.writeFile(large, new Uint8Array(65_537), { mode: 0o600 });
  await assert.rejects(readSecretFile(large, "hotkey"), { code: "wallet/corrupt-keyfile" });
});

Deno.test("readPublicFile() reads a file that everybody may read", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "coldkeypub.txt");
  await Deno.writeFile(path, bytes, { mode: 0o644 });
  assert.deepEqual(await readPublicFile(path, "public coldkey"), bytes);
});

Deno.test("pathExists() sees links to nowhere", async () => {
  await using folder = await temporaryFolder();
  const link = join(folder.path, "link");
  await Deno.symlink(join(folder.path, "nowhere"), link);
  assert(await pathExists(link));
  assert(!await pathExists(join(folder.path, "nowhere")));
});
