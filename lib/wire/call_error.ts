import { BittensorError } from "../base/errors.ts";
import type { ReturnCode } from "../domain/return_code.ts";

/** A call to a neuron that brought no answer, or none that can be used. */
export class CallError extends BittensorError {
  /** What the caller sees of it. */
  readonly returnCode: ReturnCode;

  constructor(returnCode: ReturnCode, message: string, options?: ErrorOptions) {
    super("wire/call", message, options);
    this.returnCode = returnCode;
  }
}
