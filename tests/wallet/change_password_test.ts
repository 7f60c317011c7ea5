import assert from "node:assert/strict";
import { join } from "node:path";
import { Wallet } from "../../lib/wallet/wallet.ts";
import { listingOf, snapshotOf, temporaryFolder } from "./folder.ts";
import { FAST_LIMITS, finney } from "./vectors.ts";

const key = finney.keys[0]!;
const OLD = () => "the old one";
const NEW = () => "the new one";

Deno.test("changePassword() opens with the new password only, and keeps all that was known", async () => {
  await using folder = await temporaryFolder();
  using made = new Wallet({ path: folder.path }, FAST_LIMITS);
  await made.regenerateColdkey({ mnemonic: key.mnemonic, password: OLD });
  assert.equal(await made.changePassword({ password: OLD, newPassword: NEW }), made);
  await assert.rejects(made.coldkey({ password: OLD }), { code: "wallet/wrong-password" });
  assert.equal((await made.coldkey({ password: NEW })).address, key.ss58Address);

  await made.changePassword({ password: NEW, newPassword: null });
  const members = JSON.parse(await Deno.readTextFile(join(folder.path, "default/coldkey")));
  assert.deepEqual(members, finney.keyfiles.hotkeyOrDecryptedColdkey.object);
  assert.deepEqual(await listingOf(folder.path), [
    "default 700",
    "default/coldkey 600",
    "default/coldkeypub.txt 600",
  ]);
});

Deno.test("changePassword() encrypts a hotkey, and takes the coldkey's password from the wallet", async () => {
  await using folder = await temporaryFolder();
  using made = new Wallet({ path: folder.path, password: OLD }, FAST_LIMITS);
  await made.create();
  const hotkey = await made.hotkeypub();
  await made.changePassword({ key: "hotkey", newPassword: NEW });
  using again = new Wallet({ path: folder.path }, FAST_LIMITS);
  assert.equal((await again.hotkey({ password: NEW })).address, hotkey);
  await made.changePassword({ newPassword: NEW });
  assert.equal((await again.coldkey({ password: NEW })).address, await made.coldkeypub());
});

Deno.test("changePassword() brings an old file, without a public one, to the format of today", async () => {
  await using folder = await temporaryFolder();
  await Deno.mkdir(join(folder.path, "default"));
  const path = join(folder.path, "default", "coldkey");
  const { file, password } = finney.ansibleVault;
  await Deno.writeTextFile(path, file, { mode: 0o600 });
  using made = new Wallet({ path: folder.path }, FAST_LIMITS);
  await made.changePassword({ password: () => password, newPassword: () => password });
  const start = (await Deno.readFile(path)).subarray(0, 5);
  assert.equal(new TextDecoder().decode(start), "$NACL");
  assert.equal(await made.coldkeypub(), key.ss58Address);
});

Deno.test("changePassword() changes nothing when it is refused or aborted", async () => {
  await using folder = await temporaryFolder();
  using made = new Wallet({ path: folder.path }, FAST_LIMITS);
  await made.regenerateColdkey({ mnemonic: key.mnemonic, password: OLD });
  const before = await snapshotOf(folder.path);
  const never = () => assert.fail("the old password is wrong");
  await assert.rejects(made.changePassword({ password: NEW, newPassword: never }), {
    code: "wallet/wrong-password",
  });
  await assert.rejects(made.changePassword({ password: OLD, newPassword: () => "" }), {
    code: "wallet/password-required",
  });
  const controller = new AbortController();
  const reason = new Error("changed my mind");
  const aborted = made.changePassword({
    password: OLD,
    newPassword: () => {
      controller.abort(reason);
      return NEW();
    },
    signal: controller.signal,
  });
  await assert.rejects(aborted, (error) => error === reason);
  await assert.rejects(made.changePassword({ key: "hotkey", newPassword: NEW }), {
    code: "wallet/missing-key",
  });
  assert.deepEqual(await snapshotOf(folder.path), before);
});
