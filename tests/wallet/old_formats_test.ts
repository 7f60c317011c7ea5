import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { BittensorError } from "../../lib/base/errors.ts";
import type { Cipher } from "../../lib/wallet/cipher.ts";
import { decrypt } from "../../lib/wallet/encryption.ts";
import { wallet } from "../../lib/wallet/wallet.ts";
import seedEra from "../vectors/wallet.json" with { type: "json" };
import { temporaryFolder } from "./folder.ts";
import { finney } from "./vectors.ts";

const { object } = finney.keyfiles.hotkeyOrDecryptedColdkey;
const polkadot = finney.polkadotJsonV3;
const utf8 = (text: string) => new TextEncoder().encode(text);

async function open(cipher: Cipher, text: string, password: string): Promise<string> {
  const bytes = await decrypt({ cipher, bytes: utf8(text), path: "a/file" }, password);
  return new TextDecoder().decode(bytes);
}

Deno.test("decrypt() opens the Fernet tokens of the seed era's wallet", async () => {
  const { password, plaintext, token_made_by_original_encrypt: original, token_fixed } =
    seedEra.encryption;
  const opened = await Promise.all(
    [original, token_fixed.token].map((token) => open("fernet", token, password)),
  );
  assert.deepEqual(opened, [plaintext, plaintext]);
});

Deno.test("decrypt() refuses the Fernet tokens that the seed era's wallet refuses", async () => {
  const { password, token_fixed: { token } } = seedEra.encryption;
  // The last character carries two bits that mean nothing: the one before it is changed.
  const tampered = token.replace(/.(.==?)?$/, (end) => (end[0] === "A" ? "B" : "A") + end.slice(1));
  const cases: Record<string, readonly [token: string, password: string, code: string]> = {
    "wrong password": [token, `${password}!`, "wallet/wrong-password"],
    "tampered last byte": [tampered, password, "wallet/wrong-password"],
    "not base64": ["gAAAAA***", password, "wallet/corrupt-keyfile"],
    "empty": ["", password, "wallet/corrupt-keyfile"],
  };
  assert.deepEqual(Object.keys(cases), Object.keys(seedEra.decrypt_errors));
  await Promise.all(
    Object.entries(cases).map(async ([name, [text, secret, code]]) => {
      await assert.rejects(open("fernet", text, secret), { code }, name);
    }),
  );
});

Deno.test("coldkey() opens the older encryptions, and leaves the files as they are", async () => {
  await using folder = await temporaryFolder();
  for (const { file, password, plaintext } of [finney.ansibleVault, finney.fernetLegacy]) {
    await Deno.mkdir(join(folder.path, "default"), { recursive: true });
    const path = join(folder.path, "default", "coldkey");
    await Deno.writeTextFile(path, file, { mode: 0o600 });
    using loaded = wallet({ path: folder.path });
    const coldkey = await loaded.coldkey({ password: () => password });
    assert.equal(coldkey.address, JSON.parse(plaintext).ss58Address);
    assert.equal(await Deno.readTextFile(path), file);
  }
});

Deno.test("decrypt() opens a vault with the right password only, whatever its line ends", async () => {
  const { file, password, plaintext } = finney.ansibleVault;
  await assert.rejects(open("ansible-vault", file, `${password}?`), {
    code: "wallet/wrong-password",
  });
  assert.equal(
    await open("ansible-vault", `${file.replaceAll("\n", "\r\n")}\r\n`, password),
    plaintext,
  );
});

Deno.test("regenerateColdkey() imports an export of polkadot.js", async () => {
  await using folder = await temporaryFolder();
  using made = wallet({ path: folder.path });
  const json = JSON.stringify(polkadot.json);
  const regenerate = (jsonPassword: string, text = json) =>
    made.regenerateColdkey({ json: text, jsonPassword: () => jsonPassword, password: null });
  await assert.rejects(regenerate("not this one"), { code: "wallet/wrong-password" });
  await regenerate(polkadot.password);
  assert.equal((await made.coldkey()).address, polkadot.json.address);
  const members = JSON.parse(await Deno.readTextFile(join(folder.path, "default", "coldkey")));
  assert.equal(members.privateKey, object.privateKey);
  assert.equal(members.secretPhrase, undefined);
});

Deno.test("decrypt() refuses what is cut off or foreign, in every older format", async () => {
  const { json } = polkadot;
  const exports = [
    "",
    "7",
    "null",
    "[]",
    JSON.stringify({ ...json, encoding: { ...json.encoding, version: "2" } }),
    JSON.stringify({ ...json, encoding: { ...json.encoding, content: ["pkcs8", "ed25519"] } }),
    JSON.stringify({ ...json, encoded: 7 }),
    JSON.stringify(json).slice(0, -1),
  ];
  const vault = finney.ansibleVault.file.trim();
  const vaults = [
    "",
    vault.slice(0, 25),
    vault.slice(0, -1),
    vault.slice(0, -40),
    vault.replace("1.1", "1.2"),
    `${vault}0a00`,
  ];
  const token = finney.fernetLegacy.file;
  const tokens = ["", "gAAAAA", token.slice(0, -4), token.slice(0, 60), token.replace("g", "h")];
  const cases: [Cipher, string[]][] = [
    ["polkadot-js", exports],
    ["ansible-vault", vaults],
    ["fernet", tokens],
  ];
  for (const [cipher, texts] of cases) {
    await Promise.all(texts.map(async (text) => {
      await assert.rejects(
        open(cipher, text, "any"),
        { code: "wallet/corrupt-keyfile" },
        `${cipher} ${text}`,
      );
    }));
  }
});

Deno.test("decrypt() throws nothing but BittensorError, for any change of an older file", async () => {
  const files: readonly (readonly [Cipher, string])[] = [
    ["ansible-vault", finney.ansibleVault.file],
    ["polkadot-js", JSON.stringify(polkadot.json)],
  ];
  const change = fc.tuple(fc.constantFrom(...files), fc.nat(), fc.string({ maxLength: 3 }));
  await fc.assert(
    fc.asyncProperty(change, async ([[cipher, text], place, inserted]) => {
      const at = place % text.length;
      const changed = text.slice(0, at) + inserted + text.slice(at + 1);
      await assert.rejects(
        open(cipher, changed, "not the password"),
        (error) => error instanceof BittensorError && error.code !== "wallet/cipher-failed",
      );
    }),
    { numRuns: 12 },
  );
});
