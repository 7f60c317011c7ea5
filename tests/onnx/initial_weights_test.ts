import assert from "node:assert/strict";
import fc from "fast-check";
import { normal, ones, truncatedNormal, zeros } from "../../lib/onnx/models/initial_weights.ts";
import type { WriteWeight } from "../../lib/onnx/graph/graph_builder.ts";

function written(write: WriteWeight, length: number, name = "w"): Float32Array {
  const bytes = new Uint8Array(length * 4).fill(0xff);
  write(bytes, name);
  return new Float32Array(bytes.buffer);
}

Deno.test("truncatedNormal() has the moments of a normal cut at two standard deviations", () => {
  const values = written(truncatedNormal({ range: 0.02, seed: 3 }), 1_000_000);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  assert(Math.abs(mean) < 1e-4);
  // The variance of that distribution is 1 - 4 φ(2) / (2 Φ(2) - 1), times the range squared.
  assert(Math.abs(Math.sqrt(variance) / 0.02 - 0.879626) < 2e-3);
  assert(values.every((value) => Math.abs(value) <= 0.04));
  assert(values.some((value) => value > 0.0399) && values.some((value) => value < -0.0399));
});

Deno.test("truncatedNormal() has the quantiles of that distribution", () => {
  const values = written(truncatedNormal({ range: 1, seed: 4 }), 400_000).sort();
  // Φ⁻¹ at p = Φ(-2) + q (2 Φ(2) - 1) for q = 0.1, 0.25, 0.5, 0.9, from a table of the normal.
  const expected = [[0.1, -1.1841], [0.25, -0.6391], [0.5, 0], [0.9, 1.1841]] as const;
  for (const [q, quantile] of expected) {
    assert(Math.abs(values[Math.floor(q * values.length)]! - quantile) < 0.01, `at ${q}`);
  }
});

Deno.test("truncatedNormal() gives neighbours that do not depend on each other", () => {
  const values = written(truncatedNormal({ range: 1, seed: 5 }), 400_000);
  for (const distance of [1, 2, 3]) {
    const products = values.subarray(distance).map((value, index) => value * values[index]!);
    const covariance = products.reduce((sum, product) => sum + product, 0) / products.length;
    assert(Math.abs(covariance) < 5e-3, `at distance ${distance}: ${covariance}`);
  }
});

Deno.test("truncatedNormal() gives the numbers that it gave when this test was written", () => {
  const values = written(truncatedNormal({ range: 1, seed: 1 }), 5, "embeddings");
  assert.deepEqual(
    [...values],
    [
      -0.6420477628707886,
      1.0935587882995605,
      1.4368592500686646,
      0.04132034629583359,
      0.771538496017456,
    ],
  );
});

Deno.test("normal() has the quantiles of the normal distribution, tails included", () => {
  const values = written(normal({ range: 1, seed: 4 }), 400_000).sort();
  // Φ⁻¹ from a table of the normal.
  const expected = [[0.01, -2.3263], [0.025, -1.96], [0.25, -0.6745], [0.5, 0], [0.975, 1.96]];
  for (const [q = 0, quantile = 0] of expected) {
    assert(Math.abs(values[Math.floor(q * values.length)]! - quantile) < 0.02, `at ${q}`);
  }
  const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
  assert(Math.abs(variance - 1) < 0.01);
  // The outermost quantiles: Φ⁻¹(1 / 131072) = -4.3247.
  assert(Math.abs(values[0]! + 4.3247) < 1e-3 && Math.abs(values.at(-1)! - 4.3247) < 1e-3);
});

Deno.test("normal() gives the numbers that it gave when this test was written", () => {
  const values = written(normal({ range: 1, seed: 1 }), 5, "embeddings");
  assert.deepEqual(
    [...values],
    [
      -0.6776382327079773,
      1.176118016242981,
      1.5969570875167847,
      0.043291255831718445,
      0.8173795938491821,
    ],
  );
});

Deno.test("truncatedNormal() depends on the seed and the name alone", () => {
  const numbers = (seed: number, name: string) =>
    written(truncatedNormal({ range: 1, seed }), 40_000, name);
  assert.deepEqual(numbers(1, "a"), numbers(1, "a"));
  for (const other of [numbers(1, "b"), numbers(2, "a"), numbers(1 + 2 ** 32, "a")]) {
    const equal = numbers(1, "a").filter((value, index) => value === other[index]);
    assert(equal.length < 20);
  }
});

Deno.test("truncatedNormal() fills any length at any alignment, and nothing beside it", () => {
  const write = truncatedNormal({ range: 1, seed: 9 });
  const reference = written(write, 40_000);
  fc.assert(
    fc.property(fc.nat(40_000), fc.nat(7), (length, offset) => {
      const file = new Uint8Array(offset + length * 4 + 1).fill(0x55);
      write(file.subarray(offset, offset + length * 4), "w");
      const floats = new Float32Array(file.slice(offset, offset + length * 4).buffer);
      assert.deepEqual(floats, reference.subarray(0, length));
      assert(file.subarray(0, offset).every((byte) => byte === 0x55));
      assert.equal(file.at(-1), 0x55);
    }),
    { numRuns: 30 },
  );
});

Deno.test("zeros and ones write every element", () => {
  assert.deepEqual(written(zeros, 3), Float32Array.of(0, 0, 0));
  assert.deepEqual(written(ones, 20_001), new Float32Array(20_001).fill(1));
});
