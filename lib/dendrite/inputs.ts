/** What a dendrite accepts, checked and brought into the form that is sent. */

import { BittensorError } from "../base/errors.ts";
import { elementCount, formatShape, type IdTensor, Tensor } from "../base/tensor.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import { parseIp } from "../domain/ip.ts";
import { tokenizer } from "../text/tokenizer.ts";
import { toInt64 } from "../wire/cast.ts";
import type { Elements } from "../wire/dtype.ts";

/** Text, or token ids of one of several shapes; see {@linkcode readTextInputs}. */
export type TextInputs = string | readonly string[] | Tensor | readonly Tensor[];

/**
 * The endpoints of a call, at least one.
 *
 * @throws {BittensorError} `dendrite/endpoints` if they are something else.
 */
export function readEndpoints(endpoints: Endpoint | readonly Endpoint[]): readonly Endpoint[] {
  const list: readonly unknown[] = Array.isArray(endpoints) ? endpoints : [endpoints];
  if (list.length === 0) {
    throw badEndpoints(
      "the list is empty",
      "an unsynced metagraph has no endpoints: sync it first",
    );
  }
  return list.map(readEndpoint);
}

function readEndpoint(value: unknown): Endpoint {
  if (!isEndpoint(value)) {
    throw badEndpoints(`${describe(value)} is no endpoint`, ENDPOINTS_HINT);
  }
  parseIp(value.ip);
  return value;
}

function isEndpoint(value: unknown): value is Endpoint {
  return typeof value === "object" && value !== null && "ip" in value && "port" in value &&
    typeof value.ip === "string" && typeof value.port === "number" && isPort(value.port);
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= 65_535;
}

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
  if (isListOf(inputs, isText)) return same(tokenizer().encodeBatch(inputs), endpointCount);
  if (!isListOf(inputs, isTensor)) throw badInputs(`${describe(inputs)} cannot be sent`);
  if (inputs.length === endpointCount) return inputs.map(toBatch);
  throw badInputs(`${inputs.length} tensors do not match ${endpointCount} endpoints`);
}

function readTensor(tensor: Tensor, endpointCount: number): readonly IdTensor[] {
  const [first, ...rest] = tensor.dims;
  if (tensor.dims.length !== 3) return same(toBatch(tensor), endpointCount);
  if (first !== endpointCount) {
    throw badInputs(`the first dimension of ${formatShape(tensor)} is not ${endpointCount}`);
  }
  const ids = toIds(tensor);
  const size = elementCount(rest);
  return Array.from(
    { length: endpointCount },
    (_, index) => new Tensor("int64", ids.slice(index * size, (index + 1) * size), rest),
  );
}

function toBatch(tensor: Tensor): IdTensor {
  const { dims } = tensor;
  if (dims.length !== 1 && dims.length !== 2) {
    throw badInputs(`${formatShape(tensor)} has rank ${dims.length}`);
  }
  return new Tensor("int64", toIds(tensor), dims.length === 1 ? [1, ...dims] : dims);
}

function toIds(tensor: Tensor): BigInt64Array {
  const { data } = tensor;
  if (!isElements(data)) throw badInputs(`${formatShape(tensor)} holds no numbers that fit int64`);
  try {
    return toInt64(data);
  } catch (cause) {
    throw badInputs(`${formatShape(tensor)} holds a number that is no token id`, cause);
  }
}

function isElements(data: Tensor["data"]): data is Elements & Tensor["data"] {
  return ArrayBuffer.isView(data) && !(data instanceof BigUint64Array);
}

function same(ids: IdTensor, count: number): readonly IdTensor[] {
  return Array.from({ length: count }, () => ids);
}

function isListOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.length > 0 && value.every(isItem);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTensor(value: unknown): value is Tensor {
  return value instanceof Tensor;
}

/** A value and its type for people, never long. */
function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value instanceof Tensor) return `a tensor ${formatShape(value)}`;
  if (Array.isArray(value)) {
    return value.length === 0 ? "an empty list" : `a list that starts with ${describe(value[0])}`;
  }
  if (typeof value === "object") {
    return `an object with ${Object.keys(value).slice(0, 5).join(", ")}`;
  }
  return `the ${typeof value} ${JSON.stringify(String(value).slice(0, 40))}`;
}

const ENDPOINTS_HINT = "pass an endpoint or a list of endpoints, such as metagraph.endpoints";

function badEndpoints(reason: string, hint: string): BittensorError {
  return new BittensorError("dendrite/endpoints", `Cannot query the endpoints: ${reason}`, {
    hint,
  });
}

function badInputs(reason: string, cause?: unknown): BittensorError {
  return new BittensorError("dendrite/inputs", `Cannot send the inputs: ${reason}`, {
    cause,
    hint: "pass a text, a list of texts, int64 token ids [sequence] or [batch, sequence], or one " +
      "such tensor for each endpoint",
  });
}
