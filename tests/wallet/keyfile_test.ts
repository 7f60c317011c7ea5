import assert from "node:assert/strict";
import fc from "fast-check";
import { BittensorError } from "../../lib/base/errors.ts";
import {
  decodeKeyfile,
  decodePublicKeyfile,
  encodeKeyfile,
  encodePublicKeyfile,
} from "../../lib/wallet/keyfile.ts";
import { pairOfSeed, seedOfMnemonic } from "../../lib/wallet/sr25519.ts";
import seedEra from "../vectors/wallet.json" with { type: "json" };
import keypairs from "../vectors/keypairs.json" with { type: "json" };
import { finney } from "./vectors.ts";

const { object, json } = finney.keyfiles.hotkeyOrDecryptedColdkey;
const other = finney.keys[1]!;
const utf8 = (text: string) => new TextEncoder().encode(text);
const fileOf = (members: unknown) => utf8(JSON.stringify(members));
const publicKeyIn = (file: Uint8Array) =>
  `0x${decodeKeyfile(file, "a/file").pair.publicKey.toHex()}`;

Deno.test("decodeKeyfile() reads the published files", () => {
  assert.equal(publicKeyIn(utf8(json)), object.publicKey);
  for (const { plaintext } of finney.nacl.vectors) {
    assert.equal(publicKeyIn(utf8(plaintext)), JSON.parse(plaintext).publicKey);
  }
  assert.equal(publicKeyIn(utf8(seedEra.golden_keyfile_plain)), keypairs.mnemonics[0]!.publicKey);
});

Deno.test("decodeKeyfile() reads a file with any one secret, absent members null or left out", () => {
  for (const name of ["secretPhrase", "secretSeed", "privateKey"] as const) {
    assert.equal(publicKeyIn(fileOf({ [name]: object[name] })), object.publicKey, name);
    const nulls = { ...object, secretPhrase: null, secretSeed: null, privateKey: null };
    assert.equal(publicKeyIn(fileOf({ ...nulls, [name]: object[name] })), object.publicKey, name);
  }
  assert.equal(publicKeyIn(fileOf({ secretSeed: object.secretSeed.slice(2) })), object.publicKey);
});

Deno.test("decodeKeyfile() refuses a member that belongs to another key", () => {
  const replacements = {
    accountId: other.publicKey,
    publicKey: other.publicKey,
    ss58Address: other.ss58Address,
    secretPhrase: other.mnemonic,
    secretSeed: other.secretSeed,
    privateKey: other.privateKey,
  };
  for (const [name, value] of Object.entries(replacements)) {
    assert.throws(() => publicKeyIn(fileOf({ ...object, [name]: value })), {
      code: "wallet/corrupt-keyfile",
      message: "Cannot read the key file a/file: its members belong to different keys",
    }, name);
  }
});

Deno.test("decodeKeyfile() refuses a private key in the form times eight", () => {
  const privateKey = finney.keys[0]!.privateKeyEd25519Expanded;
  assert.throws(() => publicKeyIn(fileOf({ ...object, privateKey })), {
    code: "wallet/corrupt-keyfile",
  });
});

Deno.test("decodeKeyfile() refuses empty, foreign, truncated and public files", () => {
  const files = ["", " ", "null", "7", "[]", "{}", "\xff", "hello", `"${object.secretSeed}"`];
  for (const text of [...files, finney.keyfiles.coldkeypubRust.json, json.slice(0, -1)]) {
    assert.throws(() => publicKeyIn(utf8(text)), { code: "wallet/corrupt-keyfile" }, text);
  }
  for (const member of [1, true, {}, [], "0x12", "", "words"]) {
    const file = fileOf({ ...object, secretSeed: member });
    assert.throws(() => publicKeyIn(file), { code: "wallet/corrupt-keyfile" }, String(member));
  }
});

Deno.test("decodeKeyfile() never quotes the file in an error", () => {
  for (const text of [json.slice(0, -1), json.replace("old leopard", "odd leopard"), `x${json}`]) {
    assert.throws(() => publicKeyIn(utf8(text)), (error: Error) => {
      const shown = Deno.inspect(error);
      assert(!shown.includes("leopard") && !shown.includes(object.secretSeed.slice(2, 12)));
      return true;
    });
  }
});

Deno.test("decodeKeyfile() throws nothing but BittensorError, for any bytes and any change", () => {
  const throwsOnlyOurs = (file: Uint8Array) => {
    try {
      decodeKeyfile(file, "a/file");
    } catch (error) {
      assert(error instanceof BittensorError, String(error));
      assert.equal(error.code, "wallet/corrupt-keyfile");
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), throwsOnlyOurs));
  fc.assert(fc.property(fc.json(), (text) => throwsOnlyOurs(utf8(text))));
  const member = fc.constantFrom(...Object.keys(object));
  const value = fc.oneof(fc.jsonValue(), fc.string(), fc.string({ unit: "binary" }));
  fc.assert(fc.property(member, value, (name, changed) => {
    throwsOnlyOurs(fileOf({ ...object, [name]: changed }));
  }));
});

Deno.test("decodeKeyfile() never gives another key when a byte of the file changes", () => {
  const file = utf8(json);
  fc.assert(
    fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (index, change) => {
      const changed = file.with(index, file[index]! ^ change);
      try {
        assert.equal(publicKeyIn(changed), object.publicKey);
      } catch (error) {
        assert(error instanceof BittensorError, String(error));
      }
    }),
  );
});

Deno.test("encodeKeyfile() writes the members of the published files", () => {
  for (const { mnemonic, secretSeed, privateKey, publicKey, ss58Address } of finney.keys) {
    const seed = seedOfMnemonic(mnemonic);
    const text = new TextDecoder().decode(
      encodeKeyfile({ pair: pairOfSeed(seed), seed, mnemonic }),
    );
    assert.deepEqual(JSON.parse(text), {
      accountId: publicKey,
      publicKey,
      privateKey,
      secretPhrase: mnemonic,
      secretSeed,
      ss58Address,
    });
    assert(!text.includes("\n"));
  }
});

Deno.test("encodeKeyfile() leaves out what is not known", () => {
  const pair = pairOfSeed(seedOfMnemonic(object.secretPhrase));
  const members = JSON.parse(new TextDecoder().decode(encodeKeyfile({ pair })));
  assert.deepEqual(Object.keys(members).sort(), [
    "accountId",
    "privateKey",
    "publicKey",
    "ss58Address",
  ]);
});

Deno.test("encodePublicKeyfile() writes the published public file", () => {
  const publicKey = Uint8Array.fromHex(object.publicKey.slice(2));
  const text = new TextDecoder().decode(encodePublicKeyfile(publicKey));
  assert.deepEqual(JSON.parse(text), JSON.parse(finney.keyfiles.coldkeypubRust.json));
});

Deno.test("decodePublicKeyfile() reads the files of Rust and Python wallets", () => {
  for (const { json } of [finney.keyfiles.coldkeypubRust, finney.keyfiles.coldkeypubPython]) {
    assert.equal(decodePublicKeyfile(utf8(json), "pub"), object.ss58Address);
  }
});

Deno.test("decodePublicKeyfile() refuses contradictions, foreign and damaged files", () => {
  const { accountId, publicKey, ss58Address } = object;
  const files = [
    { accountId, publicKey, ss58Address: other.ss58Address },
    { accountId: other.publicKey, publicKey, ss58Address },
    { publicKey: `0x${"zz".repeat(32)}` },
    { publicKey: "0x00" },
    { ss58Address: ss58Address.replace("5HDv", "5HDw") },
    {},
    null,
  ];
  for (const members of files) {
    assert.throws(() => decodePublicKeyfile(fileOf(members), "pub"), {
      code: "wallet/corrupt-keyfile",
    }, JSON.stringify(members));
  }
});
