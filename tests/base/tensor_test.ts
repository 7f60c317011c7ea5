import assert from "node:assert/strict";
import { elementCount, formatShape, Tensor, zeros } from "../../lib/base/tensor.ts";

Deno.test("elementCount() multiplies the dimensions, 1 for a scalar", () => {
  assert.equal(elementCount([]), 1);
  assert.equal(elementCount([3]), 3);
  assert.equal(elementCount([2, 9, 512]), 9216);
  assert.equal(elementCount([4, 0, 2]), 0);
});

Deno.test("zeros() makes a float32 tensor of its dimensions", () => {
  const tensor = zeros([2, 3]);
  assert.equal(tensor.type, "float32");
  assert.deepEqual(tensor.dims, [2, 3]);
  assert.deepEqual(tensor.data, new Float32Array(6));
  assert.equal(zeros([]).data.length, 1);
});

Deno.test("formatShape() names dtype and dimensions", () => {
  assert.equal(formatShape(zeros([1, 9, 512])), "float32 [1, 9, 512]");
  assert.equal(formatShape(new Tensor("int64", new BigInt64Array(1), [])), "int64 []");
});
