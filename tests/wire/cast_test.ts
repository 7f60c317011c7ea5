import assert from "node:assert/strict";
import fc from "fast-check";
import { castElements, toInt64 } from "../../lib/wire/cast.ts";

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const int64 = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
/** Also far beyond 64 bits. */
const float = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), int32);

Deno.test("castElements() cuts fractions off, and wraps integers that do not fit", () => {
  fc.assert(fc.property(fc.array(float), (values) => {
    const integers = values.map((value) => BigInt(Math.trunc(value)));
    const elements = Float64Array.from(values);
    const { data: wide } = castElements(elements, "int64", [values.length]);
    assert.deepEqual(wide, BigInt64Array.from(integers));
    const { data: narrow } = castElements(elements, "int32", [values.length]);
    assert.deepEqual(
      narrow,
      Int32Array.from(integers, (value) => Number(BigInt.asIntN(32, value))),
    );
  }));
});

Deno.test("castElements() takes the low half of 64-bit integers, and rounds them to floats", () => {
  fc.assert(fc.property(fc.array(int64), fc.nat(3), (values, skipped) => {
    // A view that does not start where its buffer does.
    const elements = BigInt64Array.of(...Array(skipped).fill(7n), ...values).subarray(skipped);
    const dims = [values.length];
    const { data: narrow } = castElements(elements, "int32", dims);
    assert.deepEqual(narrow, Int32Array.from(values, (value) => Number(BigInt.asIntN(32, value))));
    const { data: float64 } = castElements(elements, "float64", dims);
    assert.deepEqual(float64, Float64Array.from(values, Number));
    const { data: float32 } = castElements(elements, "float32", dims);
    assert.deepEqual(float32, Float32Array.from(values, Number));
  }));
});

Deno.test("castElements() keeps the values of every type that fits", () => {
  const values = [0, 1, 100, 127];
  const bigints = BigInt64Array.from(values, BigInt);
  for (
    const type of [
      Float16Array,
      Float32Array,
      Float64Array,
      Int8Array,
      Int16Array,
      Int32Array,
      Uint8Array,
    ]
  ) {
    const elements = type.from(values);
    assert.deepEqual(toInt64(elements), bigints);
    for (const to of ["float32", "float64", "int32"] as const) {
      assert.deepEqual(Array.from(castElements(elements, to, [4]).data, Number), values);
    }
  }
});

Deno.test("castElements() gives back elements that have the type already", () => {
  for (
    const [elements, type] of [
      [Float32Array.of(NaN), "float32"],
      [Float64Array.of(NaN), "float64"],
      [Int32Array.of(1), "int32"],
      [BigInt64Array.of(1n), "int64"],
    ] as const
  ) {
    assert.equal(castElements(elements, type, [1]).data, elements);
  }
});

Deno.test("castElements() refuses to make integers of NaN and the infinities", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    for (const type of ["int32", "int64"] as const) {
      assert.throws(() => castElements(Float32Array.of(0, value), type, [2]), {
        code: "wire/cast",
      });
    }
  }
});
