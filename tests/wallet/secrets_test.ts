/** What must never happen: a secret in what a wallet shows, throws, logs or hands on. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { configure, reset } from "@logtape/logtape";
import { BittensorError } from "../../lib/base/errors.ts";
import { createKeypair } from "../../lib/wallet/keypair.ts";
import { decodeKeyfile } from "../../lib/wallet/keyfile.ts";
import { listWallets } from "../../lib/wallet/list_wallets.ts";
import { Wallet, wallet } from "../../lib/wallet/wallet.ts";
import { temporaryFolder } from "./folder.ts";
import { FAST_LIMITS, finney } from "./vectors.ts";

const key = finney.keys[0]!;
const PASSWORD = "open sesame";

/** Parts of every secret of the key that are long enough not to be there by chance. */
const SECRETS = [
  PASSWORD,
  ...key.mnemonic.split(" ").slice(0, 2).map((_, index, words) => words.slice(index).join(" ")),
  ...[key.secretSeed, key.privateKey, key.privateKeyEd25519Expanded].flatMap((hex) => {
    const bytes = Uint8Array.fromHex(hex.slice(2));
    return [hex.slice(2, 18), bytes.slice(0, 6).join(","), bytes.slice(0, 6).join(", ")];
  }),
];

function assertNoSecret(shown: string): void {
  for (const secret of SECRETS) assert(!shown.includes(secret), `${secret} in ${shown}`);
}

/** Everything that a program can do to see a value, in one text. */
async function shownBy(value: object): Promise<string> {
  const display: unknown = Reflect.get(value, Symbol.for("Jupyter.display"));
  return [
    String(value),
    JSON.stringify(value),
    Deno.inspect(value, { depth: 9, showHidden: true }),
    Deno.inspect({ nested: [value] }, { depth: 9 }),
    Deno.inspect(Object.entries(value)),
    Deno.inspect(structuredClone({ ...value })),
    JSON.stringify(typeof display === "function" ? await display.call(value) : {}),
  ].join("\n");
}

Deno.test("Wallet, its keys and lists show public parts only, however they are looked at", async () => {
  await using folder = await temporaryFolder();
  using made = new Wallet({ path: folder.path, password: () => PASSWORD }, FAST_LIMITS);
  await made.regenerateColdkey({ mnemonic: key.mnemonic });
  await made.regenerateHotkey({ mnemonic: key.mnemonic });
  const [coldkey, hotkey] = [await made.coldkey(), await made.hotkey()];
  const lists = await listWallets({ path: folder.path });
  for (const value of [made, coldkey, hotkey, lists, await made.hotkeys()]) {
    assertNoSecret(await shownBy(value));
  }
  assert((await shownBy(coldkey)).includes(key.ss58Address));
});

Deno.test("Wallet displays itself in a notebook by its addresses, without a password", async () => {
  await using folder = await temporaryFolder();
  const displayOf = async (wallet: Wallet): Promise<{ text: string; html: string }> => {
    const display = await Reflect.get(wallet, Symbol.for("Jupyter.display")).call(wallet);
    assert.deepEqual(Object.keys(display), ["text/plain", "text/html"]);
    return { text: display["text/plain"], html: display["text/html"] };
  };
  using made = new Wallet({ path: folder.path, name: "<b>&" }, FAST_LIMITS);
  assert.match((await displayOf(made)).text, /^coldkey not here\nhotkey {2}not here$/m);

  await made.regenerateColdkey({ mnemonic: key.mnemonic, password: () => PASSWORD });
  await made.regenerateHotkeypub({ address: key.ss58Address });
  const { text, html } = await displayOf(made);
  assert.equal(
    text,
    `Wallet (<b>&, default, ${folder.path})\n` +
      `coldkey ${key.ss58Address} (encrypted)\n` +
      `hotkey  ${key.ss58Address} (public part only)`,
  );
  assert(html.includes("Wallet (&#60;b&#62;&#38;, default"), html);
  assert(html.includes(`<td>${key.ss58Address} (encrypted)</td>`) && !html.includes("<b>"));

  await Deno.writeTextFile(join(folder.path, "<b>&", "coldkeypub.txt"), key.mnemonic);
  const damaged = Object.values(await displayOf(made)).join("\n");
  assert.match(damaged, /it is no key file, or damaged/);
  assertNoSecret(damaged);
});

Deno.test("errors of a wallet never carry a secret, nor do their causes", async () => {
  await using folder = await temporaryFolder();
  const { path } = folder;
  const password = () => PASSWORD;
  using made = new Wallet({ path }, FAST_LIMITS);
  await made.regenerateColdkey({ mnemonic: key.mnemonic, password });
  const wrong = `${key.mnemonic} abandon`;
  const overwrite = { overwrite: true, password: null };
  const throwing = () => {
    throw new BittensorError("app/locked", "Cannot open the safe of the application");
  };
  const failures: (() => Promise<unknown>)[] = [
    () => made.coldkey({ password: () => key.mnemonic }),
    () => made.coldkey({ password: null }),
    () => made.coldkey({ password: throwing }),
    () => made.changePassword({ password: () => key.secretSeed, newPassword: password }),
    () => made.changePassword({ password, newPassword: () => "" }),
    () => made.regenerateColdkey({ mnemonic: key.mnemonic, password }),
    () => made.regenerateColdkey({ mnemonic: wrong, ...overwrite }),
    () => made.regenerateColdkey({ seed: `${key.secretSeed}00`, ...overwrite }),
    () => made.regenerateColdkey({ uri: `${key.mnemonic}//`, ...overwrite }),
    () => made.regenerateColdkey({ json: key.mnemonic, jsonPassword: password, ...overwrite }),
    () => made.regenerateColdkeypub({ publicKey: key.publicKey }),
    () => Promise.try(() => wallet({ path, password: PASSWORD as unknown as null })),
  ];
  for (const fail of failures) {
    await assert.rejects(fail, (error: Error) => {
      for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
        assertNoSecret(`${Deno.inspect(cause, { depth: 9, showHidden: true })} ${cause.stack}`);
        assertNoSecret(JSON.stringify(cause));
      }
      return true;
    }, fail.toString());
  }
});

Deno.test("a wallet logs the public keys that it loads, and no secret", async () => {
  await using folder = await temporaryFolder();
  const records: string[] = [];
  await configure({
    sinks: { all: (record) => records.push(Deno.inspect(record, { depth: 9 })) },
    loggers: [{ category: [], sinks: ["all"], lowestLevel: "trace" }],
  });
  try {
    using made = new Wallet({ path: folder.path, password: () => PASSWORD }, FAST_LIMITS);
    await made.regenerateColdkey({ mnemonic: key.mnemonic });
    await made.regenerateHotkey({ mnemonic: key.mnemonic });
    await made.coldkey();
    await made.hotkey();
    await made.changePassword({ newPassword: null });
  } finally {
    await reset();
  }
  assert(records.some((record) => record.includes(key.publicKey)), "nothing was logged");
  assertNoSecret(records.join("\n"));
});

Deno.test("a keypair wipes its secret when it is disposed of, and so does a wallet", async () => {
  const file = new TextEncoder().encode(finney.keyfiles.hotkeyOrDecryptedColdkey.json);
  const { pair } = decodeKeyfile(file, "a/file");
  assert.equal(pair.secretKey.toHex(), key.privateKeyEd25519Expanded.slice(2));
  {
    using keypair = createKeypair(pair);
    assert(keypair.verify("hello", keypair.sign("hello")));
  }
  assert.deepEqual(pair.secretKey, new Uint8Array(64));

  await using folder = await temporaryFolder();
  const made = await wallet({ path: folder.path }).create({ password: null });
  const keys = [await made.coldkey(), await made.hotkey()];
  made[Symbol.dispose]();
  for (const keypair of keys) {
    assert(keypair.disposed);
    assert.throws(() => keypair.sign("hello"), TypeError);
  }
  await assert.rejects(made.coldkey(), TypeError);
});
