/** Passwords in the environment, as they are and in the form of the network's own wallet. */

import { BittensorError } from "../base/errors.ts";

/** The value of a variable; undefined if it is not set. */
export function passwordFromEnvironment(variable: string): string | undefined {
  return Deno.env.get(variable);
}

/**
 * The password of a key file, from the variable that the network's own wallet keeps it in.
 *
 * That wallet writes base64 of the password, whose bytes are XORed with those of the name of the
 * variable: it hides a password from a glance, not from an attacker.
 *
 * @returns undefined if the variable is not set, or the program has no permission to read it.
 * @throws {BittensorError} `wallet/malformed-password` if the value has another form.
 */
export async function passwordOfKeyFile(path: string): Promise<string | undefined> {
  const variable = variableOf(path);
  // No variable can have such a name, and Deno throws if it is asked for one.
  if (/[=\0]/.test(variable)) return undefined;
  const { state } = await Deno.permissions.query({ name: "env", variable });
  const value = state === "granted" ? passwordFromEnvironment(variable) : undefined;
  return value === undefined ? undefined : reveal(value, variable);
}

/** `BT_PW_` and the path in upper case, with `_` for each slash and dot. */
function variableOf(path: string): string {
  return `BT_PW_${path.toUpperCase().replaceAll(/[/.]/g, "_")}`;
}

function reveal(value: string, variable: string): string {
  const name = new TextEncoder().encode(variable);
  try {
    const hidden = Uint8Array.fromBase64(value);
    const bytes = hidden.map((byte, index) => byte ^ name[index % name.length]!);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // No cause: it may quote the value.
    throw new BittensorError(
      "wallet/malformed-password",
      `Cannot read the password in ${variable}: it is not in the form of the network's wallet`,
      { hint: "put a plain password into a variable of another name, and pass { env: name }" },
    );
  }
}
