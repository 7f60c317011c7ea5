import assert from "node:assert/strict";
import { join } from "node:path";
import { type Shell, shell } from "./shell.ts";

/** Makes a wallet with keys that are not encrypted. */
async function createWallet(bt: Shell, ...args: readonly string[]): Promise<Created> {
  const mnemonics = join(bt.folder, crypto.randomUUID());
  const keys = ["--no-password", "--mnemonic-file", mnemonics];
  const created = await bt.json<Omit<Created, "mnemonics">>(
    "wallet-create",
    "wallet",
    "create",
    ...keys,
    ...args,
  );
  return { ...created, mnemonics };
}

interface Created {
  readonly coldkey: string;
  readonly hotkey: string;
  readonly created: readonly string[];
  /** The file with the mnemonics. */
  readonly mnemonics: string;
}

Deno.test("bt wallet create makes keys, and shows their mnemonics in a file alone", async () => {
  await using bt = await shell();
  const planned = await bt.json("dry-run", "wallet", "create", "--dry-run");
  assert.deepEqual(Object.keys(planned as object), ["dryRun", "plan"]);
  assert.deepEqual([...Deno.readDirSync(bt.folder)], []);

  const { coldkey, hotkey, created, mnemonics } = await createWallet(bt);
  assert.deepEqual(created, ["coldkey", "hotkey"]);
  assert.match(await Deno.readTextFile(mnemonics), /^coldkey: (\w+ ){11}\w+\nhotkey: /);
  assert.equal((await Deno.stat(mnemonics)).mode! & 0o777, 0o600);

  const again = await bt.run("wallet", "create", "--no-password", "--mnemonic-file", "m2");
  assert.equal(again.stdout, `coldkey  ${coldkey}\nhotkey   ${hotkey}\n`);
  assert.match(again.stderr, /Nothing to create/);
  await assert.rejects(Deno.stat(join(bt.folder, "m2")), Deno.errors.NotFound);
});

Deno.test("bt wallet create needs a place for mnemonics, a password, and leave to overwrite", async () => {
  await using bt = await shell();
  const [nowhere, unlocked] = await Promise.all([
    bt.fails(2, "wallet", "create", "--no-password"),
    bt.fails(7, "wallet", "create", "--mnemonic-file", "m"),
  ]);
  assert.match(nowhere.hint ?? "", /--mnemonic-file/);
  assert.match(unlocked.hint ?? "", /--password-env or --password-file/);
  assert.deepEqual([...Deno.readDirSync(bt.folder)], []);

  const { coldkey } = await createWallet(bt);
  const overwrite = ["wallet", "create", "--overwrite", "--no-password", "--mnemonic-file", "m"];
  const declined = await bt.fails(3, ...overwrite);
  assert.match(declined.hint ?? "", /--yes/);
  const other = await bt.json<Created>("wallet-create", ...overwrite, "--yes");
  assert.notEqual(other.coldkey, coldkey);
});

Deno.test("bt wallet list and show tell the public parts", async () => {
  await using bt = await shell();
  assert.match(await bt.text("wallet", "list"), /^No wallets in /);
  const { coldkey, hotkey } = await createWallet(bt, "--wallet", "alice", "--hotkey", "miner");
  const [list, table, keys, text] = await Promise.all([
    bt.json<{ wallets: { name: string; coldkey: { address: string } }[] }>(
      "wallet-list",
      "wallet",
      "list",
    ),
    bt.text("wallet", "list"),
    bt.json<Created>("wallet-show", "wallet", "show", "--wallet=alice", "--hotkey=miner"),
    // The flags of 2021, and a beginning of one.
    bt.text("wallet", "show", "--wallet.name", "alice", "--wallet.hot=miner"),
  ]);
  assert.deepEqual(list.wallets.map(({ name }) => name), ["alice"]);
  assert.equal(list.wallets[0]?.coldkey.address, coldkey);
  assert.match(table, new RegExp(`│ alice +│ ${coldkey} │ none`));
  assert.match(table, new RegExp(`│ - miner +│ ${hotkey} │ none`));
  assert.deepEqual([keys.coldkey, keys.hotkey], [coldkey, hotkey]);
  assert.match(text, new RegExp(`coldkey address +${coldkey}\nhotkey address +${hotkey}\n`));
});

Deno.test("bt wallet show says which name may have been meant", async () => {
  await using bt = await shell();
  const none = await bt.fails(4, "wallet", "show");
  assert.match(none.hint ?? "", /`bt wallet create` makes one/);
  await createWallet(bt, "--wallet", "alice", "--hotkey", "miner");
  const [wallet, hotkey, other] = await Promise.all([
    bt.fails(4, "wallet", "show", "--wallet", "alcie", "--hotkey", "miner"),
    bt.fails(4, "wallet", "show", "--wallet", "alice", "--hotkey", "minor"),
    bt.fails(4, "wallet", "show", "--wallet", "zoe"),
  ]);
  assert.equal(wallet.code, "wallet/missing-key");
  assert.equal(wallet.hint, "did you mean alice?");
  assert.equal(hotkey.hint, "did you mean miner?");
  assert.match(other.hint ?? "", /there are alice/);
});

Deno.test("bt wallet regen brings keys back from a mnemonic, and never overwrites unasked", async () => {
  await using bt = await shell();
  const { coldkey, hotkey, mnemonics } = await createWallet(bt);
  const regen = (key: string) => ["wallet", "regen", key, "--mnemonic-file", mnemonics];
  const other = ["--wallet", "other", "--no-password"];
  const [restored, text, exists, declined, nothing, publicPart] = await Promise.all([
    bt.json<{ address: string }>("wallet-regen", ...regen("coldkey"), ...other),
    bt.text(...regen("hotkey"), "--wallet", "third"),
    bt.fails(1, ...regen("coldkey"), "--no-password"),
    bt.fails(3, ...regen("coldkey"), "--no-password", "--overwrite"),
    bt.fails(2, "wallet", "regen", "coldkey", "--wallet", "fourth", "--no-password"),
    bt.json<{ address: string }>(
      "wallet-regen",
      ...["wallet", "regen", "coldkey", "--wallet", "watched", "--address", coldkey],
    ),
  ]);
  assert.equal(restored.address, coldkey);
  assert.equal(text, `hotkey  ${hotkey}\n`);
  assert.equal(exists.code, "wallet/exists");
  assert.match(exists.hint ?? "", /--overwrite/);
  assert.match(declined.hint ?? "", /--yes/);
  assert.match(nothing.hint ?? "", /--seed-file/);
  assert.equal(publicPart.address, coldkey);
  const planned = await bt.json("dry-run", ...regen("coldkey"), "--overwrite", "--dry-run");
  assert.match(JSON.stringify(planned), /Replace the coldkey/);
});

Deno.test("bt wallet password shows its plan, and encrypts a key", async () => {
  await using bt = await shell();
  await createWallet(bt);
  const secret = join(bt.folder, "password");
  await Deno.writeTextFile(secret, "correct horse battery staple\n", { mode: 0o600 });
  const change = ["wallet", "password", "hotkey"];
  const to = ["--password-file", secret];
  const [planned, declined, wrong] = await Promise.all([
    bt.json("dry-run", ...change, ...to, "--dry-run"),
    bt.fails(3, ...change, ...to),
    bt.fails(2, "wallet", "password", "hatkey"),
  ]);
  assert.match(JSON.stringify(planned), /Encrypt the hotkey/);
  assert.match(declined.hint ?? "", /--yes/);
  assert.match(wrong.hint ?? "", /allowed choices are coldkey, hotkey/);

  const changed = await bt.json<{ encrypted: boolean }>(
    "wallet-password",
    ...change,
    ...to,
    "--yes",
  );
  assert.equal(changed.encrypted, true);
  const { wallets: [wallet] } = await bt.json<
    { wallets: { hotkeys: { encryption: string }[] }[] }
  >("wallet-list", "wallet", "list");
  assert.notEqual(wallet?.hotkeys[0]?.encryption, "none");

  const back = [...change, "--no-password", "--yes"];
  const refused = await bt.fails(7, ...back, "--unlock-hotkey-env", "BT_CONFIG");
  assert.equal(refused.code, "wallet/wrong-password");
  const text = await bt.text(...back, "--unlock-hotkey-file", secret);
  assert.match(text, /^The hotkey of .* is stored without a password\.\n$/);
});

Deno.test("bt wallet create encrypts the coldkey, which --unlock-env opens", async () => {
  const variable = "BT_TEST_PASSWORD";
  await using bt = await shell({ [variable]: "correct horse battery staple" });
  const create = ["wallet", "create", "--mnemonic-file", "mnemonics"];
  const created = await bt.text(...create, "--password-env", variable);
  assert.match(created, /^coldkey +5\w{47}\nhotkey +5\w{47}\n$/);
  const change = ["wallet", "password", "coldkey", "--no-password", "--yes"];
  const locked = await bt.fails(7, ...change);
  assert.equal(locked.code, "wallet/password-required");
  const changed = await bt.json<{ encrypted: boolean }>(
    "wallet-password",
    ...change,
    "--unlock-env",
    variable,
  );
  assert.equal(changed.encrypted, false);
});
