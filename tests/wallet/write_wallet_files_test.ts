import assert from "node:assert/strict";
import { join } from "node:path";
import { readSecretFile } from "../../lib/wallet/key_storage.ts";
import { finishInterruptedWrite, writeWalletFiles } from "../../lib/wallet/write_wallet_files.ts";
import { listingOf, snapshotOf, temporaryFolder, walletFile } from "./folder.ts";

const bytes = new TextEncoder().encode("secret");
const other = new TextEncoder().encode("another secret");

const newFiles = (folder: string, names: readonly string[], content = bytes) =>
  names.map((name) => ({ ...walletFile(folder, name), bytes: content }));

Deno.test("writeWalletFiles() makes files 0600 and folders 0700, whatever the umask", async () => {
  await using folder = await temporaryFolder();
  const wallet = join(folder.path, "w");
  await writeWalletFiles(newFiles(wallet, ["coldkey", "hotkeys/a"]), { overwrite: false });
  assert.deepEqual(await listingOf(folder.path), [
    "w 700",
    "w/coldkey 600",
    "w/hotkeys 700",
    "w/hotkeys/a 600",
  ]);
  assert.deepEqual(await readSecretFile(walletFile(wallet, "hotkeys/a"), "key"), bytes);
});

Deno.test("writeWalletFiles() keeps the mode of folders that exist", async () => {
  await using folder = await temporaryFolder();
  await Deno.mkdir(join(folder.path, "w"), { mode: 0o755 });
  await writeWalletFiles(newFiles(join(folder.path, "w"), ["coldkey"]), { overwrite: false });
  assert.deepEqual(await listingOf(folder.path), ["w 755", "w/coldkey 600"]);
});

Deno.test("writeWalletFiles() changes nothing if one of the files exists", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeFile(join(folder.path, "coldkey"), bytes);
  const before = await snapshotOf(folder.path);
  await assert.rejects(
    writeWalletFiles(newFiles(folder.path, ["hotkeys/a", "coldkey"], other), { overwrite: false }),
    { code: "wallet/exists" },
  );
  assert.deepEqual(await snapshotOf(folder.path), before);
});

Deno.test("writeWalletFiles() changes nothing if a file cannot be where it belongs", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeFile(join(folder.path, "coldkey"), bytes, { mode: 0o600 });
  const write = () =>
    writeWalletFiles(newFiles(folder.path, ["coldkey", "hotkeys/a"], other), { overwrite: true });
  const isUnwritable = (error: Error & { code?: string }) =>
    /^wallet\/un(writ|read)able$/.test(error.code ?? "");

  await Deno.writeFile(join(folder.path, "hotkeys"), bytes);
  const before = await snapshotOf(folder.path);
  await assert.rejects(write(), isUnwritable);
  assert.deepEqual(await snapshotOf(folder.path), before);

  await Deno.remove(join(folder.path, "hotkeys"));
  await Deno.mkdir(join(folder.path, "hotkeys", "a"), { recursive: true });
  await assert.rejects(write(), isUnwritable);
  assert.deepEqual(await Deno.readFile(join(folder.path, "coldkey")), bytes);
});

/** Why a folder cannot refuse us. */
const ROOT = Deno.uid() === 0 ? " (skipped: the administrator may write everywhere)" : "";

Deno.test({
  name: `writeWalletFiles() takes new files back if the folder of the hotkeys refuses them${ROOT}`,
  ignore: ROOT !== "",
  fn: async () => {
    await using folder = await temporaryFolder();
    await Deno.writeFile(join(folder.path, "coldkey"), bytes, { mode: 0o600 });
    await Deno.mkdir(join(folder.path, "hotkeys"), { mode: 0o500 });
    const before = await snapshotOf(folder.path);
    await assert.rejects(
      writeWalletFiles(newFiles(folder.path, ["coldkey", "hotkeys/a"], other), { overwrite: true }),
      { code: "wallet/unwritable" },
    );
    assert.deepEqual(await snapshotOf(folder.path), before);
  },
});

Deno.test("writeWalletFiles() lets only one of many writers have the names", async () => {
  await using folder = await temporaryFolder();
  const wallet = join(folder.path, "w");
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) =>
      writeWalletFiles(
        newFiles(wallet, ["coldkey", "hotkeys/a"], Uint8Array.of(index)),
        { overwrite: false },
      )),
  );
  assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
  for (const result of results) {
    if (result.status === "rejected") assert.equal(result.reason.code, "wallet/exists");
  }
  const winner = results.findIndex(({ status }) => status === "fulfilled");
  for (const name of ["coldkey", "hotkeys/a"]) {
    assert.deepEqual(await Deno.readFile(join(wallet, name)), Uint8Array.of(winner));
  }
  assert.equal((await listingOf(wallet)).length, 3);
});

Deno.test("writeWalletFiles() leaves files of one writer, not of several, when many overwrite", async () => {
  await using folder = await temporaryFolder();
  const names = ["coldkey", "coldkeypub.txt", "hotkeys/a"];
  await Promise.all(
    Array.from(
      { length: 8 },
      (_, index) =>
        writeWalletFiles(newFiles(folder.path, names, Uint8Array.of(index)), { overwrite: true }),
    ),
  );
  const left = await Promise.all(names.map((name) => Deno.readFile(join(folder.path, name))));
  assert.deepEqual(left, [left[0], left[0], left[0]]);
});

Deno.test("readers see through a write that was interrupted, and the next one finishes it", async () => {
  await using folder = await temporaryFolder();
  await writeWalletFiles(newFiles(folder.path, ["coldkey", "hotkeys/a"]), { overwrite: false });
  await Deno.mkdir(join(folder.path, ".pending/hotkeys"), { recursive: true });
  for (const name of ["coldkey", "hotkeys/a"]) {
    await Deno.writeFile(join(folder.path, ".pending", name), other, { mode: 0o600 });
    assert.deepEqual(await readSecretFile(walletFile(folder.path, name), "key"), other);
  }
  await finishInterruptedWrite(folder.path);
  assert.deepEqual(await Deno.readFile(join(folder.path, "hotkeys/a")), other);
  assert.deepEqual(await listingOf(folder.path), ["coldkey 600", "hotkeys 700", "hotkeys/a 600"]);
});

/** Why there is no second disk. */
const NO_DISK = Deno.build.os === "linux" ? "" : " (skipped: it takes /dev/shm of Linux)";

Deno.test({
  name: `writeWalletFiles() follows a folder of hotkeys that is a link to another disk${NO_DISK}`,
  ignore: NO_DISK !== "",
  fn: async () => {
    await using folder = await temporaryFolder();
    // In a process of its own: Deno keeps /dev from whoever has not all permissions.
    const code = `
      import { writeWalletFiles } from "${new URL(
      "../../lib/wallet/write_wallet_files.ts",
      import.meta.url,
    )}";
      const disk = await Deno.makeTempDir({ dir: "/dev/shm" });
      try {
        const folder = ${JSON.stringify(folder.path)};
        await Deno.symlink(disk, folder + "/hotkeys");
        const file = { folder, name: "hotkeys/a", path: folder + "/hotkeys/a" };
        const files = [{ ...file, bytes: new TextEncoder().encode("secret") }];
        await writeWalletFiles(files, { overwrite: false });
        const { dev, mode } = await Deno.stat(disk + "/a");
        console.log(await Deno.readTextFile(disk + "/a"), (mode & 0o777).toString(8));
        console.log(dev === (await Deno.stat(folder)).dev ? "one disk" : "two disks");
      } finally {
        await Deno.remove(disk, { recursive: true });
      }`;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", code],
      cwd: join(import.meta.dirname!, "../.."),
    }).output();
    assert.equal(
      new TextDecoder().decode(stdout),
      "secret 600\ntwo disks\n",
      new TextDecoder().decode(stderr),
    );
    assert.deepEqual(
      (await Array.fromAsync(Deno.readDir(folder.path), ({ name }) => name)).sort(),
      ["hotkeys"],
    );
  },
});
