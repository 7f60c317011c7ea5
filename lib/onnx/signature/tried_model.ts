/** A model that is tried when it is loaded. */

import type { TokenLimits } from "../models/model.ts";
import type { Session } from "../runtime.ts";
import type { SignatureError } from "./signature.ts";

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
