import assert from "node:assert/strict";
import fc from "fast-check";
import { distribution, percentile } from "../../lib/base/percentile.ts";

Deno.test("percentile() takes the nearest rank", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.equal(percentile(hundred, 0), 1);
  assert.equal(percentile(hundred, 1), 1);
  assert.equal(percentile(hundred, 50), 50);
  assert.equal(percentile(hundred, 99), 99);
  assert.equal(percentile(hundred, 99.5), 100);
  assert.equal(percentile(hundred, 100), 100);
  assert.equal(percentile([7], 50), 7);
  assert.equal(percentile(Float32Array.of(10, 9), 50), 9);
});

Deno.test("percentile() refuses what has no answer", () => {
  assert.throws(() => percentile([], 50), RangeError);
  for (const percent of [-1, 101, NaN]) assert.throws(() => percentile([1], percent), RangeError);
});

Deno.test("percentile() leaves the measurements as they are", () => {
  const values = [3, 1, 2];
  percentile(values, 50);
  assert.deepEqual(values, [3, 1, 2]);
});

Deno.test("percentile() is a measurement that enough others do not exceed", () => {
  const values = fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 50 });
  fc.assert(fc.property(values, fc.integer({ min: 1, max: 100 }), (list, percent) => {
    const found = percentile(list, percent);
    assert(list.includes(found));
    assert(list.filter((value) => value <= found).length >= percent / 100 * list.length);
    assert(list.filter((value) => value < found).length < percent / 100 * list.length);
  }));
});

Deno.test("distribution() equals its percentiles", () => {
  const values = Array.from({ length: 250 }, (_, index) => index * 7 % 250);
  assert.deepEqual(distribution(values), {
    count: 250,
    p50: percentile(values, 50),
    p90: percentile(values, 90),
    p99: percentile(values, 99),
    max: 249,
  });
  assert.equal(distribution([]), null);
});
