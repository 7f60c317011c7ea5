import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeAddress } from "../../lib/domain/address.ts";
import {
  generateMnemonic,
  pairOfPrivateKey,
  pairOfSeed,
  pairOfUri,
  privateKeyOf,
  seedOfMnemonic,
  type WordCount,
} from "../../lib/wallet/sr25519.ts";
import keypairs from "../vectors/keypairs.json" with { type: "json" };
import { finney } from "./vectors.ts";

const hex = (bytes: Uint8Array) => `0x${bytes.toHex()}`;
const bytes = (text: string) => Uint8Array.fromHex(text.slice(2));

Deno.test("seedOfMnemonic() derives the published seeds of every length", () => {
  for (const { mnemonic, secretSeed, publicKey, ss58Address } of keypairs.mnemonics) {
    const seed = seedOfMnemonic(mnemonic);
    assert.equal(hex(seed), secretSeed);
    assert.equal(hex(pairOfSeed(seed).publicKey), publicKey);
    assert.equal(encodeAddress(pairOfSeed(seed).publicKey), ss58Address);
  }
});

Deno.test("seedOfMnemonic() refuses wrong checksums and words, without quoting them", () => {
  for (const { mnemonic } of keypairs.invalid) {
    assert.throws(() => seedOfMnemonic(mnemonic), (error: Error & { code?: string }) => {
      assert.equal(error.code, "wallet/invalid-mnemonic");
      assert(!error.message.includes(mnemonic.slice(0, 9)));
      return true;
    });
  }
});

Deno.test("privateKeyOf() gives the canonical form, not the one times eight", () => {
  for (const key of finney.keys) {
    const pair = pairOfSeed(bytes(key.secretSeed));
    assert.equal(hex(pair.secretKey), key.privateKeyEd25519Expanded);
    assert.equal(hex(privateKeyOf(pair)), key.privateKey);
  }
});

Deno.test("pairOfPrivateKey() reverses privateKeyOf()", () => {
  for (const key of finney.keys) {
    const pair = pairOfPrivateKey(bytes(key.privateKey));
    assert.equal(hex(pair.publicKey), key.publicKey);
    assert.equal(hex(pair.secretKey), key.privateKeyEd25519Expanded);
  }
});

Deno.test("pairOfPrivateKey() refuses wrong lengths and scalars out of range", () => {
  const groupOrder = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
  const nonce = "00".repeat(32);
  assert.throws(() => pairOfPrivateKey(new Uint8Array(63).fill(1)), RangeError);
  assert.throws(() => pairOfPrivateKey(new Uint8Array(64)), RangeError);
  assert.throws(() => pairOfPrivateKey(new Uint8Array(64).fill(255)), RangeError);
  assert.throws(() => pairOfPrivateKey(Uint8Array.fromHex(groupOrder + nonce)), RangeError);
});

Deno.test("privateKeyOf() and pairOfPrivateKey() agree for any seed and derivation", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.boolean(), (seed, soft) => {
      const pair = soft ? pairOfUri(`0x${seed.toHex()}/soft`) : pairOfSeed(seed);
      const { publicKey, secretKey } = pairOfPrivateKey(privateKeyOf(pair));
      assert.deepEqual(publicKey, pair.publicKey);
      assert.deepEqual(secretKey, pair.secretKey);
    }),
    { numRuns: 20 },
  );
});

Deno.test("pairOfUri() derives the published keys", () => {
  for (const { uri, publicKey } of [...finney.derivedUris, ...keypairs.dev]) {
    assert.equal(hex(pairOfUri(uri).publicKey), publicKey, uri);
  }
});

Deno.test("pairOfUri() takes a seed, and tells numbers from text", () => {
  const [key] = finney.keys;
  assert(key);
  assert.equal(hex(pairOfUri(key.secretSeed).publicKey), key.publicKey);
  const publicKeys = ["//1", "//+1", "//0x01", "//18446744073709551615", "//18446744073709551616"]
    .map((uri) => hex(pairOfUri(uri).publicKey));
  assert.equal(publicKeys[0], publicKeys[1]);
  assert.equal(new Set(publicKeys).size, 4);
});

Deno.test("pairOfUri() mixes the password in", () => {
  const phrase = keypairs.mnemonics[0]?.mnemonic ?? "";
  assert.notDeepEqual(pairOfUri(`${phrase}///secret`).publicKey, pairOfUri(phrase).publicKey);
});

Deno.test("pairOfUri() refuses what is malformed, without quoting it", () => {
  for (const uri of ["//Alice/", "//", "/", "//a//", "not a mnemonic//Alice", "0x1234"]) {
    assert.throws(() => pairOfUri(uri), (error: Error & { code?: string }) => {
      assert.match(error.code ?? "", /^wallet\/invalid-(uri|mnemonic)$/);
      assert(!error.message.includes("not a mnemonic") && !error.message.includes("0x1234"));
      return true;
    }, uri);
  }
});

Deno.test("generateMnemonic() makes mnemonics of each length, 12 words by default", () => {
  const counts: WordCount[] = [12, 15, 18, 21, 24];
  for (const words of counts) {
    const mnemonic = generateMnemonic(words);
    assert.equal(mnemonic.split(" ").length, words);
    assert.equal(seedOfMnemonic(mnemonic).length, 32);
  }
  assert.equal(generateMnemonic().split(" ").length, 12);
  assert.notEqual(generateMnemonic(), generateMnemonic());
  assert.throws(() => generateMnemonic(13 as WordCount), RangeError);
});
