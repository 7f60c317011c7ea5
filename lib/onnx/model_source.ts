/** Where a served model comes from: a description of ours, or an ONNX file. */

import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { BittensorError, type BittensorErrorOptions, messageOf } from "../base/errors.ts";
import type { Graph } from "./graph/graph_builder.ts";
import { MAX_MODEL_BYTES, modelBytes } from "./graph/model_bytes.ts";
import { halfPrecision, type Precision } from "./half_precision.ts";
import { externalFiles, HEAD_BYTES, strangeFile } from "./model_file.ts";
import type { Model, TokenLimits } from "./models/model.ts";

/**
 * A model description, or an ONNX file: its path, its URL (`file:`, `http:`, `https:`, also as text), its
 * bytes.
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
 * @throws {BittensorError} `onnx/file` If there is no such file, or it cannot be fetched;
 *   `onnx/too-large` if more than 2 GiB would have to be; `onnx/load` if it is another kind of file, or
 *   leaves its weights elsewhere; `onnx/precision` if a file is to have another precision than its own.
 */
export async function openModel(source: ModelSource, options: OpenOptions): Promise<OpenedModel> {
  const { outputSize, precision, limits, signal } = options;
  const isFile = typeof source === "string" || source instanceof Uint8Array ||
    source instanceof URL;
  if (!isFile) {
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

/** What a file alone tells. */
type OpenedFile = Pick<OpenedModel, "name" | "content">;

async function openFile(
  source: string | URL | Uint8Array,
  signal: AbortSignal | undefined,
): Promise<OpenedFile> {
  // A copy, since the loader takes over what it is given.
  if (source instanceof Uint8Array) return checkedBytes("a model", source.slice());
  const url = typeof source === "string" ? urlOf(source) : source;
  if (url === undefined) return await findFile(String(source));
  if (url.protocol === "file:") return await findFile(fileURLToPath(url));
  if (!FETCHED.includes(url.protocol)) {
    throw new BittensorError(
      "onnx/file",
      `Cannot fetch the model ${url.protocol}…: only file, http and https are known`,
      { hint: "download it, and give its path" },
    );
  }
  return checkedBytes(basename(url.pathname), await fetchFile(url, signal));
}

const FETCHED = ["http:", "https:"];

/** A text that is a URL rather than a path: a scheme of one letter is a drive. */
function urlOf(text: string): URL | undefined {
  const isUrl = /^(https?|file):/i.test(text) || /^[a-z][a-z0-9+.-]+:\/\//i.test(text);
  return isUrl ? URL.parse(text) ?? undefined : undefined;
}

/** The runtime reads the file itself, and the weights beside it; this asks Deno whether it may. */
async function findFile(path: string): Promise<OpenedFile> {
  const name = basename(path);
  const cannot = (reason: string, options: BittensorErrorOptions = {}) =>
    new BittensorError("onnx/file", `Cannot read the model ${path}: ${reason}`, options);
  let head: Uint8Array;
  let size: number;
  try {
    const information = await Deno.stat(path);
    if (!information.isFile) throw cannot("it is not a file", await modelsIn(path));
    size = information.size;
    head = await firstBytes(path);
  } catch (cause) {
    if (cause instanceof BittensorError) throw cause;
    throw cannot(messageOf(cause), { cause });
  }
  refuseStrange(name, head, size);
  return { name, content: path };
}

/** Which models a folder has, as a hint for somebody who named the folder. */
async function modelsIn(path: string): Promise<BittensorErrorOptions> {
  try {
    const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
    const models = names.filter((name) => name.endsWith(".onnx")).sort().slice(0, 5);
    return models.length > 0 ? { hint: `it is a folder, with ${models.join(", ")}` } : {};
  } catch {
    return {};
  }
}

async function firstBytes(path: string): Promise<Uint8Array> {
  using file = await Deno.open(path);
  const head = new Uint8Array(HEAD_BYTES);
  const count = await file.read(head);
  return head.subarray(0, count ?? 0);
}

function refuseStrange(name: string, head: Uint8Array, size: number): void {
  const strange = strangeFile(head, size);
  if (!strange) return;
  const { what, hint } = strange;
  throw new BittensorError("onnx/load", `Cannot load ${name}: it is ${what}`, { hint });
}

/** Bytes of a model that has nothing outside of them. */
function checkedBytes(name: string, content: Uint8Array<ArrayBuffer>): OpenedFile {
  refuseStrange(name, content.subarray(0, HEAD_BYTES), content.length);
  const [file, ...others] = externalFiles(content);
  if (file === undefined) return { name, content };
  const more = others.length > 0 ? ` and ${others.length} more` : "";
  throw new BittensorError(
    "onnx/load",
    `Cannot load ${name}: its weights are in another file, ${file}${more}, and not in its bytes`,
    { hint: "put the files into one folder, and give the path of the model there" },
  );
}

async function fetchFile(
  url: URL,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const address = `${url.origin}${url.pathname}`;
  try {
    const response = await fetch(url, { signal: signal ?? null });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`the server answered ${response.status}`);
    }
    return await bodyOf(response, address);
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof BittensorError) throw cause;
    throw new BittensorError(
      "onnx/file",
      `Cannot fetch the model ${address}: ${messageOf(cause)}`,
      {
        cause,
      },
    );
  }
}

/** The body of an answer, of at most what one file of a model can hold. */
async function bodyOf(response: Response, address: string): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () =>
    new BittensorError("onnx/too-large", `Cannot fetch the model ${address}: it exceeds 2 GiB`, {
      hint: "download it, and give its path",
    });
  if (Number(response.headers.get("content-length")) > MAX_MODEL_BYTES) {
    await response.body?.cancel();
    throw tooLarge();
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    // Leaving the loop cancels the download.
    if (length > MAX_MODEL_BYTES) throw tooLarge();
    parts.push(part);
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts.splice(0)) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
