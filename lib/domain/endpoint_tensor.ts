/** Endpoints as tensors, the form in which the seed era's metagraph kept them. */

import { BittensorError, messageOf } from "../base/errors.ts";
import { formatShape, type IdTensor, Tensor } from "../base/tensor.ts";
import { type Address, address } from "./address.ts";
import type { Endpoint } from "./endpoint.ts";
import { formatIp, type IpType, parseIp } from "./ip.ts";
import { Modality } from "./modality.ts";

/** Length of every endpoint tensor: one element for each byte of the text, −1 after its end. */
export const ENDPOINT_TENSOR_LENGTH = 250;

/** What follows the text. */
const PADDING = -1n;

/**
 * An endpoint as int64 `[250]`: the bytes of its JSON text, padded with −1.
 *
 * @throws {BittensorError} `endpoint/too-long` if the text has more than 250 bytes, which no
 * endpoint with valid addresses has; `ip/invalid`.
 *
 * @example There and back
 * ```ts
 * import { address, endpointFromTensor, endpointToTensor, type Endpoint } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * const hotkey = address("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
 * const endpoint: Endpoint = {
 *   uid: 7,
 *   hotkey,
 *   ip: "203.0.113.7",
 *   ipType: 4,
 *   port: 8091,
 *   modality: 0,
 *   coldkey: hotkey,
 * };
 * const tensor = endpointToTensor(endpoint);
 * assert.deepEqual(tensor.dims, [250]);
 * assert.deepEqual(endpointFromTensor(tensor), endpoint);
 * ```
 */
export function endpointToTensor(endpoint: Endpoint): IdTensor {
  const text = toJson(endpoint);
  if (text.length > ENDPOINT_TENSOR_LENGTH) {
    throw new BittensorError(
      "endpoint/too-long",
      `Cannot encode endpoint ${endpoint.uid}: its text has ${text.length} bytes, of at most ` +
        ENDPOINT_TENSOR_LENGTH,
      { hint: "hotkey and coldkey must be addresses of 48 characters" },
    );
  }
  const data = new BigInt64Array(ENDPOINT_TENSOR_LENGTH).fill(PADDING);
  for (let index = 0; index < text.length; index++) data[index] = BigInt(text.charCodeAt(index));
  return new Tensor("int64", data, [ENDPOINT_TENSOR_LENGTH]);
}

/** The text that Python's `json.dumps` makes of an endpoint: spaces after `,` and `:`, all ASCII. */
function toJson({ uid, hotkey, ip, ipType, port, coldkey, modality }: Endpoint): string {
  const fields = {
    uid,
    hotkey,
    ip: formatIp(parseIp(ip)),
    ip_type: ipType,
    port,
    coldkey,
    modality,
  };
  const pairs = Object.entries(fields).map(([key, value]) => `"${key}": ${JSON.stringify(value)}`);
  return `{${pairs.join(", ")}}`.replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * The endpoint in a tensor, int64 `[250]` or `[1, 250]`.
 *
 * Every field is checked. The seed era took any text as hotkey, uids beyond 2⁵³ and a family that
 * does not fit the address; we do not.
 *
 * @throws {BittensorError} `endpoint/tensor` if it holds no endpoint.
 */
export function endpointFromTensor(tensor: Tensor): Endpoint {
  const { data, dims } = tensor;
  const single = dims.length === 1 || (dims.length === 2 && dims[0] === 1);
  if (!(data instanceof BigInt64Array) || !single || dims.at(-1) !== ENDPOINT_TENSOR_LENGTH) {
    throw notReadable(`${formatShape(tensor)} is not int64 [${ENDPOINT_TENSOR_LENGTH}]`);
  }
  return readFields(parseObject(readText(data)));
}

/** The text up to the padding. */
function readText(data: BigInt64Array): string {
  const end = data.indexOf(PADDING);
  const values = end < 0 ? data : data.subarray(0, end);
  const wrong = values.find((value) => value < 0n || value > 255n);
  if (wrong !== undefined) throw notReadable(`${wrong} is no byte`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(values, Number));
  } catch (cause) {
    throw notReadable("its bytes are not UTF-8", cause);
  }
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw notReadable(`${JSON.stringify(text.slice(0, 40))} is no JSON`, cause);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw notReadable(`${JSON.stringify(text.slice(0, 40))} is no JSON object`);
}

function readFields(fields: Record<string, unknown>): Endpoint {
  const ip = readField(fields, "ip", readIp);
  return {
    uid: readField(fields, "uid", (value) => readInteger(value, Number.MAX_SAFE_INTEGER)),
    hotkey: readField(fields, "hotkey", readAddress),
    ip,
    ipType: readField(fields, "ip_type", (value) => readIpType(value, ip)),
    port: readField(fields, "port", (value) => readInteger(value, 65_535)),
    modality: readField(fields, "modality", readModality),
    coldkey: readField(fields, "coldkey", readAddress),
  };
}

/** Reads one field; what `read` throws becomes an error that names the field and its value. */
function readField<T>(
  fields: Record<string, unknown>,
  name: string,
  read: (value: unknown) => T,
): T {
  if (!Object.hasOwn(fields, name)) throw notReadable(`it has no ${name}`);
  const value = fields[name];
  try {
    return read(value);
  } catch (cause) {
    throw notReadable(`its ${name} is ${JSON.stringify(value)}: ${messageOf(cause)}`, cause);
  }
}

function readString(value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError("a text is needed");
}

function readAddress(value: unknown): Address {
  const text = readString(value);
  try {
    return address(text);
  } catch (cause) {
    throw new TypeError("that is no address", { cause });
  }
}

/** The address in its canonical form. */
function readIp(value: unknown): string {
  const text = readString(value);
  try {
    return formatIp(parseIp(text));
  } catch (cause) {
    throw new TypeError("that is no IP address", { cause });
  }
}

function readInteger(value: unknown, most: number): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= most) {
    return value;
  }
  throw new TypeError(`a whole number up to ${most} is needed`);
}

function readIpType(value: unknown, ip: string): IpType {
  const { type } = parseIp(ip);
  if (value === type) return type;
  throw new TypeError(`the address is one of IPv${type}`);
}

function readModality(value: unknown): Modality {
  const modality = Object.values(Modality).find((known) => known === value);
  if (modality !== undefined) return modality;
  throw new TypeError("0 is text, 1 images, 2 tensors");
}

function notReadable(reason: string, cause?: unknown): BittensorError {
  return new BittensorError("endpoint/tensor", `Cannot read the endpoint tensor: ${reason}`, {
    cause,
    hint: "make endpoint tensors with endpointToTensor()",
  });
}
