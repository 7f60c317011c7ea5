/** Wallets of 2021, as the original package wrote and used them. */

import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { encodeAddress } from "../../lib/domain/address.ts";
import { decodeKeyfile, decodePublicKeyfile } from "../../lib/wallet/keyfile.ts";
import { Wallet, wallet } from "../../lib/wallet/wallet.ts";
import keypairs from "../vectors/keypairs.json" with { type: "json" };
import seedEra from "../vectors/wallet.json" with { type: "json" };
import { snapshotOf, temporaryFolder } from "./folder.ts";
import { FAST_LIMITS } from "./vectors.ts";

const [golden] = keypairs.mnemonics;
assert(golden);
const utf8 = (text: string) => new TextEncoder().encode(text);

/** Puts the files of the original package into a folder. */
async function writeOriginal(folder: string): Promise<void> {
  for (const [name, { mode, content }] of Object.entries(seedEra.files_after_plain_creation)) {
    const path = join(folder, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, content);
    await Deno.chmod(path, Number(mode));
  }
}

Deno.test("Wallet opens what the original package wrote", async () => {
  await using folder = await temporaryFolder();
  await writeOriginal(folder.path);
  const before = await snapshotOf(folder.path);
  using loaded = wallet({ path: folder.path });
  assert.equal(await loaded.coldkeypub(), golden.ss58Address);
  assert.equal((await loaded.coldkey()).address, golden.ss58Address);
  assert.equal((await loaded.hotkey()).address, golden.ss58Address);
  assert.equal(await loaded.hotkeypub(), golden.ss58Address);
  assert.equal(await loaded.create(), loaded);
  assert.deepEqual(await snapshotOf(folder.path), before);
});

Deno.test("decodePublicKeyfile() reads and refuses the files of coldkeypub that the original does", () => {
  for (const [text, outcome] of Object.entries(seedEra.coldkeypub_file_contents)) {
    const read = () => decodePublicKeyfile(utf8(text), "coldkeypub.txt");
    const [, hex] = /^accepted -> (0x[0-9a-f]{64})$/.exec(outcome) ?? [];
    // The original also takes letters that are no hex, which are the key of nobody.
    if (hex === undefined) assert.throws(read, { code: "wallet/corrupt-keyfile" }, text);
    else assert.equal(read(), encodeAddress(Uint8Array.fromHex(hex.slice(2))), text);
  }
});

Deno.test("decodeKeyfile() reads the files that the original reads, with or without 0x", () => {
  const full = JSON.parse(seedEra.golden_keyfile_plain);
  const { secretSeed, secretPhrase: _, ...publicMembers } = full;
  const files: Record<string, string> = {
    "full": JSON.stringify(full),
    "only secretSeed": JSON.stringify({ secretSeed }),
    "no secretSeed": JSON.stringify(publicMembers),
    "not json": "not json",
    "seed without 0x": JSON.stringify({ ...full, secretSeed: secretSeed.slice(2) }),
  };
  assert.deepEqual(Object.keys(files), Object.keys(seedEra.load_keypair_from_data));
  for (const [name, outcome] of Object.entries(seedEra.load_keypair_from_data)) {
    const read = () => decodeKeyfile(utf8(files[name]!), "coldkey");
    if (typeof outcome === "string") {
      assert.throws(read, { code: "wallet/corrupt-keyfile" }, name);
      continue;
    }
    const { pair, seed } = read();
    assert.equal(`0x${pair.publicKey.toHex()}`, outcome.public, name);
    assert.equal(encodeAddress(pair.publicKey), outcome.ss58, name);
    assert.equal(seed?.toHex(), outcome.seed_hex.replace("0x", ""), name);
  }
});

/** What a flow of the original does here: it ends, or fails with a code; and how often it asks. */
interface Flow {
  readonly run: (wallet: Wallet, password: () => string) => Promise<unknown>;
  readonly code?: string;
  readonly asks?: number;
  /** Which files of the wallet are there before. */
  readonly has?: readonly ("coldkey" | "hotkey" | "encrypted coldkey")[];
}

const { mnemonic } = golden;
const words = mnemonic.split(" ");
const [badChecksum] = keypairs.invalid;
const FLOWS: Record<keyof typeof seedEra.flows, Flow> = {
  "create_new_coldkey(use_password=False)": {
    run: (wallet) => wallet.createNewColdkey({ password: null }),
  },
  // The library asks nobody whether a key may be overwritten: it is told.
  "create_new_coldkey again, answer n": {
    has: ["coldkey"],
    run: (wallet) => wallet.createNewColdkey({ password: null }),
    code: "wallet/exists",
  },
  "create_new_coldkey again, answer Y (capital)": {
    has: ["coldkey"],
    run: (wallet) => wallet.createNewColdkey({ password: null, overwrite: false }),
    code: "wallet/exists",
  },
  "create_new_coldkey again, answer y": {
    has: ["coldkey"],
    run: (wallet) => wallet.createNewColdkey({ password: null, overwrite: true }),
  },
  "create_new_hotkey(use_password=False)": {
    run: (wallet) => wallet.createNewHotkey({ password: null }),
  },
  "regenerate_hotkey(12 words, use_password=False, overwrite=True)": {
    has: ["hotkey"],
    run: (wallet) => wallet.regenerateHotkey({ mnemonic, password: null, overwrite: true }),
  },
  "regenerate_coldkey(12 words, use_password=False, overwrite=True)": {
    has: ["coldkey"],
    run: (wallet) => wallet.regenerateColdkey({ mnemonic, password: null, overwrite: true }),
  },
  "regenerate_coldkey 11 words": {
    run: (wallet, password) =>
      wallet.regenerateColdkey({ mnemonic: words.slice(1).join(" "), password }),
    code: "wallet/invalid-mnemonic",
  },
  "regenerate_coldkey bad checksum": {
    run: (wallet, password) =>
      wallet.regenerateColdkey({ mnemonic: badChecksum!.mnemonic, password }),
    code: "wallet/invalid-mnemonic",
  },
  // Here a mnemonic is a string.
  "regenerate_coldkey given a string, not a list": {
    run: (wallet) => wallet.regenerateColdkey({ mnemonic, password: null }),
  },
  // The original fails, as it has no mnemonic to show.
  "create_coldkey_from_uri //Alice": {
    run: (wallet) => wallet.regenerateColdkey({ uri: "//Alice", password: null }),
  },
  // At a terminal: see "create() and coldkey() ask on a terminal …".
  "input_password: weak, then mismatch, then ok": {
    run: (wallet, password) => wallet.createNewColdkey({ password }),
    asks: 1,
  },
  "load encrypted coldkey, right password": {
    has: ["encrypted coldkey"],
    run: (wallet, password) => wallet.coldkey({ password }),
    asks: 1,
  },
  "load encrypted coldkey, wrong password": {
    has: ["encrypted coldkey"],
    run: (wallet, password) => wallet.coldkey({ password: () => `${password()}!` }),
    asks: 1,
    code: "wallet/wrong-password",
  },
  "missing hotkey": { run: (wallet) => wallet.hotkey(), code: "wallet/missing-key" },
  "missing coldkey": { run: (wallet) => wallet.coldkey(), code: "wallet/missing-key" },
  "missing coldkeypub": { run: (wallet) => wallet.coldkeypub(), code: "wallet/missing-key" },
  // The original ends the process; a library throws.
  "assert_hotkey() on missing": { run: (wallet) => wallet.hotkeypub(), code: "wallet/missing-key" },
  "assert_coldkey() on missing": { run: (wallet) => wallet.coldkey(), code: "wallet/missing-key" },
  "assert_coldkeypub() on missing": {
    run: (wallet) => wallet.coldkeypub(),
    code: "wallet/missing-key",
  },
  "wallet.create() on an empty directory (coldkey password typed twice)": {
    run: (wallet, password) => wallet.create({ password }),
    asks: 1,
  },
  "wallet.create() when present": {
    has: ["coldkey", "hotkey"],
    run: (wallet, password) => wallet.create({ password }),
  },
};

for (const [name, { run, code, asks = 0, has = [] }] of Object.entries(FLOWS)) {
  Deno.test(`Wallet does what the original does: ${name}`, async () => {
    await using folder = await temporaryFolder();
    using before = new Wallet({ path: folder.path }, FAST_LIMITS);
    if (has.includes("coldkey")) await before.createNewColdkey({ password: null });
    if (has.includes("hotkey")) await before.createNewHotkey();
    if (has.includes("encrypted coldkey")) {
      await before.createNewColdkey({ password: () => "a password" });
    }
    let asked = 0;
    const ask = () => {
      asked++;
      return "a password";
    };
    using tried = new Wallet({ path: folder.path }, FAST_LIMITS);
    if (code === undefined) await run(tried, ask);
    else await assert.rejects(run(tried, ask), { code });
    assert.equal(asked, asks);
  });
}

Deno.test("every flow of the original has its test", () => {
  assert.deepEqual(Object.keys(FLOWS), Object.keys(seedEra.flows));
});
