/** How a request ended: the answer to it, and why it did not run if it was refused. */

import { ReturnCode } from "../domain/return_code.ts";
import type { UnsignedAnswer } from "../wire/request_verifier.ts";
import type { AxonRefusal } from "./statistics.ts";

/** How a request ended. */
export interface Outcome {
  readonly answer: UnsignedAnswer;
  /** Shape of the answer's tensor, if it has one. */
  readonly shape?: readonly number[] | undefined;
  /** Why it was refused, for the statistics; not set if it ran, or could not be run as it was. */
  readonly refused?: AxonRefusal | undefined;
}

/** An answer without tensors. */
export function outcome(returnCode: ReturnCode, message = ""): Outcome {
  return { answer: { returnCode, message } };
}

/** An answer to a request that is refused. */
export function refusal(refused: AxonRefusal, returnCode: ReturnCode, message: string): Outcome {
  return { answer: { returnCode, message }, refused };
}

export const TOO_MANY = refusal(
  "rate-limit",
  ReturnCode.NucleusFull,
  "You ask more often than this axon allows",
);

export const QUEUE_FULL = refusal(
  "queue-full",
  ReturnCode.NucleusFull,
  "Too many requests wait already",
);

export const STOPPING = refusal(
  "stopping",
  ReturnCode.NotServingNucleus,
  "The axon is stopping",
);

export const WAITED_TOO_LONG = refusal(
  "waited-too-long",
  ReturnCode.NucleusTimeout,
  "The request waited too long",
);

/** It ran, and was told to end. */
export const RAN_TOO_LONG = outcome(ReturnCode.NucleusTimeout, "The request took too long");
export const STOPPED = outcome(ReturnCode.NotServingNucleus, "The axon stopped");
