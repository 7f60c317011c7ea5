/** Tries a model with samples when it is loaded, before strangers do. */

import type { Session } from "../runtime.ts";
import type { TokenLimits } from "../models/model.ts";
import { FloatTrial } from "./float_trial.ts";
import type { ProvenSignature } from "./proven.ts";
import { type Signature, SignatureError } from "./signature.ts";
import { TokenTrial } from "./token_trial.ts";

/** What a trial needs beside the model. */
export interface TrialOptions {
  /** Name of the model, for errors. */
  readonly name: string;
  readonly limits: TokenLimits;
  /** Most by which answers may differ, in parts of what they usually are. */
  readonly tolerance: number;
  readonly signal?: AbortSignal | undefined;
}

/** What a trial has of a model. */
export type TriedSession = Pick<Session, "run" | "inputs" | "outputs">;

/**
 * Proves by samples which axis of the output is which, whether rows see each other, and whether
 * padding that is masked is harmless: names and shapes tell none of it.
 *
 * @throws {BittensorError} `model/signature` If the model fails on every sample, answers with values
 *   that are not finite, or with something that has no vector for each token; or if nothing proves
 *   what a mask means.
 */
export async function proveSignature(
  session: TriedSession,
  signature: Signature,
  options: TrialOptions,
): Promise<ProvenSignature> {
  const refuse = (reason: string) => new SignatureError(options.name, session, reason);
  return signature.takes === "tokens"
    ? await new TokenTrial(session, options, refuse).prove(signature)
    : await new FloatTrial(session, options, refuse).prove(signature);
}
