/** The endpoints of a call, in every form in which they may be given. */

import { BittensorError, messageOf } from "../base/errors.ts";
import { Tensor } from "../base/tensor.ts";
import { address } from "../domain/address.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import { ENDPOINT_TENSOR_LENGTH, endpointFromTensor } from "../domain/endpoint_tensor.ts";
import { parseIp } from "../domain/ip.ts";
import { describe } from "./describe.ts";

/**
 * Neurons to ask.
 *
 * | endpoints | neurons |
 * | --- | --- |
 * | an endpoint, or a list of endpoints | these |
 * | int64 tensor `[250]` | the one that it encodes; see `endpointToTensor()` |
 * | int64 tensor `[n, 250]` | one for each row; none for `[0, 250]` |
 * | a list of such tensors | those of all tensors, in order |
 */
export type Endpoints = Endpoint | readonly Endpoint[] | Tensor | readonly Tensor[];

/** Whether an endpoint was checked before. */
export type IsKnown = (endpoint: Endpoint) => boolean;

/**
 * The endpoints of a call.
 *
 * @throws {BittensorError} `dendrite/endpoints` if they are something else.
 */
export function readEndpoints(endpoints: Endpoints, isKnown: IsKnown): readonly Endpoint[] {
  const first: unknown = Array.isArray(endpoints) ? endpoints[0] : endpoints;
  if (!(first instanceof Tensor)) return readEndpointObjects(endpoints, isKnown);
  const tensors: readonly unknown[] = Array.isArray(endpoints) ? endpoints : [endpoints];
  return tensors.flatMap(readTensor);
}

/**
 * The endpoints of a call that takes no endpoint tensors.
 *
 * @throws {BittensorError} `dendrite/endpoints` if they are something else.
 */
export function readEndpointObjects(endpoints: unknown, isKnown: IsKnown): readonly Endpoint[] {
  if (!Array.isArray(endpoints)) return [readEndpoint(endpoints, isKnown)];
  if (endpoints.length > 0) return endpoints.map((endpoint) => readEndpoint(endpoint, isKnown));
  throw refused("the list is empty", {
    hint: "an unsynced metagraph has no endpoints: sync it first",
  });
}

function readEndpoint(value: unknown, isKnown: IsKnown): Endpoint {
  if (!isEndpoint(value)) throw refused(`${describe(value)} is no endpoint`);
  if (isKnown(value)) return value;
  const { uid, ip, hotkey } = value;
  try {
    parseIp(ip);
    address(hotkey);
  } catch (cause) {
    throw refused(`endpoint ${uid} cannot be asked. ${messageOf(cause)}`, { cause });
  }
  return value;
}

function isEndpoint(value: unknown): value is Endpoint {
  return typeof value === "object" && value !== null && "hotkey" in value && "ip" in value &&
    "port" in value && typeof value.hotkey === "string" && typeof value.ip === "string" &&
    typeof value.port === "number" && isPort(value.port);
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= 65_535;
}

function readTensor(tensor: unknown): Endpoint[] {
  const data = tensor instanceof Tensor ? tensor.data : undefined;
  if (!(tensor instanceof Tensor) || !(data instanceof BigInt64Array)) {
    throw refused(`${describe(tensor)} is no endpoint tensor`);
  }
  const { dims } = tensor;
  const rows = dims.length === 1 ? 1 : dims[0] ?? 0;
  if ((dims.length !== 1 && dims.length !== 2) || dims.at(-1) !== ENDPOINT_TENSOR_LENGTH) {
    throw refused(`${describe(tensor)} has not the shape [n, ${ENDPOINT_TENSOR_LENGTH}]`);
  }
  return Array.from({ length: rows }, (_, row) => {
    const start = row * ENDPOINT_TENSOR_LENGTH;
    return readRow(data.subarray(start, start + ENDPOINT_TENSOR_LENGTH), row);
  });
}

function readRow(data: BigInt64Array, row: number): Endpoint {
  try {
    return endpointFromTensor(new Tensor("int64", data, [ENDPOINT_TENSOR_LENGTH]));
  } catch (cause) {
    throw refused(`row ${row} of the tensor is no endpoint. ${messageOf(cause)}`, { cause });
  }
}

const HINT =
  "pass an endpoint or a list of endpoints, such as metagraph.endpoints; for text also " +
  "int64 endpoint tensors [250] or [n, 250]";

function refused(
  reason: string,
  { hint = HINT, cause }: { readonly hint?: string; readonly cause?: unknown } = {},
): BittensorError {
  return new BittensorError("dendrite/endpoints", `Cannot query the endpoints: ${reason}`, {
    cause,
    hint,
  });
}
