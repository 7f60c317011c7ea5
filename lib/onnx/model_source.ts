/** Where a served model comes from: a description of ours, or an ONNX file. */

import { basename } from "node:path";
import { BittensorError, messageOf } from "../base/errors.ts";
import { externalFiles } from "./external_data.ts";
import { fetchModel } from "./fetch_model.ts";
import type { Graph } from "./graph/graph_builder.ts";
import { MAX_MODEL_BYTES, modelBytes } from "./graph/model_bytes.ts";
import { halfPrecision, type Precision } from "./half_precision.ts";
import { modelAddress } from "./model_address.ts";
import { describeFile, FIRST_BYTES, formatSize, isOrtFormat } from "./model_file.ts";
import type { Model, TokenLimits } from "./models/model.ts";

/**
 * A model description, or an ONNX file: its path, its URL (`file:`, `http:`, `https:`), its bytes. A
 * text that starts with `file://`, `http://` or `https://` is a URL.
 */
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
  /** What is known of token ids; a description of ours knows the rest itself. */
  readonly limits: TokenLimits;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes the bytes of a model, or finds its file.
 *
 * @throws {BittensorError} `onnx/file` If there is no such file, or it cannot be fetched; `onnx/load`
 *   if it is something else than a model, or only a part of one; `onnx/too-large` if it has more than
 *   2 GiB; `onnx/precision` if a file is to have another precision than its own.
 * @throws {TypeError} If the source is none of what a model is given as.
 */
export async function openModel(source: ModelSource, options: OpenOptions): Promise<OpenedModel> {
  const { outputSize, precision, limits, signal } = options;
  const isFile = typeof source === "string" || source instanceof Uint8Array ||
    source instanceof URL;
  if (!isFile) {
    requireDescription(source);
    const { name } = source;
    const graph = () => source.graph(outputSize);
    const known = limitsOf(source, limits);
    return precision === "float32"
      ? { name, content: source.toBytes(outputSize), limits: known, training: graph }
      : { name, content: modelBytes(halfPrecision(graph())), limits: known, training: HALF };
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

/** What a description knows of its token ids, and what its user knows better. */
function limitsOf(source: Model, given: TokenLimits): TokenLimits {
  const { vocabSize = source.vocabSize, maxSequenceLength = source.maxSequenceLength } = given;
  const { padTokenId = source.padTokenId } = given;
  return {
    vocabSize,
    maxSequenceLength,
    ...(padTokenId !== undefined && { padTokenId }),
  };
}

/** Why some models cannot be trained. */
const HALF = "it was loaded with the precision float16, which loses small changes of weights";
const FILE =
  "it is an ONNX file, and gradients are known of the models made here: bert, gpt2, ffnn";

/** For callers whose types are not checked: an `ArrayBuffer`, say, or what `await` was left out of. */
function requireDescription(source: unknown): void {
  const isObject = typeof source === "object" && source !== null;
  if (isObject && "graph" in source && typeof source.graph === "function") return;
  const what = isObject ? `an ${source.constructor?.name ?? "object"}` : String(source);
  throw new TypeError(
    `Cannot open a model: it must be a description, or the path, URL or bytes of a file, not ${what}`,
  );
}

/** What a file alone tells. */
type OpenedFile = Pick<OpenedModel, "name" | "content">;

async function openFile(
  source: string | URL | Uint8Array,
  signal: AbortSignal | undefined,
): Promise<OpenedFile> {
  if (source instanceof Uint8Array) {
    const name = "a model";
    requireWhole(name, source);
    return { name, content: source.slice() }; // The loader takes over what it is given.
  }
  const address = modelAddress(source);
  if (typeof address === "string") return await findFile(address);
  const name = basename(address.pathname) || address.host;
  const content = await fetchModel(address, { signal });
  requireWhole(name, content);
  return { name, content };
}

/**
 * Refuses bytes that are no model, or not all of one. The runtime would look for weights that lie in
 * other files in the working directory of the program: a stranger's model could read what is there.
 */
function requireWhole(name: string, model: Uint8Array): void {
  requireModel(name, model.subarray(0, FIRST_BYTES), model.length);
  const files = externalFiles(model);
  if (!files) return;
  const what = files.length > 0 ? `such as ${files.join(", ")}` : "which it does not name";
  throw new BittensorError(
    "onnx/load",
    `Cannot load ${name}: its weights are in other files, ${what}`,
    {
      hint: "put all files of the model in one folder, and give the path of the model there",
    },
  );
}

/** Refuses what cannot be a model, before the runtime says that it cannot decode it. */
function requireModel(name: string, first: Uint8Array, size: number): void {
  const what = describeFile(first, size);
  if (what) {
    throw new BittensorError("onnx/load", `Cannot load ${name}: ${what}`, {
      hint: "give the path, the URL or the bytes of an ONNX file; other models can be converted",
    });
  }
  if (size <= MAX_MODEL_BYTES) return;
  throw new BittensorError(
    "onnx/too-large",
    `Cannot load ${name}: it has ${formatSize(size)}, which an ONNX file cannot hold`,
    { hint: "save the model with its weights in a file beside it" },
  );
}

/** The runtime reads the file itself, and the weights beside it; this asks Deno whether it may. */
async function findFile(path: string): Promise<OpenedFile> {
  const name = basename(path);
  const { first, size } = await lookInto(path);
  requireModel(name, first, size);
  if (isOrtFormat(first) && !/\.ort$/i.test(path)) {
    throw new BittensorError("onnx/load", `Cannot load ${name}: it is in the ORT format`, {
      hint: "rename it: the name of such a file ends in .ort",
    });
  }
  return { name, content: path };
}

async function lookInto(path: string): Promise<{ first: Uint8Array; size: number }> {
  try {
    const { isFile, isDirectory, size } = await Deno.stat(path);
    if (isFile) return { first: await firstBytes(path), size };
    throw new BittensorError("onnx/file", `Cannot read the model ${path}: it is not a file`, {
      hint: isDirectory ? await modelsIn(path) : undefined,
    });
  } catch (cause) {
    if (cause instanceof BittensorError) throw cause;
    throw new BittensorError("onnx/file", `Cannot read the model ${path}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

async function firstBytes(path: string): Promise<Uint8Array> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array(FIRST_BYTES);
  return bytes.subarray(0, await file.read(bytes) ?? 0);
}

/** A hint, if someone gives the folder of a model. */
async function modelsIn(folder: string): Promise<string | undefined> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const names = entries.map(({ name }) => name).filter((name) => /\.(onnx|ort)$/i.test(name));
  if (names.length === 0) return undefined;
  const shown = names.toSorted().slice(0, MOST_NAMES).join(", ");
  return `give the path of a model in it: ${shown}${names.length > MOST_NAMES ? ", …" : ""}`;
}

const MOST_NAMES = 5;
