/** A forward call and its backward call, as one step that can be differentiated. */

import { type FloatTensor, type Tensor, zeros } from "../base/tensor.ts";
import type { Modality } from "../domain/modality.ts";
import { ReturnCode } from "../domain/return_code.ts";
import { CallError } from "../wire/call_error.ts";
import { readGradients } from "./float_inputs.ts";
import type { ProgressOptions } from "./options.ts";
import { createQueries, type Query } from "./query.ts";
import {
  type BackwardResult,
  backwardResult,
  type EndpointAnswer,
  type ForwardColumns,
  forwardResult,
} from "./result.ts";

/** What came of {@linkcode Dendrite.apply}, by name; one item for each endpoint, in their order. */
export interface AppliedCall extends ForwardColumns {
  /** The first of the representations: the only one if one neuron was asked. */
  readonly output: FloatTensor;

  /**
   * Sends the neurons the gradients of their representations, with the inputs of the call, and
   * returns the gradients of the inputs: see {@linkcode Dendrite.backward}.
   *
   * A neuron whose representation is missing is not asked again: its gradient is zeros, with the code
   * that it has in this call. Call it as often as there are gradients; do not change the inputs in
   * between.
   *
   * @param gradients float32, of the shape of the representations: one for every endpoint, or a list
   * whose i-th goes to the i-th endpoint.
   * @throws {BittensorError} `dendrite/gradients`, before anything is sent; the reason of `signal` when
   * that fires.
   */
  readonly backward: (
    gradients: Tensor | readonly Tensor[],
    options?: ProgressOptions,
  ) => Promise<BackwardResult>;
}

/** Sends a query to each endpoint of a call, and waits for all answers. */
export type SendQueries = (
  queries: readonly Query[],
  options: ProgressOptions,
) => Promise<EndpointAnswer[]>;

/** Options of {@linkcode applyCall}. */
export interface ApplyCallOptions extends ProgressOptions {
  readonly modality: Modality;
  /** Checked inputs, one for each endpoint. */
  readonly inputs: readonly Tensor[];
}

/** Asks the neurons, and keeps what the way back needs. */
export async function applyCall(
  send: SendQueries,
  { modality, inputs, ...options }: ApplyCallOptions,
): Promise<AppliedCall> {
  const answers = await send(createQueries(modality, inputs), options);
  const { representations, codes, times, messages } = forwardResult(answers);
  return {
    output: representations[0] ?? zeros([0]),
    representations,
    codes,
    times,
    messages,
    backward: async (gradients, backwardOptions = {}) => {
      const queries = createQueries(modality, inputs, readGradients(gradients, inputs));
      const answered = queries.map((query, index) => unlessFailed(query, answers[index]!));
      return backwardResult(await send(answered, backwardOptions));
    },
  };
}

/** The query, not to be sent if the neuron gave no representation that could have a gradient. */
function unlessFailed(query: Query, { code, message }: EndpointAnswer): Query {
  if (code === ReturnCode.Success) return query;
  return { ...query, failure: new CallError(code, message) };
}
