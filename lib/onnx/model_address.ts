/** Tells addresses of models from paths. */

import { fileURLToPath } from "node:url";
import { BittensorError, messageOf } from "../base/errors.ts";

/**
 * Where a model is: the path of a file, or the URL of what a server has.
 *
 * A text that starts with `http://`, `https://` or `file://` is a URL; any other text is a path, such
 * as `C:\model.onnx` or `model:v1.onnx`.
 *
 * @throws {BittensorError} `onnx/file` If it is a URL of another scheme, or no valid one. What follows
 *   the scheme is not part of the message: it may be a secret.
 */
export function modelAddress(source: string | URL): string | URL {
  const scheme = typeof source === "string" ? schemeOf(source) : source.protocol;
  if (scheme === undefined) return String(source);
  if (!SCHEMES.includes(scheme)) {
    throw new BittensorError(
      "onnx/file",
      `Cannot open a model at an address with ${scheme}, only with file:, http: or https:`,
      { hint: "fetch the file, and give its path" },
    );
  }
  const url = URL.parse(source);
  if (url === null) {
    throw new BittensorError(
      "onnx/file",
      `Cannot open a model: its ${scheme} address is not valid`,
    );
  }
  return scheme === "file:" ? pathOf(url) : url;
}

const SCHEMES: readonly string[] = ["file:", "http:", "https:"];

/** The scheme of a text, if it is a URL; a single letter is a drive. */
function schemeOf(text: string): string | undefined {
  const [, scheme] = /^([a-z][a-z0-9+.-]+:)\/\//i.exec(text) ??
    /^(data:)[^,]*,/i.exec(text) ?? /^(blob:)/i.exec(text) ?? [];
  return scheme?.toLowerCase();
}

function pathOf(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    const what = `Cannot open a model at ${url.protocol}//${url.host}${url.pathname}`;
    throw new BittensorError("onnx/file", `${what}: ${messageOf(cause)}`, { cause });
  }
}
