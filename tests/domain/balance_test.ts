import assert from "node:assert/strict";
import fc from "fast-check";
import { BittensorError } from "../../lib/base/errors.ts";
import { formatTao, rao, tao, toTao } from "../../lib/domain/balance.ts";
import balance from "../vectors/balance.json" with { type: "json" };

Deno.test("toTao() gives the published floats", () => {
  for (const { rao: amount, float } of balance.from_rao) {
    assert.equal(toTao(BigInt(amount)), float, amount);
  }
});

Deno.test("formatTao() agrees with the published texts that are exact", () => {
  const exact = balance.from_rao.filter(({ rao: amount, str }) =>
    BigInt(amount) >= 0n && !str.includes("e") && amount !== "123456789012345678"
  );
  assert.equal(exact.length, 9);
  for (const { rao: amount, str } of exact) assert.equal(formatTao(rao(BigInt(amount))), str);
});

Deno.test("formatTao() is exact where a float is not", () => {
  assert.equal(formatTao(rao(1n)), "τ0.000000001");
  assert.equal(formatTao(rao(123456789012345678n)), "τ123456789.012345678");
  assert.equal(formatTao(rao(10n ** 25n)), "τ10000000000000000.0");
});

Deno.test("formatTao() puts the sign of a difference first", () => {
  assert.equal(formatTao(rao(-1n)), "-τ0.000000001");
  assert.equal(formatTao(rao(-1_500_000_000n)), "-τ1.5");
});

Deno.test("tao() reads the published amounts that are decimals of at most nine places", () => {
  const decimals = balance.from_float.filter(({ amount_repr }) =>
    /^\d+(\.\d{1,9})?$/.test(amount_repr)
  );
  assert.equal(decimals.length, 20);
  for (const { amount_repr, rao: amount } of decimals) {
    assert.equal(tao(amount_repr), BigInt(amount), amount_repr);
  }
});

Deno.test("tao() is exact where the seed era truncated", () => {
  assert.equal(tao("1.001"), 1_001_000_000n);
  assert.equal(tao("0.000000001"), 1n);
});

Deno.test("tao() refuses signs, exponents, spaces and more than nine decimals", () => {
  const texts = ["", " ", "1 ", "-1", "+1", "1e3", ".5", "5.", "1,5", "0x10", "NaN", "τ1", "1.5\n"];
  for (const text of [...texts, "1.0000000001", "٣"]) {
    assert.throws(() => tao(text), { code: "balance/invalid" }, text);
  }
});

Deno.test("tao() reverses formatTao()", () => {
  fc.assert(fc.property(fc.bigInt(0n, 1n << 80n), (amount) => {
    assert.equal(tao(formatTao(rao(amount)).slice(1)), amount);
  }));
});

Deno.test("tao() throws nothing but BittensorError", () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."0123456789.-e ") }));
  fc.assert(fc.property(text, (candidate) => {
    try {
      assert(tao(candidate) >= 0n);
    } catch (error) {
      assert(error instanceof BittensorError, String(error));
    }
  }));
});
