/** The one error hierarchy: what happened, the value at fault, what to do next. */

/** Options of {@linkcode BittensorError}. */
export interface BittensorErrorOptions extends ErrorOptions {
  /** The next thing to try, for a person. */
  readonly hint?: string | undefined;
}

/**
 * Something in the world went wrong: a file, a peer, the chain, an input.
 *
 * Mistakes of the calling code are a `TypeError` or a `RangeError` instead, and an aborted call
 * throws the reason of its signal untouched. Subclasses exist only to carry data.
 *
 * @example Tell errors apart by their code
 * ```ts
 * import { BittensorError } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * const error = new BittensorError("wallet/exists", "Wallet alice exists already", {
 *   hint: "choose another name, or pass overwrite: true",
 * });
 * assert.equal(error.code, "wallet/exists");
 * ```
 */
export class BittensorError extends Error {
  override readonly name: string = "BittensorError";
  /** Stable, for scripts to match on: `room/what`, such as `chain/unreachable`. */
  readonly code: `${string}/${string}`;
  /** The next thing to try, for a person. */
  readonly hint: string | undefined;

  constructor(
    code: `${string}/${string}`,
    message: string,
    options: BittensorErrorOptions = {},
  ) {
    super(message, options);
    this.code = code;
    this.hint = options.hint;
  }
}

/** The text of anything that was thrown, for use inside another sentence. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
