/** Where a new password comes from: options of the commands that write keys. */

import type { PasswordSource } from "../mod.ts";
import { Option } from "./program.ts";
import { passwordPlace } from "./session.ts";

/** The options, as commander returns them. */
export interface PasswordOptions {
  readonly password: boolean;
  readonly passwordEnv?: string | undefined;
  readonly passwordFile?: string | undefined;
}

/** `--no-password`, `--password-env`, `--password-file`; without them the terminal is asked. */
export const NO_PASSWORD = new Option("--no-password", "do not encrypt the key");
export const PASSWORD_ENV = new Option(
  "--password-env <variable>",
  "variable with the new password",
);
export const PASSWORD_FILE = new Option("--password-file <file>", "file with the new password");

/** The source that the options name; undefined if they name none. */
export function newPasswordSource(
  { password, passwordEnv, passwordFile }: PasswordOptions,
): PasswordSource | undefined {
  return password ? passwordPlace({ env: passwordEnv, file: passwordFile }) : null;
}
