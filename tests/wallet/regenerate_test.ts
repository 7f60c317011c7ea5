import assert from "node:assert/strict";
import { join } from "node:path";
import { address } from "../../lib/domain/address.ts";
import type { KeySource } from "../../lib/wallet/key_source.ts";
import { Wallet, wallet } from "../../lib/wallet/wallet.ts";
import { listingOf, snapshotOf, temporaryFolder } from "./folder.ts";
import { FAST_LIMITS, finney } from "./vectors.ts";

const key = finney.keys[0]!;
const other = finney.keys[1]!;
const { coldkeypubRust, hotkeyOrDecryptedColdkey } = finney.keyfiles;

Deno.test("regenerateColdkey() writes the published files, from mnemonic and seed", async () => {
  const sources: readonly [KeySource, Record<string, unknown>][] = [
    [{ mnemonic: key.mnemonic }, {}],
    [{ mnemonic: `  ${key.mnemonic.toUpperCase().replaceAll(" ", "\n ")}\n` }, {}],
    [{ seed: key.secretSeed }, { secretPhrase: undefined }],
    [{ seed: key.secretSeed.slice(2).toUpperCase() }, { secretPhrase: undefined }],
    [{ uri: key.mnemonic }, { secretPhrase: undefined, secretSeed: undefined }],
  ];
  for (const [source, changes] of sources) {
    await using folder = await temporaryFolder();
    using made = wallet({ path: folder.path });
    assert.equal(await made.regenerateColdkey({ ...source, password: null }), made);
    const [secret, named] = await Promise.all(
      ["coldkey", "coldkeypub.txt"].map(async (name) =>
        JSON.parse(await Deno.readTextFile(join(folder.path, "default", name)))
      ),
    );
    const expected = { ...hotkeyOrDecryptedColdkey.object, ...changes };
    assert.deepEqual(secret, JSON.parse(JSON.stringify(expected)));
    assert.deepEqual(named, JSON.parse(coldkeypubRust.json));
    assert.equal((await made.coldkey()).address, key.ss58Address);
  }
});

Deno.test("regenerateHotkey() makes several hotkeys of one coldkey, plain or encrypted", async () => {
  await using folder = await temporaryFolder();
  using first = wallet({ path: folder.path, hotkey: "first" });
  await first.regenerateColdkey({ mnemonic: key.mnemonic, password: null });
  await first.regenerateHotkey({ uri: "//Alice" });
  using second = new Wallet({ path: folder.path, hotkey: "second" }, FAST_LIMITS);
  await second.regenerateHotkey({ seed: other.secretSeed, password: () => "a password" });
  assert.deepEqual(await listingOf(folder.path), [
    "default 700",
    "default/coldkey 600",
    "default/coldkeypub.txt 600",
    "default/hotkeys 700",
    "default/hotkeys/first 600",
    "default/hotkeys/firstpub.txt 600",
    "default/hotkeys/second 600",
    "default/hotkeys/secondpub.txt 600",
  ]);
  assert.equal(await second.hotkeypub(), other.ss58Address);
  assert.equal(await second.coldkeypub(), key.ss58Address);
  await assert.rejects(second.hotkey({ password: null }), { code: "wallet/password-required" });
  const hotkey = await second.hotkey({ password: () => "a password" });
  assert.equal(hotkey.address, other.ss58Address);
});

Deno.test("regenerateColdkey() refuses malformed sources, without quoting them, and writes nothing", async () => {
  await using folder = await temporaryFolder();
  using made = wallet({ path: folder.path });
  const seed = key.secretSeed;
  const cases: readonly [KeySource, string][] = [
    [{ mnemonic: key.mnemonic.replace("leopard", "leopards") }, "wallet/invalid-mnemonic"],
    [{ mnemonic: "" }, "wallet/invalid-mnemonic"],
    [{ seed: seed.slice(0, -1) }, "wallet/invalid-seed"],
    [{ seed: `${seed}00` }, "wallet/invalid-seed"],
    [{ seed: seed.replace("da3c", "da3g") }, "wallet/invalid-seed"],
    [{ uri: `${seed}/` }, "wallet/invalid-uri"],
    [{ json: `{"seed": "${seed}"}`, jsonPassword: () => "leopard" }, "wallet/corrupt-keyfile"],
  ];
  const asked = () => assert.fail("no password is needed for what cannot be read");
  for (const [source, code] of cases) {
    const regenerated = made.regenerateColdkey({ ...source, password: asked });
    await assert.rejects(regenerated, (error: Error & { code?: string }) => {
      assert.equal(error.code, code);
      const shown = Deno.inspect(error);
      assert(!shown.includes("leopard") && !shown.includes(seed.slice(6, 20)), shown);
      return true;
    });
  }
  const nothing = {} as KeySource;
  await assert.rejects(made.regenerateColdkey({ ...nothing, password: null }), TypeError);
  assert.deepEqual(await snapshotOf(folder.path), {});
});

Deno.test("regenerateColdkey() replaces a key only when told to, and forgets the old one", async () => {
  await using folder = await temporaryFolder();
  using made = wallet({ path: folder.path });
  await made.regenerateColdkey({ mnemonic: key.mnemonic, password: null });
  const before = await snapshotOf(folder.path);
  const old = await made.coldkey();
  const again = { mnemonic: other.mnemonic, password: null };
  await assert.rejects(made.regenerateColdkey(again), { code: "wallet/exists" });
  assert.deepEqual(await snapshotOf(folder.path), before);
  assert(!old.disposed);
  await made.regenerateColdkey({ ...again, overwrite: true });
  assert(old.disposed);
  assert.equal((await made.coldkey()).address, other.ss58Address);
  assert.equal(await made.coldkeypub(), other.ss58Address);
});

Deno.test("regenerateColdkeypub() writes the public file alone, from address or public key", async () => {
  for (
    const source of [
      { address: key.ss58Address },
      { publicKey: key.publicKey },
      { publicKey: key.publicKey.slice(2) },
      { publicKey: Uint8Array.fromHex(key.publicKey.slice(2)) },
    ]
  ) {
    await using folder = await temporaryFolder();
    using made = wallet({ path: folder.path });
    await made.regenerateColdkeypub(source);
    await made.regenerateHotkeypub({ address: other.ss58Address });
    assert.deepEqual(await listingOf(folder.path), [
      "default 700",
      "default/coldkeypub.txt 600",
      "default/hotkeys 700",
      "default/hotkeys/defaultpub.txt 600",
    ]);
    assert.equal(await made.coldkeypub(), address(key.ss58Address));
    assert.equal(await made.hotkeypub(), address(other.ss58Address));
    await assert.rejects(made.coldkey(), { code: "wallet/missing-key" });
  }
});

Deno.test("regenerateColdkeypub() refuses what is no key, and does not part a secret from its file", async () => {
  await using folder = await temporaryFolder();
  using made = wallet({ path: folder.path });
  const before = await snapshotOf(folder.path);
  for (const publicKey of ["", "0x12", "0xzz", key.publicKey.slice(0, -2), new Uint8Array(31)]) {
    await assert.rejects(made.regenerateColdkeypub({ publicKey }), {
      code: "wallet/invalid-public-key",
    });
  }
  const mistyped = key.ss58Address.replace("5HDv", "5HDw");
  await assert.rejects(made.regenerateColdkeypub({ address: mistyped }), {
    code: "address/invalid",
  });
  assert.deepEqual(await snapshotOf(folder.path), before);

  await made.regenerateColdkeypub({ address: key.ss58Address });
  await assert.rejects(made.regenerateColdkeypub({ address: other.ss58Address }), {
    code: "wallet/exists",
  });
  await made.regenerateColdkeypub({ address: other.ss58Address, overwrite: true });
  assert.equal(await made.coldkeypub(), other.ss58Address);
  await made.regenerateColdkey({ mnemonic: other.mnemonic, password: null });
  await assert.rejects(
    made.regenerateColdkeypub({ address: key.ss58Address, overwrite: true }),
    { code: "wallet/exists" },
  );
  assert.equal(await made.coldkeypub(), other.ss58Address);
});

Deno.test("regenerateColdkey() brings a secret back to its public file, and no other one", async () => {
  await using folder = await temporaryFolder();
  using made = wallet({ path: folder.path });
  await made.regenerateColdkeypub({ address: key.ss58Address });
  const stranger = made.regenerateColdkey({ mnemonic: other.mnemonic, password: null });
  await assert.rejects(stranger, { code: "wallet/exists" });
  await made.regenerateColdkey({ mnemonic: key.mnemonic, password: null });
  assert.equal((await made.coldkey()).address, key.ss58Address);
});

Deno.test("createNewColdkey() and createNewHotkey() make one key each, and leave the other alone", async () => {
  await using folder = await temporaryFolder();
  using made = wallet({ path: folder.path });
  const told: string[] = [];
  const onMnemonic = ({ kind }: { kind: string }) => void told.push(kind);
  await made.createNewColdkey({ password: null, onMnemonic });
  const coldkey = await made.coldkeypub();
  await assert.rejects(made.hotkey(), { code: "wallet/missing-key" });
  await made.createNewHotkey({ onMnemonic });
  const hotkey = await made.hotkeypub();
  await made.createNewHotkey({ overwrite: true, words: 24, onMnemonic });
  assert.notEqual(await made.hotkeypub(), hotkey);
  assert.equal(await made.coldkeypub(), coldkey);
  assert.deepEqual(told, ["coldkey", "hotkey", "hotkey"]);
  await assert.rejects(made.createNewHotkey(), { code: "wallet/exists" });
});
