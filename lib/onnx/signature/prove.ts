/** Tries a model with samples when it is loaded, before strangers do. */

import { FloatTrial } from "./float_trial.ts";
import type { ProvenSignature } from "./proven.ts";
import { type Signature, SignatureError } from "./signature.ts";
import { TokenTrial } from "./token_trial.ts";
import type { TrialOptions, TriedModel } from "./tried_model.ts";

/**
 * Proves by samples which axis of the output is which, whether rows see each other, and whether
 * padding that is masked is harmless: names and shapes tell none of it.
 *
 * @throws {BittensorError} `model/signature` If the model fails on every sample, answers with values
 *   that are not finite, or with something that has no vector for each token; or if nothing proves
 *   what a mask means.
 */
export async function proveSignature(
  session: TriedModel["session"],
  signature: Signature,
  options: TrialOptions,
): Promise<ProvenSignature> {
  const refuse = (reason: string) => new SignatureError(options.name, session, reason);
  const model = { ...options, session, refuse };
  return signature.takes === "tokens"
    ? await new TokenTrial(model).prove(signature)
    : await new FloatTrial(model).prove(signature);
}
