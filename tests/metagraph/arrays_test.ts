import assert from "node:assert/strict";
import { Tensor, zeros } from "../../lib/base/tensor.ts";
import { fromTensor, ndarray, toTensor } from "../../lib/metagraph/arrays.ts";

const tensors = [
  new Tensor("float32", Float32Array.of(1.5, -2, 3, 4, 5, 6), [2, 3]),
  new Tensor("float64", Float64Array.of(1e-300, 2), [2]),
  new Tensor("int32", Int32Array.of(-7, 8), [1, 2, 1]),
  new Tensor("int64", BigInt64Array.of(-(2n ** 62n), 3n), [2, 1]),
  zeros([0, 512]),
];

for (const tensor of tensors) {
  Deno.test(`fromTensor() and toTensor() keep a ${tensor.type} tensor [${tensor.dims}]`, () => {
    const array = fromTensor(tensor);
    assert.equal(array.dtype, tensor.type);
    assert.deepEqual([...array.shape], [...tensor.dims]);
    const back = toTensor(array);
    assert.equal(back.type, tensor.type);
    assert.deepEqual(back.dims, tensor.dims);
    assert.deepEqual(back.data, tensor.data);
  });
}

Deno.test("toTensor() lays a transposed array out row by row", () => {
  const transposed = ndarray(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]).transpose();
  const tensor = toTensor(transposed);
  assert.deepEqual(tensor.dims, [3, 2]);
  assert.deepEqual(tensor.data, Float32Array.of(1, 4, 2, 5, 3, 6));
});

Deno.test("fromTensor() copies: the array does not change with the tensor", () => {
  const tensor = new Tensor("float32", Float32Array.of(1, 2), [2]);
  const array = fromTensor(tensor);
  tensor.data[0] = 9;
  assert.equal(array.get([0]), 1);
});

Deno.test("fromTensor() refuses a type that arrays of the network do not have", () => {
  assert.throws(() => fromTensor(new Tensor("bool", [true], [1])), TypeError);
});

Deno.test("arrays print their own elements, also those of a slice", () => {
  const array = ndarray(Float32Array.from({ length: 12 }, (_, index) => index), [3, 4]);
  assert.equal(String(array.slice(":2", ":2")), "[[0. 1.]\n [4. 5.]]");
  assert.equal(String(array.transpose().row(1)), "[1. 5. 9.]");
  assert.equal(String(array.slice("::2", "0")), "[0. 8.]");
  assert.equal(String(ndarray(BigInt64Array.of(1n, 2n, 3n, 4n), [2, 2]).col(1)), "[2 4]");
  assert.equal(Deno.inspect(array.row(2)), "[ 8.  9. 10. 11.]");
});
