/** Inputs that cannot be taken, said so that their sender may be told. */

import { BittensorError, type BittensorErrorOptions } from "./errors.ts";

/** Options of {@linkcode RefusedInputs}. */
export interface RefusedInputsOptions extends BittensorErrorOptions {
  /** The shape that is taken, outermost first; a name stands for any size. */
  readonly expected?: readonly (number | string)[] | undefined;
}

/**
 * Inputs were refused for what they are. An axon whose callback throws this tells the caller why;
 * the text of any other error stays with its owner.
 *
 * @example Refuse images of another size
 * ```ts
 * import { RefusedInputs } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * const reason = "images must be 32 x 32";
 * const error = new RefusedInputs("nucleus/shape", "Cannot run my model", reason, {
 *   expected: ["batch", 3, 32, 32],
 * });
 * assert.equal(error.message, "Cannot run my model: images must be 32 x 32");
 * ```
 */
export class RefusedInputs extends BittensorError {
  /** What is wrong with them, without a word about this machine. */
  readonly reason: string;
  /** The shape that is taken, where that is what is wrong. */
  readonly expected: readonly (number | string)[] | undefined;

  /** @param what What failed; the message goes on with the reason. */
  constructor(
    code: `${string}/${string}`,
    what: string,
    reason: string,
    { expected, ...options }: RefusedInputsOptions = {},
  ) {
    super(code, `${what}: ${reason}`, options);
    this.reason = reason;
    this.expected = expected;
  }
}
