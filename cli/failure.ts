/** What a failed command tells, and its exit code. */

import { BittensorError, messageOf } from "../lib/base/errors.ts";
import type { GlobalOptions } from "./context.ts";
import { ExitCode } from "./exit_code.ts";

/** Exit codes by the code of the error. */
const EXIT_CODES: Readonly<Record<string, ExitCode>> = {
  "chain/unreachable": ExitCode.Unreachable,
  "chain/connection-lost": ExitCode.Unreachable,
  "chain/timeout": ExitCode.Unreachable,
  "chain/extrinsic-failed": ExitCode.Refused,
  "chain/extrinsic-refused": ExitCode.Refused,
  "chain/insufficient-balance": ExitCode.Refused,
  "cli/declined": ExitCode.Declined,
  "cli/not-found": ExitCode.NotFound,
  "cli/usage": ExitCode.Usage,
  "wallet/missing-key": ExitCode.NotFound,
  "wallet/password-required": ExitCode.Locked,
  "wallet/wrong-password": ExitCode.Locked,
};

/** The exit code that fits an error. */
export function exitCodeOf(error: unknown): ExitCode {
  const code = error instanceof BittensorError ? EXIT_CODES[error.code] : undefined;
  return code ?? ExitCode.Failure;
}

/** How an error reads: for people in lines, with `--json` as a document. */
export function formatFailure(error: unknown, { json, verbose }: GlobalOptions): string {
  const { code, hint } = error instanceof BittensorError ? error : {};
  const message = messageOf(error);
  const stack = verbose && error instanceof Error ? error.stack : undefined;
  if (json) return JSON.stringify({ error: { code, message, hint, stack } }, undefined, 2);
  const lines = [`error: ${message}${code === undefined ? "" : ` (${code})`}`];
  if (hint !== undefined) lines.push(`hint: ${hint}`);
  if (stack !== undefined) lines.push(stack);
  return lines.join("\n");
}
