import assert from "node:assert/strict";
import { join } from "node:path";
import { listWallets, type WalletInfo } from "../../lib/wallet/list_wallets.ts";
import { Wallet, wallet } from "../../lib/wallet/wallet.ts";
import { snapshotOf, temporaryFolder } from "./folder.ts";
import { FAST_LIMITS, finney } from "./vectors.ts";

const [key, other] = finney.keys;
assert(key && other);
const { json } = finney.keyfiles.hotkeyOrDecryptedColdkey;

/** A listing in lines: `name coldkey`, then `name/hotkey`. */
function linesOf(wallets: readonly WalletInfo[]): string[] {
  return wallets.flatMap(({ name, coldkey, hotkeys, problem }) => [
    `${name} ${problem?.code ?? describe(coldkey)}`,
    ...hotkeys.map((hotkey) => `${name}/${hotkey.name} ${describe(hotkey)}`),
  ]);
}

function describe(key: WalletInfo["coldkey"]): string {
  if (key === undefined) return "none";
  return [key.address?.slice(0, 6), key.encryption, key.problem?.code]
    .filter((part) => part !== undefined).join(" ");
}

Deno.test("listWallets() finds no wallets where there is no folder", async () => {
  await using folder = await temporaryFolder();
  assert.deepEqual(await listWallets({ path: join(folder.path, "none") }), []);
  assert.deepEqual(await listWallets({ path: folder.path }), []);
});

Deno.test("listWallets() shows every wallet and hotkey without a password, and changes nothing", async () => {
  await using folder = await temporaryFolder();
  const { path } = folder;
  const password = () => "a password";
  using bob = new Wallet({ path, name: "bob" }, FAST_LIMITS);
  await bob.regenerateColdkey({ mnemonic: key.mnemonic, password });
  await bob.regenerateHotkey({ mnemonic: other.mnemonic, password });
  using alice = wallet({ path, name: "alice", hotkey: "miner" });
  await alice.regenerateColdkeypub({ address: other.ss58Address });
  await alice.regenerateHotkey({ mnemonic: key.mnemonic });
  using validator = wallet({ path, name: "alice", hotkey: "validator" });
  await validator.regenerateHotkeypub({ address: key.ss58Address });
  // What older tools wrote: a hotkey without a public file.
  await Deno.writeTextFile(join(path, "alice/hotkeys/old"), json, { mode: 0o600 });
  // No wallets.
  for (const name of ["empty", ".git"]) await Deno.mkdir(join(path, name));
  await Deno.writeTextFile(join(path, "notes.txt"), "");
  await Deno.writeTextFile(join(path, "alice/hotkeys/.DS_Store"), "");
  await Deno.mkdir(join(path, "alice/hotkeys/folder"));

  const before = await snapshotOf(path);
  assert.deepEqual(linesOf(await listWallets({ path })), [
    `alice ${other.ss58Address.slice(0, 6)}`,
    `alice/miner ${key.ss58Address.slice(0, 6)} none`,
    `alice/old ${key.ss58Address.slice(0, 6)} none`,
    `alice/validator ${key.ss58Address.slice(0, 6)}`,
    `bob ${key.ss58Address.slice(0, 6)} nacl`,
    `bob/default ${other.ss58Address.slice(0, 6)} nacl`,
  ]);
  assert.deepEqual((await alice.hotkeys()).map(({ name }) => name), ["miner", "old", "validator"]);
  assert.deepEqual(await snapshotOf(path), before);
});

Deno.test("listWallets() tells of damaged entries, and shows the others", async () => {
  await using folder = await temporaryFolder();
  const { path } = folder;
  const write = async (name: string, text: string, mode = 0o600) => {
    await Deno.mkdir(join(path, name, ".."), { recursive: true });
    await Deno.writeTextFile(join(path, name), text);
    await Deno.chmod(join(path, name), mode);
  };
  const pub = finney.keyfiles.coldkeypubRust.json;
  await write("a/coldkeypub.txt", pub.slice(0, -9));
  await write("a/hotkeys/cut", json.slice(0, -9));
  await write("a/hotkeys/open", json, 0o644);
  await write("a/hotkeys/other", json);
  await write("a/hotkeys/otherpub.txt", JSON.stringify({ ss58Address: other.ss58Address }));
  await write("a/hotkeys/sound", json);
  await write("a/hotkeys/locked", finney.fernetLegacy.file);
  await write("b/coldkey", "hello");
  await write("c/hotkeys", "a file");
  await write("d/coldkeypub.txt", pub);
  const wallets = await listWallets({ path });
  const address = key.ss58Address.slice(0, 6);
  assert.deepEqual(linesOf(wallets), [
    "a wallet/corrupt-keyfile",
    "a/cut wallet/corrupt-keyfile",
    "a/locked fernet",
    "a/open wallet/unsafe-permissions",
    `a/other ${other.ss58Address.slice(0, 6)} none wallet/corrupt-keyfile`,
    `a/sound ${address} none`,
    "b wallet/corrupt-keyfile",
    "c wallet/unreadable",
    `d ${address}`,
  ]);
  const shown = Deno.inspect(wallets, { depth: 9 }) + JSON.stringify(wallets);
  assert(!shown.includes("leopard") && !shown.includes(key.secretSeed.slice(2, 12)));
});

Deno.test("listWallets() refuses a folder that it cannot read", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "file");
  await Deno.writeTextFile(path, "");
  await assert.rejects(listWallets({ path }), { code: "wallet/unreadable" });
});
