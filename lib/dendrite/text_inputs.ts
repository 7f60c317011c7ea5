/** Text and token ids, checked and brought into the form that is sent. */

import { BittensorError } from "../base/errors.ts";
import { elementCount, formatShape, type IdTensor, Tensor } from "../base/tensor.ts";
import { tokenizer } from "../text/tokenizer.ts";
import { toInt64 } from "../wire/cast.ts";
import type { Elements } from "../wire/dtype.ts";
import { describe } from "./describe.ts";

/** Text, or token ids of one of several shapes; see {@linkcode readTextInputs}. */
export type TextInputs = string | readonly string[] | Tensor | readonly Tensor[];

/**
 * The token ids that each endpoint gets, int64 `[batch, sequence]`.
 *
 * | inputs | sent |
 * | --- | --- |
 * | a text | its tokens `[1, sequence]`, to every endpoint |
 * | a list of texts | one padded batch `[texts, sequence]`, to every endpoint |
 * | a tensor `[sequence]` or `[batch, sequence]` | the same to every endpoint |
 * | a tensor `[endpoints, batch, sequence]` | the i-th part to the i-th endpoint |
 * | a list of tensors of rank 1 or 2 | the i-th to the i-th endpoint |
 *
 * Tensors of another type are converted to int64, fractions cut off.
 *
 * @throws {BittensorError} `dendrite/inputs` for anything else.
 */
export function readTextInputs(inputs: TextInputs, endpointCount: number): readonly IdTensor[] {
  if (typeof inputs === "string") return same(tokenizer().encode(inputs), endpointCount);
  if (inputs instanceof Tensor) return readTensor(inputs, endpointCount);
  if (!Array.isArray(inputs) || inputs.length === 0) {
    throw refused(`${describe(inputs)} cannot be sent`);
  }
  const texts = inputs.filter((item) => typeof item === "string");
  if (texts.length === inputs.length) {
    return same(tokenizer().encodeBatch(texts), endpointCount);
  }
  const ids = inputs.map(readItem);
  if (ids.length === endpointCount) return ids;
  throw refused(`${ids.length} tensors do not match ${endpointCount} endpoints`);
}

function readItem(item: unknown, index: number, { length }: readonly unknown[]): IdTensor {
  if (item instanceof Tensor) return toBatch(item);
  throw refused(`item ${index} of ${length} is ${describe(item)}, in a list of texts and tensors`);
}

function readTensor(tensor: Tensor, endpointCount: number): readonly IdTensor[] {
  const [first, ...rest] = tensor.dims;
  if (tensor.dims.length !== 3) return same(toBatch(tensor), endpointCount);
  if (first !== endpointCount) {
    throw refused(`the first dimension of ${formatShape(tensor)} is not ${endpointCount}`);
  }
  const ids = toIds(tensor);
  const size = elementCount(rest);
  return Array.from(
    { length: endpointCount },
    (_, index) => new Tensor("int64", ids.subarray(index * size, (index + 1) * size), rest),
  );
}

function toBatch(tensor: Tensor): IdTensor {
  const { dims } = tensor;
  if (dims.length !== 1 && dims.length !== 2) {
    throw refused(`${formatShape(tensor)} has rank ${dims.length}, not 1 or 2`);
  }
  if (dims.length === 2 && isIds(tensor)) return tensor;
  return new Tensor("int64", toIds(tensor), dims.length === 1 ? [1, ...dims] : dims);
}

function isIds(tensor: Tensor): tensor is IdTensor {
  return tensor.type === "int64";
}

function toIds(tensor: Tensor): BigInt64Array {
  const { data } = tensor;
  if (!isElements(data)) throw refused(`${formatShape(tensor)} holds no numbers that fit int64`);
  try {
    return toInt64(data);
  } catch (cause) {
    throw refused(`${formatShape(tensor)} holds a number that is no token id`, cause);
  }
}

function isElements(data: Tensor["data"]): data is Elements & Tensor["data"] {
  return ArrayBuffer.isView(data) && !(data instanceof BigUint64Array);
}

function same(ids: IdTensor, count: number): readonly IdTensor[] {
  return count === 1 ? [ids] : Array.from({ length: count }, () => ids);
}

function refused(reason: string, cause?: unknown): BittensorError {
  return new BittensorError("dendrite/inputs", `Cannot send the inputs: ${reason}`, {
    cause,
    hint: "pass a text, a list of texts, int64 token ids [sequence] or [batch, sequence], or one " +
      "such tensor for each endpoint",
  });
}
