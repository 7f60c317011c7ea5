/** Answers of the network, and of peers that do it wrong. */

import { elementCount, type FloatTensor, Tensor } from "../../lib/base/tensor.ts";
import { NETWORK_DIM } from "../../lib/domain/constants.ts";
import { Modality } from "../../lib/domain/modality.ts";
import type { Pieces } from "../../lib/wire/pieces.ts";
import { decodeTensor, encodeTensor } from "../../lib/wire/tensor_codec.ts";
import { decodeMessage, encodeMessage } from "../../lib/wire/tensor_message.ts";

/** An answer with these tensors. */
export function answer(tensors: readonly Tensor[], returnCode = 0, message = ""): Pieces {
  const encoded = tensors.map((tensor) => encodeTensor(tensor, { modality: Modality.TENSOR }));
  return encodeMessage({ hotkey: "0x00", tensors: encoded, returnCode, message });
}

/** A float32 tensor whose every element is `value`. */
export function filled(dims: readonly number[], value = 1): FloatTensor {
  return new Tensor("float32", new Float32Array(elementCount(dims)).fill(value), dims);
}

/** An int64 tensor. */
export function ids(values: readonly number[], dims: readonly number[] = [values.length]): Tensor {
  return new Tensor("int64", BigInt64Array.from(values, BigInt), dims);
}

/** The tensors of a request. */
export function tensorsOf(request: Uint8Array): Tensor[] {
  return decodeMessage(request).tensors.map((tensor) => decodeTensor(tensor));
}

/** A model whose every number is the first token id of the request. */
export function echo(request: Uint8Array): Pieces {
  const [inputs] = tensorsOf(request);
  const [batch = 0, sequence = 0] = inputs?.dims ?? [];
  const value = Number((inputs?.data as BigInt64Array | undefined)?.[0]);
  return answer([filled([batch, sequence, NETWORK_DIM], value)], 0, "Success");
}
