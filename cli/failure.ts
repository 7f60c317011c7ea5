/** What a failed command tells, and its exit code. */

import { BittensorError, messageOf } from "../lib/base/errors.ts";
import type { GlobalOptions } from "./context.ts";
import { ExitCode } from "./exit_code.ts";

/** Exit codes by the code of the error. */
const EXIT_CODES: Readonly<Record<string, ExitCode>> = {
  "chain/unreachable": ExitCode.Unreachable,
  "chain/connection-lost": ExitCode.Unreachable,
  "chain/timeout": ExitCode.Unreachable,
  "chain/unknown-block": ExitCode.NotFound,
  "chain/extrinsic-failed": ExitCode.Refused,
  "chain/extrinsic-refused": ExitCode.Refused,
  "chain/insufficient-balance": ExitCode.Refused,
  "cli/declined": ExitCode.Declined,
  "cli/not-found": ExitCode.NotFound,
  "cli/usage": ExitCode.Usage,
  "wallet/cancelled": ExitCode.Interrupted,
  "wallet/missing-key": ExitCode.NotFound,
  "wallet/password-required": ExitCode.Locked,
  "wallet/wrong-password": ExitCode.Locked,
};

/** A failed command, as people and programs are told of it. */
export interface Failure {
  readonly code: string | undefined;
  readonly message: string;
  readonly hint: string | undefined;
  /** Where it comes from; for `--verbose`. */
  readonly stack: string | undefined;
}

/** The exit code that fits an error. */
export function exitCodeOf(error: unknown): ExitCode {
  const code = error instanceof BittensorError ? EXIT_CODES[error.code] : undefined;
  return code ?? ExitCode.Failure;
}

/** What is told of an error. */
export function failureOf(error: unknown, { verbose }: GlobalOptions): Failure {
  const { code, hint } = error instanceof BittensorError ? error : {};
  const stack = verbose && error instanceof Error ? error.stack : undefined;
  return { code, message: messageOf(error), hint, stack };
}

/** How a failure reads: for people in lines, with `--json` as a document. */
export function formatFailure(failure: Failure, { json }: GlobalOptions): string {
  if (json) return JSON.stringify({ error: failure }, undefined, 2);
  const { code, message, hint, stack } = failure;
  const lines = [`error: ${message}${code === undefined ? "" : ` (${code})`}`];
  if (hint !== undefined) lines.push(`hint: ${hint}`);
  if (stack !== undefined) lines.push(stack);
  return lines.join("\n");
}
