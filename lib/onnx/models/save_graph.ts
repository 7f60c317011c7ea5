/** Writes a graph to an ONNX file, and large weights to a file beside it. */

import { basename } from "node:path";
import { TensorProto_DataLocation as DataLocation } from "../../../proto/gen/onnx_pb.ts";
import { BittensorError, messageOf } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import type { Graph } from "../graph/graph_builder.ts";
import {
  byteLength,
  MAX_MODEL_BYTES,
  modelParts,
  type Part,
  part,
  storedTensor,
  tensorContent,
  tensorHeader,
} from "../graph/model_bytes.ts";

/** Options of {@linkcode saveGraph}. */
export interface SaveOptions {
  /**
   * Whether the weights go to a file of their own, `<path>.data`, which must stay beside the model.
   *
   * @default {true} if one file cannot hold the model, which is at 2 GiB
   */
  readonly externalData?: boolean | undefined;
}

/**
 * Saves a graph. Files that exist are replaced; each is seen whole or not at all.
 *
 * @throws {BittensorError} `onnx/write` If a file cannot be written.
 */
export async function saveGraph(
  graph: Graph,
  path: string,
  options: SaveOptions = {},
): Promise<void> {
  const whole = modelParts(graph);
  const { externalData = byteLength(whole) > MAX_MODEL_BYTES } = options;
  const dataPath = `${path}.data`;
  const { model, data } = externalData
    ? splitModel(graph, basename(dataPath))
    : { model: whole, data: undefined };
  try {
    // The data first: a model file then never names data that are not there.
    if (data) await writeFileAtomic(dataPath, contents(data), { mode: 0o644, overwrite: true });
    await writeFileAtomic(path, contents(model), { mode: 0o644, overwrite: true });
  } catch (cause) {
    throw new BittensorError("onnx/write", `Cannot write ${path}: ${messageOf(cause)}`, { cause });
  }
}

/** Weights from this size on are worth a place outside; shapes and the like must stay inside. */
const LEAST_EXTERNAL_BYTES = 1024;

/** Offsets are multiples of a page, so that the runtime can map a weight into memory. */
const PAGE_BYTES = 4096;

/** The model file, which names `location` for its large weights, and the content of that file. */
function splitModel(
  graph: Graph,
  location: string,
): { model: readonly Part[]; data: readonly Part[] } {
  const data: Part[] = [];
  const model = modelParts(graph, (initializer) => {
    const content = tensorContent(initializer);
    if (content.byteLength < LEAST_EXTERNAL_BYTES) return storedTensor(initializer);
    const gap = part(new Uint8Array((PAGE_BYTES - byteLength(data) % PAGE_BYTES) % PAGE_BYTES));
    data.push(gap, content);
    const offset = byteLength(data) - content.byteLength;
    const place = { location, offset, length: content.byteLength };
    const externalData = Object.entries(place).map(([key, value]) => ({ key, value: `${value}` }));
    return [tensorHeader(initializer, { externalData, dataLocation: DataLocation.EXTERNAL })];
  });
  return { model, data };
}

/** The bytes of each part, made when it is their turn: one weight at a time is in memory. */
function* contents(parts: readonly Part[]): Generator<Uint8Array> {
  for (const { byteLength, write } of parts) {
    const bytes = new Uint8Array(byteLength);
    write(bytes);
    yield bytes;
  }
}
