/** A model that is tried when it is loaded. */

import type { TokenLimits } from "../models/model.ts";
import type { Session } from "../runtime.ts";
import { BittensorError } from "../../base/errors.ts";
import { type Signature, SignatureError } from "./signature.ts";

/** What a trial needs beside the model. */
export interface TrialOptions {
  /** Name of the model, for errors. */
  readonly name: string;
  readonly limits: TokenLimits;
  /** Most by which answers may differ, in parts of what they usually are. */
  readonly tolerance: number;
  readonly signal?: AbortSignal | undefined;
}

/** A model that is tried. */
export interface TriedModel extends TrialOptions {
  readonly session: Pick<Session, "run" | "inputs" | "outputs">;
  /** Makes the error that refuses it. */
  readonly refuse: (reason: string) => SignatureError;
}

/**
 * What is found of a model; if it does not take several rows, as one does that was recorded with one,
 * then of the same model with one row at a time.
 *
 * @param find Looks at samples; throws a SignatureError or gives nothing if they prove nothing.
 */
export async function foundWithRows<Found>(
  signature: Signature,
  find: (signature: Signature) => Promise<Found | undefined>,
): Promise<Found | undefined> {
  const { frame } = signature;
  const oneRow = { ...signature, frame: { ...frame, rows: 1 } };
  let refusal: SignatureError | undefined;
  for (const tried of frame.rows === undefined ? [signature, oneRow] : [signature]) {
    try {
      const found = await find(tried);
      if (found) return found;
    } catch (error) {
      if (!(error instanceof SignatureError)) throw error;
      refusal ??= error;
    }
  }
  if (refusal) throw refusal;
  return undefined;
}

/** Whether a model failed on what it was asked, or answered something of another shape. */
export function isRunFailure(error: unknown): boolean {
  return error instanceof BittensorError &&
    (error.code === "onnx/run" || error.code === "nucleus/output");
}
