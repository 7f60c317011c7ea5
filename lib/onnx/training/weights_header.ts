/** The header of a file of weights: which tensors it has, and where. */

import { BittensorError } from "../../base/errors.ts";
import { elementCount } from "../../base/tensor.ts";
import type { Parameter } from "./step_graphs.ts";

/** Bytes of the number that says how long the header is. */
export const LENGTH_BYTES = 8;

/** A header is a few hundred bytes for each tensor; the format allows no longer one. */
export const MAX_HEADER_BYTES = 100_000_000;

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** Where the elements of a parameter are, counted from the end of the header. */
export interface StoredParameter extends Parameter {
  readonly offset: number;
}

/** Lays parameters out, one after the other. */
export function storedParameters(parameters: readonly Parameter[]): readonly StoredParameter[] {
  let end = 0;
  return parameters.map(({ name, dims }) => {
    const offset = end;
    end += elementCount(dims) * FLOAT_BYTES;
    return { name, dims, offset };
  });
}

/** The bytes before the first element: length of the header, and the header. */
export function encodeHeader(model: string, parameters: readonly Parameter[]): Uint8Array {
  const tensors = storedParameters(parameters).map(({ name, dims, offset }) => [name, {
    dtype: "F32",
    shape: dims,
    data_offsets: [offset, offset + elementCount(dims) * FLOAT_BYTES],
  }]);
  const text = JSON.stringify({ __metadata__: { model }, ...Object.fromEntries(tensors) });
  const header = new TextEncoder().encode(text);
  // Spaces until the elements are aligned.
  const length = Math.ceil(header.length / LENGTH_BYTES) * LENGTH_BYTES;
  const bytes = new Uint8Array(LENGTH_BYTES + length).fill(" ".charCodeAt(0));
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(header, LENGTH_BYTES);
  return bytes;
}

/**
 * Finds the parameters of a model in a header.
 *
 * @param dataBytes Bytes of the file behind the header.
 * @throws {BittensorError} `weights/format` If it is no header, or the file was cut off;
 *   `weights/model` if the file does not have exactly these parameters.
 */
export function decodeHeader(
  header: Uint8Array,
  parameters: readonly Parameter[],
  dataBytes: number,
): readonly StoredParameter[] {
  const { __metadata__, ...tensors } = parseObject(header);
  const entries = new Map(Object.entries(tensors));
  const found = parameters.map((parameter) => {
    const entry = entries.get(parameter.name);
    if (entry === undefined) throw otherModel(`it has no ${parameter.name}`);
    return readEntry(entry, parameter);
  });
  const known = new Set(parameters.map(({ name }) => name));
  const stranger = [...entries.keys()].find((name) => !known.has(name));
  if (stranger !== undefined) throw otherModel(`it has ${stranger}, which the model has not`);
  let end = 0;
  for (const { name, dims, offset } of found.toSorted((a, b) => a.offset - b.offset)) {
    if (offset !== end) throw formatError(`${name} begins at ${offset}, not at ${end}`);
    end += elementCount(dims) * FLOAT_BYTES;
  }
  if (dataBytes !== end) {
    throw formatError(`it has ${dataBytes} bytes of weights where ${end} were written`);
  }
  return found;
}

function parseObject(header: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(header));
    if (isObject(value)) return value;
  } catch (cause) {
    throw formatError("its header is no JSON", cause);
  }
  throw formatError("its header is no object");
}

function readEntry(entry: unknown, { name, dims }: Parameter): StoredParameter {
  const { dtype, shape, data_offsets: offsets } = isObject(entry) ? entry : {};
  if (dtype !== "F32" || !Array.isArray(shape) || shape.join() !== dims.join()) {
    throw otherModel(`${name} is ${dtype} [${shape}] there, and F32 [${dims}] in the model`);
  }
  const [offset, end]: readonly unknown[] = Array.isArray(offsets) ? offsets : [];
  if (isOffset(offset) && end === offset + elementCount(dims) * FLOAT_BYTES) {
    return { name, dims, offset };
  }
  throw formatError(`the place of ${name} is ${JSON.stringify(offsets)}`);
}

function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** The error for a file that is no file of weights, or not all of one. */
export function formatError(reason: string, cause?: unknown): BittensorError {
  return new BittensorError("weights/format", `Cannot read the weights: ${reason}`, {
    cause,
    hint: "the file was cut off, or is none that saveWeights() wrote",
  });
}

function otherModel(reason: string): BittensorError {
  return new BittensorError("weights/model", `Cannot use the weights: ${reason}`, {
    hint: "make the model with the configuration with which the weights were saved",
  });
}
