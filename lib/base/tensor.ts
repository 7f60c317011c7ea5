/** Tensors, as the wire and the compute core pass them: a type, dimensions and a typed array. */

import { Tensor, type TypedTensor } from "onnxruntime-common";

export { Tensor };

/** A tensor of 32-bit floats. */
export type FloatTensor = TypedTensor<"float32">;

/** A tensor of 64-bit integers, such as token ids; its data is a `BigInt64Array`. */
export type IdTensor = TypedTensor<"int64">;

/** Number of elements of a tensor with these dimensions; 1 for rank 0. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((count, dim) => count * dim, 1);
}

/** A float32 tensor of zeros. */
export function zeros(dims: readonly number[]): FloatTensor {
  return new Tensor("float32", new Float32Array(elementCount(dims)), dims);
}

/** Dtype and dimensions for people: `float32 [1, 9, 512]`. */
export function formatShape(tensor: Pick<Tensor, "type" | "dims">): string {
  return `${tensor.type} [${tensor.dims.join(", ")}]`;
}
