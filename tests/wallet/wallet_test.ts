import assert from "node:assert/strict";
import { join } from "node:path";
import { BittensorError } from "../../lib/base/errors.ts";
import { logging } from "../../lib/domain/logging.ts";
import { encrypt } from "../../lib/wallet/encryption.ts";
import { verify } from "../../lib/wallet/keypair.ts";
import { Wallet, wallet, type WalletOptions } from "../../lib/wallet/wallet.ts";
import { listingOf, snapshotOf, temporaryFolder } from "./folder.ts";
import { FAST_LIMITS, finney } from "./vectors.ts";

const { json, object } = finney.keyfiles.hotkeyOrDecryptedColdkey;
const other = finney.keys[1]!;
const utf8 = (text: string) => new TextEncoder().encode(text);

const FILES = [
  "default 700",
  "default/coldkey 600",
  "default/coldkeypub.txt 600",
  "default/hotkeys 700",
  "default/hotkeys/default 600",
  "default/hotkeys/defaultpub.txt 600",
];

/** Puts a coldkey and a hotkey file into the wallet `default`. */
async function writeWallet(path: string, file: string | Uint8Array): Promise<void> {
  const bytes = typeof file === "string" ? utf8(file) : file;
  await Deno.mkdir(join(path, "default", "hotkeys"), { recursive: true });
  for (const name of ["coldkey", "hotkeys/default"]) {
    await Deno.writeFile(join(path, "default", name), bytes, { mode: 0o600 });
  }
}

/** Expects both keys to be refused, with nothing changed on disk and no secret in the error. */
async function assertRefused(wallet: Wallet, code: string, password: string): Promise<void> {
  const before = await snapshotOf(wallet.path);
  for (const kind of ["coldkey", "hotkey"] as const) {
    await assert.rejects(wallet[kind]({ password: () => password }), (error) => {
      assert(error instanceof BittensorError, String(error));
      assert.equal(error.code, code);
      const shown = Deno.inspect(error);
      for (const secret of [password, object.secretPhrase, object.secretSeed.slice(2)]) {
        assert(!shown.includes(secret));
      }
      return true;
    });
  }
  assert.deepEqual(await snapshotOf(wallet.path), before);
}

Deno.test("wallet() touches nothing and has the names of the tutorial", async () => {
  await using folder = await temporaryFolder();
  using made = wallet({ path: join(folder.path, "none") });
  assert.deepEqual([made.name, made.hotkeyName], ["default", "default"]);
  assert.deepEqual(await snapshotOf(folder.path), {});
  assert.equal(String(wallet()), "Wallet (default, default, ~/.bittensor/wallets)");
  assert.throws(() => wallet({ name: "../other" }), { code: "wallet/invalid-name" });
  assert.throws(() => wallet({ hotkey: "xpub.txt" }), { code: "wallet/invalid-name" });
});

Deno.test("create() writes both keys without a password, and nothing else", async () => {
  await using folder = await temporaryFolder();
  using made = await wallet({ path: folder.path }).create({ password: null });
  assert.deepEqual(await listingOf(folder.path), FILES);
  const hotkey = await made.hotkey();
  const coldkey = await made.coldkey();
  assert.notEqual(hotkey.address, coldkey.address);
  assert.equal(await made.coldkeypub(), coldkey.address);
  assert(verify(hotkey.address, utf8("hello"), hotkey.sign(utf8("hello"))));
});

Deno.test("create() tells each mnemonic once, and it restores the key", async () => {
  await using folder = await temporaryFolder();
  const told: string[] = [];
  using made = wallet({ path: folder.path });
  await made.create({
    password: null,
    words: 24,
    onMnemonic: async ({ kind, mnemonic }) => {
      const file = kind === "coldkey" ? "default/coldkey" : "default/hotkeys/default";
      const members = JSON.parse(await Deno.readTextFile(join(folder.path, file)));
      assert.equal(members.secretPhrase, mnemonic);
      assert.equal(mnemonic.split(" ").length, 24);
      told.push(kind);
    },
  });
  assert.deepEqual(told, ["coldkey", "hotkey"]);
  await made.create({ password: null, onMnemonic: () => assert.fail("nothing is new") });
});

Deno.test("create() called twice keeps the keys", async () => {
  await using folder = await temporaryFolder();
  using made = await wallet({ path: folder.path }).create({ password: null });
  const before = await snapshotOf(folder.path);
  assert.equal(await made.create(), made);
  await wallet({ path: folder.path }).create({ password: () => "another one" });
  assert.deepEqual(await snapshotOf(folder.path), before);
});

Deno.test("create() adds a hotkey to a wallet that exists, or of which only the public key is here", async () => {
  await using folder = await temporaryFolder();
  using first = await wallet({ path: folder.path }).create({ password: null });
  const coldkey = await first.coldkeypub();
  await Deno.remove(join(folder.path, "default", "coldkey"));
  using second = await wallet({ path: folder.path, hotkey: "second" }).create();
  assert.equal(await second.coldkeypub(), coldkey);
  assert.notEqual((await second.hotkey()).address, (await first.hotkey()).address);
  await assert.rejects(second.coldkey(), { code: "wallet/missing-key" });
});

Deno.test("create() replaces keys only when told to, and forgets the old ones", async () => {
  await using folder = await temporaryFolder();
  using made = await wallet({ path: folder.path }).create({ password: null });
  const [coldkey, hotkey] = [await made.coldkey(), await made.hotkey()];
  await made.create({ password: null, overwrite: true });
  assert.deepEqual(await listingOf(folder.path), FILES);
  assert(coldkey.disposed && hotkey.disposed);
  assert.notEqual((await made.coldkey()).address, coldkey.address);
  assert.notEqual((await made.hotkey()).address, hotkey.address);
  assert.equal(await made.coldkeypub(), (await made.coldkey()).address);
});

Deno.test("create() refuses a public file whose hotkey is gone, before anything is written", async () => {
  await using folder = await temporaryFolder();
  const hotkeys = join(folder.path, "default", "hotkeys");
  await Deno.mkdir(hotkeys, { recursive: true });
  await Deno.writeTextFile(join(hotkeys, "defaultpub.txt"), finney.keyfiles.coldkeypubRust.json);
  const before = await snapshotOf(folder.path);
  await assert.rejects(wallet({ path: folder.path }).create({ password: null }), {
    code: "wallet/exists",
  });
  assert.deepEqual(await snapshotOf(folder.path), before);
});

Deno.test("create() leaves nothing behind when it is refused or aborted", async () => {
  await using folder = await temporaryFolder();
  const reason = new Error("changed my mind");
  const controller = new AbortController();
  using made = wallet({ path: folder.path });
  const aborted = made.create({
    password: () => "long enough",
    signal: controller.signal,
    onProgress: () => controller.abort(reason),
  });
  await assert.rejects(aborted, (error) => error === reason);
  await assert.rejects(made.create({ password: () => "" }), { code: "wallet/password-required" });
  await assert.rejects(made.create({ password: null, signal: AbortSignal.abort(reason) }));
  assert.deepEqual(await snapshotOf(folder.path), {});
});

Deno.test("create() refuses a folder that is a file, and changes nothing", async () => {
  await using folder = await temporaryFolder();
  await Deno.mkdir(join(folder.path, "default"));
  await Deno.writeTextFile(join(folder.path, "default", "hotkeys"), "a file");
  const before = await snapshotOf(folder.path);
  await assert.rejects(
    wallet({ path: folder.path }).create({ password: null }),
    (error) => error instanceof BittensorError && /^wallet\/un(read|writ)able$/.test(error.code),
  );
  assert.deepEqual(await snapshotOf(folder.path), before);
});

Deno.test("coldkey() opens what create() encrypted, with the password of the call or the wallet", async () => {
  await using folder = await temporaryFolder();
  using made = new Wallet({ path: folder.path, password: () => "pässwörd-τ" }, FAST_LIMITS);
  await made.create();
  const file = await Deno.readFile(join(folder.path, "default", "coldkey"));
  assert.equal(new TextDecoder().decode(file.subarray(0, 5)), "$NACL");
  assert.equal((await made.coldkey()).address, await made.coldkeypub());
  using again = new Wallet({ path: folder.path }, FAST_LIMITS);
  const coldkey = await again.coldkey({ password: () => "pässwörd-τ" });
  assert.equal(coldkey.address, await made.coldkeypub());
  assert.equal(await again.coldkey(), coldkey);
});

Deno.test("hotkey() and coldkey() tell the log, once, which key they loaded", async () => {
  await using folder = await temporaryFolder();
  const lines: string[] = [];
  await using _ = await logging({ color: false, write: (line) => lines.push(line) });
  lines.length = 0;
  await writeWallet(folder.path, json);
  using loaded = wallet({ path: folder.path });
  for (let time = 0; time < 2; time++) await loaded.hotkey();
  await loaded.coldkey();
  assert.deepEqual(lines.map((line) => line.slice("YYYY-MM-DD HH:mm:ss.SSS | ".length)), [
    `    SUCCESS      | Loaded hotkey:      ${object.publicKey}`,
    `    SUCCESS      | Loaded coldkey:     ${object.publicKey}`,
  ]);
});

Deno.test("hotkey() opens an encrypted hotkey with the hotkeyPassword of the wallet", async () => {
  await using folder = await temporaryFolder();
  using made = new Wallet({ path: folder.path }, FAST_LIMITS);
  await made.createNewHotkey({ password: () => "a hotkey's own" });
  const passwords = { password: () => "the coldkey's", hotkeyPassword: () => "a hotkey's own" };
  using again = new Wallet({ path: folder.path, ...passwords }, FAST_LIMITS);
  assert.equal((await again.hotkey()).address, await made.hotkeypub());
  // A password itself would be in the source of the program.
  const wrong = { hotkeyPassword: "a hotkey's own" } as unknown as WalletOptions;
  assert.throws(() => wallet(wrong), TypeError);
});

Deno.test("coldkey() opens files of the network's own wallet at full cost, off the main thread", async () => {
  for (const { fileHex, password, plaintext } of finney.nacl.vectors) {
    await using folder = await temporaryFolder();
    await writeWallet(folder.path, Uint8Array.fromHex(fileHex.slice(2)));
    using loaded = wallet({ path: folder.path });
    const elapsed: number[] = [];
    const coldkey = await loaded.coldkey({
      password: () => password,
      onProgress: (elapsedMs) => elapsed.push(elapsedMs),
    });
    assert.equal(coldkey.address, JSON.parse(plaintext).ss58Address);
    assert(elapsed.length > 3, "the main thread was blocked");
    assert.deepEqual(elapsed, elapsed.toSorted((a, b) => a - b));
  }
});

Deno.test("coldkey() refuses the wrong password of a file of the network's own wallet", async () => {
  await using folder = await temporaryFolder();
  await writeWallet(folder.path, Uint8Array.fromHex(finney.nacl.vectors[0]!.fileHex.slice(2)));
  using loaded = wallet({ path: folder.path });
  const opening = loaded.coldkey({ password: () => finney.nacl.wrongPassword });
  await assert.rejects(opening, { code: "wallet/wrong-password" });
});

Deno.test("coldkey() and hotkey() refuse a wrong password and change nothing", async () => {
  await using folder = await temporaryFolder();
  await writeWallet(folder.path, await encrypt(utf8(json), "right", "", { limits: FAST_LIMITS }));
  using loaded = new Wallet({ path: folder.path }, FAST_LIMITS);
  await assertRefused(loaded, "wallet/wrong-password", "wrong-password-1");
  assert.equal((await loaded.hotkey({ password: () => "right" })).address, object.ss58Address);
});

Deno.test("coldkey() and hotkey() refuse a truncated key file and change nothing", async () => {
  await using folder = await temporaryFolder();
  using loaded = new Wallet({ path: folder.path }, FAST_LIMITS);
  const encrypted = await encrypt(utf8(json), "right", "", { limits: FAST_LIMITS });
  for (const file of ["", json.slice(0, 300), json.slice(0, -1), "$NACL"]) {
    await writeWallet(folder.path, file);
    await assertRefused(loaded, "wallet/corrupt-keyfile", "right");
  }
  await writeWallet(folder.path, encrypted.subarray(0, 40));
  await assertRefused(loaded, "wallet/corrupt-keyfile", "right");
  for (const old of [finney.ansibleVault.file, finney.fernetLegacy.file]) {
    await writeWallet(folder.path, old.slice(0, -30));
    await assertRefused(loaded, "wallet/corrupt-keyfile", "right");
  }
  await writeWallet(folder.path, encrypted.subarray(0, -1));
  await assertRefused(loaded, "wallet/wrong-password", "right");
  await writeWallet(folder.path, await encrypt(utf8("{}"), "right", "", { limits: FAST_LIMITS }));
  await assertRefused(loaded, "wallet/corrupt-keyfile", "right");
});

Deno.test("coldkey() and hotkey() refuse a key file with permissions for others and change nothing", async () => {
  await using folder = await temporaryFolder();
  await writeWallet(folder.path, json);
  for (const name of ["coldkey", "hotkeys/default"]) {
    await Deno.chmod(join(folder.path, "default", name), 0o644);
  }
  using loaded = wallet({ path: folder.path });
  await assertRefused(loaded, "wallet/unsafe-permissions", "any password");
});

Deno.test("coldkey() and hotkey() say which file is missing", async () => {
  await using folder = await temporaryFolder();
  using loaded = wallet({ path: folder.path, name: "alice", hotkey: "miner" });
  await assert.rejects(loaded.hotkey(), {
    code: "wallet/missing-key",
    message: `Cannot find the hotkey miner of wallet alice: no file ${
      join(folder.path, "alice/hotkeys/miner")
    }`,
  });
  await assert.rejects(loaded.coldkey(), { code: "wallet/missing-key" });
  await assert.rejects(loaded.coldkeypub(), { code: "wallet/missing-key" });
});

Deno.test("coldkey() refuses a secret that is not that of its public file", async () => {
  await using folder = await temporaryFolder();
  await writeWallet(folder.path, json);
  const { publicKey, ss58Address } = other;
  await Deno.writeTextFile(
    join(folder.path, "default", "coldkeypub.txt"),
    JSON.stringify({ publicKey, ss58Address }),
  );
  using loaded = wallet({ path: folder.path });
  await assert.rejects(loaded.coldkey(), { code: "wallet/corrupt-keyfile" });
  assert.equal((await loaded.hotkey()).address, object.ss58Address);
});

Deno.test("hotkey() unlocks once, and again after the key was disposed of", async () => {
  await using folder = await temporaryFolder();
  await writeWallet(folder.path, json);
  using loaded = wallet({ path: folder.path });
  const [first, second] = await Promise.all([loaded.hotkey(), loaded.hotkey()]);
  assert.equal(first, second);
  first[Symbol.dispose]();
  const third = await loaded.hotkey();
  assert.notEqual(third, first);
  assert.equal(third.sign(utf8("hello")).length, 64);
});

Deno.test("Wallet wipes its keys when it is disposed of", async () => {
  await using folder = await temporaryFolder();
  await writeWallet(folder.path, json);
  const loaded = wallet({ path: folder.path });
  const hotkey = await loaded.hotkey();
  const late = loaded.coldkey();
  loaded[Symbol.dispose]();
  assert.throws(() => hotkey.sign(utf8("hello")), TypeError);
  await assert.rejects(late, TypeError);
  await assert.rejects(loaded.hotkey(), TypeError);
});

Deno.test("Wallet shows its names and never a secret", async () => {
  await using folder = await temporaryFolder();
  await writeWallet(folder.path, json);
  using loaded = wallet({ path: folder.path, password: () => "open sesame" });
  await loaded.coldkey();
  const shown = [
    String(loaded),
    JSON.stringify(loaded),
    Deno.inspect(loaded, { depth: 9, showHidden: true }),
    JSON.stringify(Object.entries(loaded)),
  ].join("\n");
  assert(shown.includes(`Wallet (default, default, ${folder.path})`));
  for (const secret of ["sesame", "leopard", object.secretSeed.slice(2, 12)]) {
    assert(!shown.includes(secret));
  }
});
