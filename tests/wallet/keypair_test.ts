import assert from "node:assert/strict";
import fc from "fast-check";
import { address } from "../../lib/domain/address.ts";
import { keypairFromMnemonic, keypairFromUri, verify } from "../../lib/wallet/keypair.ts";
import keypairs from "../vectors/keypairs.json" with { type: "json" };
import { finney } from "./vectors.ts";

const bytes = (text: string) => Uint8Array.fromHex(text.slice(2));
const utf8 = (text: string) => new TextEncoder().encode(text);

Deno.test("keypairFromMnemonic() has the published addresses", () => {
  for (const { mnemonic, ss58Address, publicKey } of finney.keys) {
    using keypair = keypairFromMnemonic(mnemonic);
    assert.equal(keypair.address, ss58Address);
    assert.deepEqual(keypair.publicKey, bytes(publicKey));
  }
});

Deno.test("keypairFromUri() makes the development accounts", () => {
  for (const { uri, ss58Address } of [...keypairs.dev, ...finney.derivedUris]) {
    using keypair = keypairFromUri(uri);
    assert.equal(keypair.address, ss58Address, uri);
  }
});

Deno.test("verify() accepts the published signatures, raw and wrapped", () => {
  const { signer, message, signature, wrappedSignature } = finney.sr25519Signature;
  assert(verify(address(signer), utf8(message), bytes(signature)));
  assert(verify(address(signer), utf8(message), bytes(wrappedSignature)));
  const [seedEra] = keypairs.mnemonics;
  assert(seedEra);
  const { message_utf8, signature: old } = keypairs.signature;
  assert(verify(address(seedEra.ss58Address), utf8(message_utf8), bytes(old)));
});

Deno.test("verify() refuses another message, another signer and a changed signature", () => {
  using alice = keypairFromUri("//Alice");
  using bob = keypairFromUri("//Bob");
  const message = utf8("pay 5 to bob");
  const signature = alice.sign(message);
  assert(verify(alice.address, message, signature));
  assert(!verify(bob.address, message, signature));
  assert(!verify(alice.address, utf8("pay 6 to bob"), signature));
  for (const index of [0, 31, 32, 63]) {
    const changed = signature.with(index, (signature[index] ?? 0) ^ 1);
    assert(!verify(alice.address, message, changed), `byte ${index}`);
  }
});

Deno.test("verify() is false for a signature without the schnorrkel marker", () => {
  using alice = keypairFromUri("//Alice");
  const signature = alice.sign(utf8("hello"));
  assert.equal(
    verify(alice.address, utf8("hello"), signature.with(63, signature[63]! & 127)),
    false,
  );
});

Deno.test("verify() is false for any bytes and never throws", () => {
  using alice = keypairFromUri("//Alice");
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.oneof(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ minLength: 64, maxLength: 64 })),
      (message, signature) => assert.equal(verify(alice.address, message, signature), false),
    ),
    { numRuns: 50 },
  );
});

Deno.test("sign() signs messages of any size, and never twice the same", () => {
  using alice = keypairFromUri("//Alice");
  for (const message of [new Uint8Array(), new Uint8Array(1_000_000)]) {
    const signature = alice.sign(message);
    assert.equal(signature.length, 64);
    assert(verify(alice.address, message, signature));
    assert.notDeepEqual(alice.sign(message), signature);
  }
});

Deno.test("sign() and verify() take text as other tools do: 0x is hex, the rest is UTF-8", () => {
  using alice = keypairFromUri("//Alice");
  assert(alice.verify(utf8("hällo"), alice.sign("hällo")));
  assert(alice.verify("hällo", alice.sign(utf8("hällo"))));
  assert(alice.verify(Uint8Array.of(1, 255), alice.sign("0x01ff")));
  assert(alice.verify("0x", alice.sign(new Uint8Array())));
  assert(!alice.verify(utf8("0x01ff"), alice.sign("0x01ff")));
  for (const malformed of ["0x1", "0xzz"]) {
    assert.throws(() => alice.sign(malformed), RangeError);
    assert.throws(() => alice.verify(malformed, new Uint8Array(64)), RangeError);
  }
});

Deno.test("sign() throws once the key is disposed of", () => {
  const alice = keypairFromUri("//Alice");
  alice[Symbol.dispose]();
  alice[Symbol.dispose]();
  assert(alice.disposed);
  assert.throws(() => alice.sign(new Uint8Array(1)), TypeError);
  assert.equal(alice.address, "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
});

Deno.test("Keypair shows its address and never its secret", () => {
  const [key] = finney.keys;
  assert(key);
  using keypair = keypairFromMnemonic(key.mnemonic);
  const shown = [
    String(keypair),
    JSON.stringify(keypair),
    Deno.inspect(keypair, { depth: 9, showHidden: true }),
    Deno.inspect({ nested: [keypair] }),
    JSON.stringify(Object.entries(keypair)),
    JSON.stringify(structuredClone({ ...keypair })),
  ].join("\n");
  assert(shown.includes(`Keypair (${key.ss58Address})`));
  const secret = bytes(key.privateKeyEd25519Expanded);
  for (const part of [key.mnemonic.slice(0, 20), secret.toHex().slice(0, 16)]) {
    assert(!shown.includes(part));
  }
  assert(!shown.replaceAll(/[\s"]/g, "").includes(secret.subarray(0, 6).join(",")));
});
