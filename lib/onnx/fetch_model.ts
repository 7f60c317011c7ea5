/** Fetches the bytes of a model from a server. */

import { BittensorError, messageOf } from "../base/errors.ts";
import { MAX_MODEL_BYTES } from "./graph/model_bytes.ts";
import { formatSize } from "./model_file.ts";

/** Options of {@linkcode fetchModel}. */
export interface FetchOptions {
  /** Ends the download. */
  readonly signal?: AbortSignal | undefined;
  /** The longest answer that is read. @default {2 GiB}, what an ONNX file can hold. */
  readonly maxBytes?: number | undefined;
}

/**
 * The bytes behind an address.
 *
 * No message has the query of an address, or a name and password in it, nor does it have a cause: the
 * errors of `fetch` carry the whole address, and that of a redirection.
 *
 * @throws {BittensorError} `onnx/file` If they cannot be fetched, or break off; `onnx/too-large` if
 *   there are more than `maxBytes`.
 */
export async function fetchModel(
  url: URL,
  options: FetchOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { signal, maxBytes = MAX_MODEL_BYTES } = options;
  try {
    const response = await fetch(url, { signal: signal ?? null });
    if (response.ok) return await bodyOf(response, maxBytes);
    await response.body?.cancel();
    throw new Error(`the server answered ${response.status}`);
  } catch (cause) {
    signal?.throwIfAborted();
    const code = cause instanceof TooLarge ? "onnx/too-large" : "onnx/file";
    const what = `Cannot fetch the model ${withoutSecrets(url)}`;
    throw new BittensorError(code, `${what}: ${reasonOf(cause)}`);
  }
}

/** An answer that is longer than allowed. */
class TooLarge extends Error {
  constructor(maxBytes: number) {
    super(`it has more than ${formatSize(maxBytes)}, which an ONNX file cannot hold`);
  }
}

/** What a response carries, which is counted on the way. */
async function bodyOf(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const { body, headers } = response;
  const announced = Number(headers.get("content-length") ?? NaN);
  if (announced > maxBytes) {
    await body?.cancel();
    throw new TooLarge(maxBytes);
  }
  let received = 0;
  const counted = body?.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        received += chunk.byteLength;
        if (received > maxBytes) throw new TooLarge(maxBytes);
        controller.enqueue(chunk);
      },
    }),
  );
  try {
    return await new Response(counted ?? null).bytes();
  } catch (cause) {
    if (cause instanceof TooLarge) throw cause;
    const amount = Number.isNaN(announced) ? `${received}` : `${received} of ${announced}`;
    throw new Error(`it broke off after ${amount} bytes: ${reasonOf(cause)}`);
  }
}

/** What went wrong: the innermost cause, since `fetch` says no more than that it failed. */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof Error && thrown.cause instanceof Error) return reasonOf(thrown.cause);
  return messageOf(thrown).replaceAll(/https?:\/\/[^\s()"']+/gi, (address) => {
    const url = URL.parse(address);
    return url ? withoutSecrets(url) : "an address";
  });
}

/** An address without name, password, query and fragment. */
function withoutSecrets({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}
