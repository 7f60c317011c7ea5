/** Where a served model comes from: a description of ours, or an ONNX file. */

import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { BittensorError, messageOf } from "../base/errors.ts";
import type { Graph } from "./graph/graph_builder.ts";
import { modelBytes } from "./graph/model_bytes.ts";
import { halfPrecision, type Precision } from "./half_precision.ts";
import type { Model, TokenLimits } from "./models/model.ts";

/** A model description, or an ONNX file: its path, its URL (`file:`, `http:`, `https:`), its bytes. */
export type ModelSource = Model | string | URL | Uint8Array;

/** A model that is ready to be loaded. */
export interface OpenedModel {
  /** For people, such as the name of the file. */
  readonly name: string;
  /** The path of an ONNX file, or its bytes, which the loader may take over. */
  readonly content: string | Uint8Array<ArrayBuffer>;
  /** What is known of token ids. */
  readonly limits: TokenLimits;
  /** Makes the computation, for training; a text says why it cannot be trained. */
  readonly training: (() => Graph) | string;
}

/** Options of {@linkcode openModel}. */
export interface OpenOptions {
  readonly outputSize: number;
  readonly precision: Precision;
  /** What is known of token ids; a description of ours knows itself. */
  readonly limits: TokenLimits;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes the bytes of a model, or finds its file.
 *
 * @throws {BittensorError} `onnx/file` If there is no such file, or it cannot be fetched;
 *   `onnx/precision` if a file is to have another precision than its own.
 */
export async function openModel(source: ModelSource, options: OpenOptions): Promise<OpenedModel> {
  const { outputSize, precision, limits, signal } = options;
  const isFile = typeof source === "string" || source instanceof Uint8Array ||
    source instanceof URL;
  if (!isFile) {
    const { name } = source;
    const graph = () => source.graph(outputSize);
    return precision === "float32"
      ? { name, content: source.toBytes(outputSize), limits: source, training: graph }
      : { name, content: modelBytes(halfPrecision(graph())), limits: source, training: HALF };
  }
  if (precision !== "float32") {
    throw new BittensorError(
      "onnx/precision",
      `Cannot load an ONNX file with the precision ${precision}: it has its own`,
      { hint: "leave the precision out, or convert the file" },
    );
  }
  return { ...await openFile(source, signal), limits, training: FILE };
}

/** Why some models cannot be trained. */
const HALF = "it was loaded with the precision float16, which loses small changes of weights";
const FILE =
  "it is an ONNX file, and gradients are known of the models made here: bert, gpt2, ffnn";

/** What a file alone tells. */
type OpenedFile = Pick<OpenedModel, "name" | "content">;

async function openFile(
  source: string | URL | Uint8Array,
  signal: AbortSignal | undefined,
): Promise<OpenedFile> {
  // A copy, since the loader takes over what it is given.
  if (source instanceof Uint8Array) return { name: "a model", content: source.slice() };
  if (typeof source === "string") return await findFile(source);
  if (source.protocol === "file:") return await findFile(fileURLToPath(source));
  return { name: basename(source.pathname), content: await fetchFile(source, signal) };
}

/** The runtime reads the file itself, and the weights beside it; this asks Deno whether it may. */
async function findFile(path: string): Promise<OpenedFile> {
  const name = basename(path);
  try {
    const { isFile } = await Deno.stat(path);
    if (isFile) return { name, content: path };
  } catch (cause) {
    throw new BittensorError("onnx/file", `Cannot read the model ${path}: ${messageOf(cause)}`, {
      cause,
    });
  }
  throw new BittensorError("onnx/file", `Cannot read the model ${path}: it is not a file`);
}

async function fetchFile(
  url: URL,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const response = await fetch(url, { signal: signal ?? null });
    if (response.ok) return await response.bytes();
    await response.body?.cancel();
    throw new Error(`the server answered ${response.status}`);
  } catch (cause) {
    signal?.throwIfAborted();
    const address = `${url.origin}${url.pathname}`;
    throw new BittensorError(
      "onnx/file",
      `Cannot fetch the model ${address}: ${messageOf(cause)}`,
      {
        cause,
      },
    );
  }
}
