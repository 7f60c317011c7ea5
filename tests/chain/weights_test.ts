import assert from "node:assert/strict";
import fc from "fast-check";
import { denseWeights, normalizeWeights } from "../../lib/chain/weights.ts";
import { WEIGHT_SCALE } from "../../lib/domain/constants.ts";
import vectors from "../vectors/weights.json" with { type: "json" };

for (const { name, uids, weights_as_float64, ...expected } of vectors.emit) {
  const weights = weights_as_float64.map(Number);
  Deno.test(`normalizeWeights() does ${name} as the seed era did`, () => {
    if (expected.error !== undefined) {
      assert.throws(() => normalizeWeights(uids, weights), { code: "chain/invalid-weights" });
      return;
    }
    const normalized = normalizeWeights(uids, weights);
    assert.deepEqual(normalized, { uids: expected.out_uids, values: expected.out_vals });
    assert.equal(normalized.values.reduce((sum, value) => sum + value, 0), expected.sum);
    if (expected.inverse === undefined) return;
    const dense = denseWeights(expected.inverse_n, normalized.uids, normalized.values);
    assert.deepEqual([...dense], expected.inverse);
  });
}

for (const { name, n, uids, vals, row } of vectors.inverse_rows) {
  Deno.test(`denseWeights() does ${name} as the seed era did`, () => {
    if (row === undefined) assert.throws(() => denseWeights(n, uids, vals), RangeError);
    else assert.deepEqual([...denseWeights(n, uids, vals)], row);
  });
}

Deno.test("normalizeWeights() takes uids as int64, as arrays of a metagraph have them", () => {
  const { uids } = normalizeWeights(BigInt64Array.of(4n, 7n), Float32Array.of(1, 3));
  assert.deepEqual(uids, [4, 7]);
});

Deno.test("normalizeWeights() refuses what is no uid, and weights that do not add up", () => {
  for (const uid of [-1, 1.5, NaN, 2 ** 53]) {
    assert.throws(() => normalizeWeights([uid], [1]), { code: "chain/invalid-weights" });
  }
  assert.throws(() => normalizeWeights([0, 1], [Number.MAX_VALUE, Number.MAX_VALUE]), {
    message: /sum is too large/,
  });
});

Deno.test("normalizeWeights() gives values that sum to the scale, or nothing", () => {
  const weight = fc.double({ min: 0, max: 1e9, noNaN: true });
  fc.assert(fc.property(fc.array(weight, { minLength: 1, maxLength: 300 }), (weights) => {
    const { uids, values } = normalizeWeights(weights.map((_, uid) => uid), weights);
    const isZero = weights.every((weight) => weight === 0);
    assert.equal(values.reduce((sum, value) => sum + value, 0), isZero ? 0 : WEIGHT_SCALE);
    assert.equal(uids.length, values.length);
    assert.ok(values.every((value) => Number.isInteger(value) && value > 0));
  }));
});
