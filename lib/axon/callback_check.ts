/** Tries callbacks with the sample inputs of the seed era, before strangers do. */

import { withDeadline } from "../base/deadline.ts";
import { BittensorError, messageOf } from "../base/errors.ts";
import { elementCount, formatShape, Tensor, zeros } from "../base/tensor.ts";
import { NETWORK_DIM } from "../domain/constants.ts";
import { Modality } from "../domain/modality.ts";
import { type CallbackContext, callbackName, type Callbacks } from "./callbacks.ts";
import { checkModality } from "./modality.ts";
import { findFault, gradientDims, representationDims } from "./result_check.ts";

/** Options of {@linkcode checkCallbacks}. */
export interface CheckOptions {
  /** Who the callbacks see as the caller. */
  readonly caller: string;
  /** How long one callback may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** One call with samples. */
interface Trial {
  readonly name: string;
  readonly modality: number;
  readonly inputs: Tensor;
  /** Shape of the result. */
  readonly dims: readonly number[];
  readonly run: (context: CallbackContext) => unknown;
}

/**
 * Calls each callback once, with samples:
 *
 * - text: inputs int64 `[3, 3]`, all 0; gradients float32 `[3, 3, 512]`;
 * - image: inputs float32 `[1, 1, 3, 512, 512]`; gradients float32 `[1, 1, 512]`;
 * - tensor: inputs float32 `[1, 1, 512]`; gradients float32 `[1, 1, 512]`.
 *
 * Images and tensors are random, from 0 to 1. Gradients are 0, so that a model which learns from them
 * stays as it is; those of the seed era were random.
 *
 * @throws {BittensorError} `axon/callback` if one fails, takes too long or returns what could not be
 * sent.
 */
export async function checkCallbacks(callbacks: Callbacks, options: CheckOptions): Promise<void> {
  for (const [modality, callback] of callbacks.forward) {
    const { inputs } = samplesOf(modality);
    await tryCallback({
      name: callbackName("forward", modality),
      modality,
      inputs,
      dims: representationDims(inputs.dims),
      run: (context) => callback(options.caller, inputs, context),
    }, options);
  }
  for (const [modality, callback] of callbacks.backward) {
    const { inputs, gradients } = samplesOf(modality);
    await tryCallback({
      name: callbackName("backward", modality),
      modality,
      inputs,
      dims: gradientDims(modality, inputs.dims),
      run: (context) => callback(options.caller, inputs, gradients, context),
    }, options);
  }
}

async function tryCallback(trial: Trial, { timeoutMs }: CheckOptions): Promise<void> {
  const { name, inputs } = trial;
  const refused = (what: string, cause?: unknown) =>
    new BittensorError("axon/callback", `Cannot serve with ${name}: ${what}`, {
      cause,
      hint: `${name} is called once with ${formatShape(inputs)} before it serves; it must return ` +
        `null, or float32 [${trial.dims.join(", ")}]`,
    });
  const modality = checkModality(trial.modality);
  let result: unknown;
  try {
    result = await withDeadline(
      // A function that is async turns what the callback throws at once into a rejection.
      async (signal) => await trial.run({ signal, modality, verified: true, requiresGrad: false }),
      { timeoutMs },
      () => new DOMException(`No result within ${timeoutMs} ms`, "TimeoutError"),
    );
  } catch (cause) {
    throw refused(`it failed on a sample with: ${messageOf(cause)}`, cause);
  }
  if (result === null || result === undefined) return;
  const fault = findFault(result, trial.dims);
  if (fault !== undefined) throw refused(`to a sample it returned ${fault.text}`);
}

function samplesOf(modality: number): { inputs: Tensor; gradients: Tensor } {
  switch (modality) {
    case Modality.TEXT:
      return {
        inputs: new Tensor("int64", new BigInt64Array(9), [3, 3]),
        gradients: zeros([3, 3, NETWORK_DIM]),
      };
    case Modality.IMAGE:
      // The seed era's gradients here took 512 MiB, in a shape that fits no answer.
      return { inputs: random([1, 1, 3, 512, 512]), gradients: zeros([1, 1, NETWORK_DIM]) };
    default:
      // The network sends nothing narrower, though the seed era's sample was.
      return { inputs: random([1, 1, NETWORK_DIM]), gradients: zeros([1, 1, NETWORK_DIM]) };
  }
}

function random(dims: readonly number[]): Tensor {
  const values = Float32Array.from({ length: elementCount(dims) }, Math.random);
  return new Tensor("float32", values, dims);
}
