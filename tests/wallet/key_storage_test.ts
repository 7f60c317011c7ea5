import assert from "node:assert/strict";
import { join } from "node:path";
import { pathExists, readPublicFile, readSecretFile } from "../../lib/wallet/key_storage.ts";
import { snapshotOf, temporaryFolder, walletFile } from "./folder.ts";

const bytes = new TextEncoder().encode("secret");

Deno.test("readSecretFile() refuses a file that others can use, and changes nothing", async () => {
  await using folder = await temporaryFolder();
  const file = walletFile(folder.path, "hotkey");
  const { path } = file;
  await Deno.writeFile(path, bytes);
  for (const mode of [0o640, 0o620, 0o604, 0o602, 0o644, 0o666]) {
    await Deno.chmod(path, mode);
    const before = await snapshotOf(folder.path);
    await assert.rejects(readSecretFile(file, "hotkey"), {
      code: "wallet/unsafe-permissions",
      hint: `chmod 600 ${path}`,
    });
    assert.deepEqual(await snapshotOf(folder.path), before);
  }
  for (const mode of [0o600, 0o400]) {
    await Deno.chmod(path, mode);
    assert.deepEqual(await readSecretFile(file, "hotkey"), bytes);
  }
});

Deno.test("readSecretFile() refuses what is missing, no file or far too large", async () => {
  await using folder = await temporaryFolder();
  await assert.rejects(readSecretFile(walletFile(folder.path, "none"), "hotkey default"), {
    code: "wallet/missing-key",
    message: `Cannot find the hotkey default: no file ${join(folder.path, "none")}`,
  });
  await assert.rejects(readSecretFile(walletFile(folder.path, ""), "hotkey"), {
    code: "wallet/corrupt-keyfile",
  });
  const large = join(folder.path, "large");
  await Deno.writeFile(large, new Uint8Array(65_537), { mode: 0o600 });
  await assert.rejects(readSecretFile(walletFile(folder.path, "large"), "hotkey"), {
    code: "wallet/corrupt-keyfile",
  });
});

Deno.test("readPublicFile() reads a file that everybody may read", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "coldkeypub.txt");
  await Deno.writeFile(path, bytes, { mode: 0o644 });
  assert.deepEqual(
    await readPublicFile(walletFile(folder.path, "coldkeypub.txt"), "public coldkey"),
    bytes,
  );
});

Deno.test("pathExists() sees links to nowhere", async () => {
  await using folder = await temporaryFolder();
  const link = join(folder.path, "link");
  await Deno.symlink(join(folder.path, "nowhere"), link);
  assert(await pathExists(link));
  assert(!await pathExists(join(folder.path, "nowhere")));
});
