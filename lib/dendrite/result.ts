/** What the calls of a dendrite return. */

import { withDisplay } from "../base/display.ts";
import type { FloatTensor } from "../base/tensor.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import type { ReturnCode } from "../domain/return_code.ts";
import type { Answer } from "./answer.ts";
import { answersDisplay } from "./answers_table.ts";

/** An answer, and which endpoint gave it. */
export interface EndpointAnswer extends Answer {
  readonly endpoint: Endpoint;
  /** Position of the endpoint in the call. */
  readonly index: number;
}

/** How a call ended for each endpoint, in the order of the endpoints. */
export interface CallColumns {
  readonly codes: ReturnCode[];
  /** Durations, in milliseconds. */
  readonly times: number[];
  /** A sentence for each code, by the peer or by us. */
  readonly messages: string[];
}

/** What came of a forward call, by name; one item for each endpoint, in their order. */
export interface ForwardColumns extends CallColumns {
  /** float32 `[batch, sequence, 512]`, without NaN; zeros where the code is not `Success`. */
  readonly representations: FloatTensor[];
}

/**
 * {@linkcode ForwardColumns}, also as `[representations, codes, times]`. A notebook and `console.log`
 * show it as a table.
 */
export type ForwardResult =
  & readonly [representations: FloatTensor[], codes: ReturnCode[], times: number[]]
  & ForwardColumns;

/** What came of a backward call, by name; one item for each endpoint, in their order. */
export interface BackwardColumns extends CallColumns {
  /**
   * Gradients of the inputs, float32 of their shape, without NaN; zeros where the code is not
   * `Success`. Text has none: `[batch, sequence, 512]` zeros.
   */
  readonly gradients: FloatTensor[];
}

/** {@linkcode BackwardColumns}, also as `[gradients, codes, times]`; shown as a table. */
export type BackwardResult =
  & readonly [gradients: FloatTensor[], codes: ReturnCode[], times: number[]]
  & BackwardColumns;

/** The answers to a forward call, in the order of the endpoints. */
export function forwardResult(answers: readonly EndpointAnswer[]): ForwardResult {
  const { tensors: representations, codes, times, messages } = columnsOf(answers);
  const named: ForwardColumns = { representations, codes, times, messages };
  const result = Object.assign([representations, codes, times] as const, named);
  return withDisplay(result, () => answersDisplay("Forward", answers));
}

/** The answers to a backward call, in the order of the endpoints. */
export function backwardResult(answers: readonly EndpointAnswer[]): BackwardResult {
  const { tensors: gradients, codes, times, messages } = columnsOf(answers);
  const named: BackwardColumns = { gradients, codes, times, messages };
  const result = Object.assign([gradients, codes, times] as const, named);
  return withDisplay(result, () => answersDisplay("Backward", answers));
}

function columnsOf(answers: readonly Answer[]): CallColumns & { readonly tensors: FloatTensor[] } {
  return {
    tensors: answers.map(({ representation }) => representation),
    codes: answers.map(({ code }) => code),
    times: answers.map(({ timeMs }) => timeMs),
    messages: answers.map(({ message }) => message),
  };
}
