/** Where passwords come from: never from an argument, where logs and histories would keep them. */

import { untilAborted } from "../base/deadline.ts";
import { BittensorError } from "../base/errors.ts";
import { passwordFromEnvironment, passwordOfKeyFile } from "./environment_password.ts";
import { asUnreadable, checkPermissions } from "./key_storage.ts";
import { askNewPassword, askPassword, canPrompt } from "./prompt.ts";

/** What a password is asked for. */
export interface PasswordRequest {
  /** Names the key: `coldkey of wallet alice`. */
  readonly key: string;
  /** Whether a key is opened, or is to be encrypted with a new password. */
  readonly purpose: "unlock" | "encrypt";
  /** Fires when the answer is not needed any more. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Where the password of a key comes from: `null` for a key that is not encrypted, `"prompt"` to ask
 * on the terminal, a variable of the environment, a file that only its owner can read (one line
 * break at its end does not count), or a function.
 *
 * Left out, it is the variable in which the network's own wallet keeps the password of that key file
 * (`BT_PW_` and the path of the file), if it is set and the program may read it, and else the prompt.
 */
export type PasswordSource =
  | null
  | "prompt"
  | { readonly env: string }
  | { readonly file: string }
  | ((request: PasswordRequest) => string | Promise<string>);

/**
 * Refuses what is no source, such as a password itself.
 *
 * @throws {TypeError}
 */
export function checkPasswordSource(source: unknown): void {
  const isSource = source === undefined || source === null || source === "prompt" ||
    typeof source === "function" ||
    typeof source === "object" && ("env" in source || "file" in source);
  // The value is not quoted: it is probably a password.
  if (!isSource) {
    throw new TypeError(
      'Cannot take a password from this: pass null, "prompt", { env }, { file } or a function',
    );
  }
}

/**
 * The password of a key; null if the source is null.
 *
 * @param path The key file, if the password is that of one: names the variable of the network's
 * own wallet.
 * @throws {BittensorError} `wallet/password-required` if there is none at the source,
 * `wallet/malformed-password`, `wallet/unsafe-permissions` and others of the file, `wallet/cancelled`.
 */
export async function findPassword(
  source: PasswordSource | undefined,
  request: PasswordRequest,
  path?: string,
): Promise<string | null> {
  checkPasswordSource(source);
  const password = await fetchPassword(source, request, path);
  if (password !== "") return password;
  throw passwordRequired(request, "and the one that was given is empty");
}

/**
 * The same where a password is needed: null is refused.
 *
 * @throws {BittensorError} As {@linkcode findPassword} does.
 */
export async function requirePassword(
  source: PasswordSource | undefined,
  request: PasswordRequest,
  path?: string,
): Promise<string> {
  const password = await findPassword(source, request, path);
  if (password !== null) return password;
  throw passwordRequired(request, "and none was given");
}

function passwordRequired({ key, purpose }: PasswordRequest, fact: string): BittensorError {
  return new BittensorError(
    "wallet/password-required",
    `Cannot ${purpose} the ${key}: it takes a password, ${fact}`,
    {
      hint: "say where the password is: { env }, { file } or a function; or run this in a terminal",
    },
  );
}

async function fetchPassword(
  source: PasswordSource | undefined,
  request: PasswordRequest,
  path: string | undefined,
): Promise<string | null> {
  if (source === null) return null;
  if (source === undefined) {
    const known = path === undefined ? undefined : await passwordOfKeyFile(path);
    return known ?? await prompt(request);
  }
  if (source === "prompt") return await prompt(request);
  if (typeof source === "function") {
    const answer = Promise.resolve(source(request));
    return await (request.signal ? untilAborted(answer, request.signal) : answer);
  }
  if ("file" in source) return await passwordInFile(source.file);
  const password = passwordFromEnvironment(source.env);
  if (password !== undefined) return password;
  throw passwordRequired(request, `and the variable ${source.env} is not set`);
}

async function prompt(request: PasswordRequest): Promise<string> {
  const { key, purpose, signal } = request;
  if (!canPrompt()) throw passwordRequired(request, "and none was given");
  return purpose === "unlock"
    ? await askPassword(`Password of the ${key}`, signal)
    : await askNewPassword(`New password of the ${key}`, signal);
}

async function passwordInFile(path: string): Promise<string> {
  try {
    checkPermissions(path, await Deno.stat(path));
    return (await Deno.readTextFile(path)).replace(/\r?\n$/, "");
  } catch (error) {
    throw asUnreadable(path, error);
  }
}
