import assert from "node:assert/strict";
import fc from "fast-check";
import { BittensorError } from "../../lib/base/errors.ts";
import { type CipherOptions, decrypt, encrypt, encryptionOf } from "../../lib/wallet/encryption.ts";
import { FAST_LIMITS, finney } from "./vectors.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const options = { limits: FAST_LIMITS };
const path = "wallets/default/coldkey";

/** Opens a `$NACL` file. */
const open = (bytes: Uint8Array, password: string, changes: CipherOptions = options) =>
  decrypt({ bytes, cipher: "nacl", path }, password, changes);

Deno.test("encrypt() makes a file that decrypt() opens", async () => {
  const plain = utf8("the text of a key file");
  for (const password of ["secret", "pässwörd-τ-√", " outer spaces count "]) {
    const file = await encrypt(plain, password, path, options);
    assert.equal(encryptionOf(file), "nacl");
    assert.equal(file.length, 5 + 24 + 16 + plain.length);
    assert.deepEqual(await open(file, password), plain);
  }
});

Deno.test("encrypt() takes a new nonce for each file", async () => {
  const [first, second] = await Promise.all([
    encrypt(utf8("text"), "secret", path, options),
    encrypt(utf8("text"), "secret", path, options),
  ]);
  assert.notDeepEqual(first, second);
});

Deno.test("decrypt() refuses a wrong password and a changed or truncated file", async () => {
  const file = await encrypt(utf8("text"), "secret", path, options);
  const wrong = { code: "wallet/wrong-password" };
  await assert.rejects(open(file, "Secret"), wrong);
  await assert.rejects(open(file.subarray(0, -1), "secret"), wrong);
  for (const index of [5, 29, file.length - 1]) {
    const changed = file.with(index, file[index]! ^ 1);
    await assert.rejects(open(changed, "secret"), wrong);
  }
});

Deno.test("decrypt() refuses a file that is too short to hold anything", async () => {
  for (const length of [0, 5, 29, 45]) {
    await assert.rejects(open(new Uint8Array(length), "secret"), {
      code: "wallet/corrupt-keyfile",
    });
  }
});

Deno.test("decrypt() throws nothing but BittensorError, for any bytes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), fc.string(), async (bytes, password) => {
      await assert.rejects(
        open(Uint8Array.of(...utf8("$NACL"), ...bytes), password),
        (error) => error instanceof BittensorError && error.code !== "wallet/cipher-failed",
      );
    }),
    { numRuns: 15 },
  );
});

Deno.test("decrypt() says why the worker failed, without the password", async () => {
  const file = new Uint8Array(100);
  const limits = { operations: 0, memoryBytes: 8192 };
  await assert.rejects(open(file, "open sesame", { limits }), (error) => {
    assert(error instanceof BittensorError);
    assert.equal(error.code, "wallet/cipher-failed");
    assert(!Deno.inspect(error).includes("sesame"));
    return true;
  });
});

Deno.test("decrypt() stops at once when the signal aborts, and rethrows its reason", async () => {
  const controller = new AbortController();
  const reason = new Error("changed my mind");
  const started = open(new Uint8Array(100), "secret", {
    signal: controller.signal,
    onProgress: () => controller.abort(reason),
  });
  await assert.rejects(started, (error) => error === reason);
  await assert.rejects(
    encrypt(new Uint8Array(1), "secret", path, { signal: controller.signal }),
    (error) => error === reason,
  );
});

Deno.test("encryptionOf() knows every magic, and takes the rest for plain", () => {
  assert.equal(encryptionOf(utf8(finney.ansibleVault.file)), "ansible-vault");
  assert.equal(encryptionOf(utf8(finney.fernetLegacy.file)), "fernet");
  assert.equal(encryptionOf(Uint8Array.fromHex(finney.nacl.vectors[0]!.fileHex.slice(2))), "nacl");
  for (const text of ["", "{", "$NAC", "gAAAA"]) assert.equal(encryptionOf(utf8(text)), "none");
});
