import assert from "node:assert/strict";
import { base58Encode, blake2AsU8a } from "@polkadot/util-crypto";
import fc from "fast-check";
import { BittensorError } from "../../lib/base/errors.ts";
import { address, encodeAddress, publicKeyOf } from "../../lib/domain/address.ts";
import finney from "../vectors/finney_wallet.json" with { type: "json" };
import keypairs from "../vectors/keypairs.json" with { type: "json" };

const pairs = [
  ...keypairs.ss58,
  ...finney.ss58.map(({ publicKey, ss58_42 }) => ({ publicKey, ss58Address: ss58_42 })),
].map(({ publicKey, ss58Address }) => ({
  publicKey: Uint8Array.fromHex(publicKey.slice(2)),
  ss58Address,
}));

Deno.test("encodeAddress() and publicKeyOf() agree with the published addresses", () => {
  for (const { publicKey, ss58Address } of pairs) {
    assert.equal(encodeAddress(publicKey), ss58Address);
    assert.deepEqual(Uint8Array.from(publicKeyOf(address(ss58Address))), publicKey);
  }
});

Deno.test("encodeAddress() refuses a key that is not 32 bytes", () => {
  for (const length of [0, 1, 31, 33]) {
    assert.throws(() => encodeAddress(new Uint8Array(length)), RangeError);
  }
});

Deno.test("address() accepts any encoded key, which it gives back", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (publicKey) => {
    const text = encodeAddress(publicKey);
    assert.match(text, /^5.{47}$/);
    assert.deepEqual(Uint8Array.from(publicKeyOf(address(text))), publicKey);
  }));
});

Deno.test("address() refuses other prefixes, lengths and anything that is no address", () => {
  const [alice = ""] = finney.ss58.map(({ ss58_42 }) => ss58_42);
  const polkadot = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5";
  const kusama = "HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F";
  const shortAccount = "F7Hs";
  const hex = `0x${"00".repeat(32)}`;
  for (
    const text of [polkadot, kusama, shortAccount, hex, "", " ", "5", alice.slice(1), ` ${alice}`]
  ) {
    assert.throws(() => address(text), { code: "address/invalid" }, text);
  }
});

Deno.test("address() refuses the prefix in its long form", () => {
  const payload = Uint8Array.of(0x4a, 0x80, ...new Uint8Array(32));
  const checksum = blake2AsU8a(
    Uint8Array.of(...new TextEncoder().encode("SS58PRE"), ...payload),
    512,
  );
  const text = base58Encode(Uint8Array.of(...payload, ...checksum.subarray(0, 2)));
  assert.throws(() => address(text), { code: "address/invalid" });
});

Deno.test("address() refuses any change of one character", () => {
  const { ss58Address } = pairs[0]!;
  const alphabet = [..."123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"];
  fc.assert(
    fc.property(fc.nat(ss58Address.length - 1), fc.constantFrom(...alphabet), (index, letter) => {
      fc.pre(ss58Address[index] !== letter);
      const changed = ss58Address.slice(0, index) + letter + ss58Address.slice(index + 1);
      assert.throws(() => address(changed), { code: "address/invalid" });
    }),
  );
});

Deno.test("address() throws nothing but BittensorError, and accepts only what it would print", () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => `0x${bytes.toHex()}`),
  );
  fc.assert(fc.property(text, (candidate) => {
    try {
      assert.equal(encodeAddress(publicKeyOf(address(candidate))), candidate);
    } catch (error) {
      assert(error instanceof BittensorError, String(error));
    }
  }));
});
