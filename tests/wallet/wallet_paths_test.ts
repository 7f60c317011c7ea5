import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import { checkHotkeyName, checkWalletName, locateKeys } from "../../lib/wallet/wallet_paths.ts";

Deno.test("locateKeys() lays the files out as every tool of the network does", () => {
  const { coldkey, hotkey } = locateKeys("/wallets", "alice", "miner");
  assert.deepEqual(
    [coldkey.secretFile, coldkey.publicFile, hotkey.secretFile, hotkey.publicFile]
      .map(({ path }) => path),
    [
      "/wallets/alice/coldkey",
      "/wallets/alice/coldkeypub.txt",
      "/wallets/alice/hotkeys/miner",
      "/wallets/alice/hotkeys/minerpub.txt",
    ],
  );
});

Deno.test("locateKeys() expands a leading tilde, and no other", () => {
  const coldkey = (path: string) => locateKeys(path, "a", "b").coldkey.secretFile.path;
  assert.equal(coldkey("~/wallets"), join(homedir(), "wallets/a/coldkey"));
  assert.equal(coldkey("~"), join(homedir(), "a/coldkey"));
  assert.equal(coldkey("~alice/wallets"), "~alice/wallets/a/coldkey");
  assert.equal(coldkey("/x/~/y"), "/x/~/y/a/coldkey");
});

Deno.test("checkWalletName() and checkHotkeyName() refuse what leaves the folder", () => {
  for (const name of ["", ".", "..", "a/b", "../a", "a\\b", "a\0b", "a\nb"]) {
    assert.throws(() => checkWalletName(name), { code: "wallet/invalid-name" }, name);
    assert.throws(() => checkHotkeyName(name), { code: "wallet/invalid-name" }, name);
  }
  for (const name of ["default", "my-wallet", "w.d", "ä", "with space", "..."]) {
    checkWalletName(name);
    checkHotkeyName(name);
  }
});

Deno.test("checkHotkeyName() refuses the name of a public file", () => {
  assert.throws(() => checkHotkeyName("defaultpub.txt"), { code: "wallet/invalid-name" });
  assert.throws(() => checkHotkeyName("pub.txt"), { code: "wallet/invalid-name" });
  checkWalletName("defaultpub.txt");
});
