/**
 * Files of weights, in the safetensors format: the length of a header, 64 bits little-endian; the
 * header, JSON that gives name, type, shape and place of each tensor; the elements.
 *
 * Such a file holds data only, unlike the pickles of the seed era, which ran code when they were read.
 */

import { BittensorError, messageOf } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import { elementCount } from "../../base/tensor.ts";
import type { Graph } from "../graph/graph_builder.ts";
import { parameterElements, parametersOf, type Weights } from "../graph/parameters.ts";
import {
  decodeHeader,
  encodeHeader,
  formatError,
  LENGTH_BYTES,
  MAX_HEADER_BYTES,
} from "./weights_header.ts";

/**
 * Writes the weights of a graph to a file, which is seen whole or not at all; one that exists is
 * replaced.
 *
 * @throws {BittensorError} `weights/write` If the file cannot be written.
 */
export async function writeWeights(path: string, graph: Graph): Promise<void> {
  const parameters = parametersOf(graph);
  function* pieces(): Generator<Uint8Array> {
    yield encodeHeader(graph.name, parameters);
    for (const parameter of parameters) yield new Uint8Array(parameterElements(parameter).buffer);
  }
  try {
    await writeFileAtomic(path, pieces(), { mode: 0o644, overwrite: true });
  } catch (cause) {
    const message = `Cannot write the weights to ${path}: ${messageOf(cause)}`;
    throw new BittensorError("weights/write", message, { cause });
  }
}

/**
 * Reads the weights of a graph from a file.
 *
 * @throws {BittensorError} `weights/read` If the file cannot be read; `weights/format` if it is no
 *   file of weights, or was cut off; `weights/model` if they are those of another model.
 */
export async function readWeights(path: string, graph: Graph): Promise<Weights> {
  try {
    using file = await Deno.open(path);
    const { size } = await file.stat();
    const length = await readLength(file, size);
    const header = await readExactly(file, new Uint8Array(length));
    const start = LENGTH_BYTES + length;
    const weights = new Map<string, Float32Array<ArrayBuffer>>();
    const stored = decodeHeader(header, parametersOf(graph), size - start);
    for (const { name, dims, offset } of stored) {
      const elements = new Float32Array(elementCount(dims));
      await file.seek(start + offset, Deno.SeekMode.Start);
      await readExactly(file, new Uint8Array(elements.buffer));
      weights.set(name, elements);
    }
    return weights;
  } catch (cause) {
    if (cause instanceof BittensorError) throw cause;
    const message = `Cannot read the weights from ${path}: ${messageOf(cause)}`;
    throw new BittensorError("weights/read", message, { cause });
  }
}

/** Bytes of the header. */
async function readLength(file: Deno.FsFile, size: number): Promise<number> {
  if (size < LENGTH_BYTES) throw formatError(`it has ${size} bytes`);
  const { buffer } = await readExactly(file, new Uint8Array(LENGTH_BYTES));
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  if (length <= Math.min(MAX_HEADER_BYTES, size - LENGTH_BYTES)) return length;
  throw formatError(`its header is to have ${length} bytes, the file has ${size}`);
}

async function readExactly<Bytes extends Uint8Array>(
  file: Deno.FsFile,
  bytes: Bytes,
): Promise<Bytes> {
  for (let filled = 0; filled < bytes.length;) {
    const read = await file.read(bytes.subarray(filled));
    if (read === null) throw formatError("it became shorter while it was read");
    filled += read;
  }
  return bytes;
}
