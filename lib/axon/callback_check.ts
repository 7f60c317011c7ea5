/** Tries callbacks with samples, before strangers do. */

import { withDeadline } from "../base/deadline.ts";
import { BittensorError, messageOf } from "../base/errors.ts";
import { RefusedInputs } from "../base/refused_inputs.ts";
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
  /** Channels, rows and columns of the images to try. */
  readonly imageShape: readonly number[];
}

/** A callback, and how it is called with samples. */
interface Trial {
  readonly name: string;
  readonly modality: number;
  readonly resultDims: (inputDims: readonly number[]) => readonly number[];
  readonly run: (samples: Samples, context: CallbackContext) => unknown;
}

interface Samples {
  readonly inputs: Tensor;
  readonly gradients: Tensor;
}

/**
 * Calls each callback once, with samples whose axes differ in size, so that none is taken for another:
 *
 * - text: inputs int64 `[2, 3]`, all 0; gradients float32 `[2, 3, 512]`;
 * - image: inputs float32 `[2, 1, channels, rows, columns]`; gradients float32 `[2, 1, 512]`;
 * - tensor: inputs float32 `[2, 3, 512]`; gradients float32 `[2, 3, 512]`.
 *
 * Images and tensors are random, from 0 to 1. Gradients are 0, so that a model which learns from them
 * stays as it is; those of the seed era were random. A callback that refuses the size of an image or
 * a tensor with `RefusedInputs`, and says which size it takes, is called with that.
 *
 * @throws {BittensorError} `axon/callback` if one fails, takes too long, returns what could not be
 * sent, or values that are not finite.
 */
export async function checkCallbacks(callbacks: Callbacks, options: CheckOptions): Promise<void> {
  for (const [modality, callback] of callbacks.forward) {
    await tryCallback({
      name: callbackName("forward", modality),
      modality,
      resultDims: representationDims,
      run: ({ inputs }, context) => callback(options.caller, inputs, context),
    }, options);
  }
  for (const [modality, callback] of callbacks.backward) {
    await tryCallback({
      name: callbackName("backward", modality),
      modality,
      resultDims: (inputDims) => gradientDims(modality, inputDims),
      run: ({ inputs, gradients }, context) => callback(options.caller, inputs, gradients, context),
    }, options);
  }
}

/** Tries a callback, of an image or a tensor once more with the size that it says it takes. */
async function tryCallback(trial: Trial, options: CheckOptions): Promise<void> {
  const samples = samplesOf(trial.modality, options);
  try {
    await tryOnce(trial, samples, options);
  } catch (error) {
    const other = error instanceof BittensorError && sizedAs(error.cause, samples);
    if (!other) throw error;
    await tryOnce(trial, other, options);
  }
}

/** Samples of the size that a refusal names, if it names one that can be made. */
function sizedAs(refusal: unknown, { inputs, gradients }: Samples): Samples | undefined {
  if (!(refusal instanceof RefusedInputs) || !refusal.expected || inputs.type !== "float32") {
    return undefined;
  }
  // What a model takes may lack the axis of the sequence, and the batch is free.
  const itemRank = inputs.dims.length - 2;
  const item = inputs.dims.slice(2);
  const expected = refusal.expected.slice(-itemRank);
  if (refusal.expected.length <= itemRank) return undefined;
  const sizes = expected.map((size, axis) => typeof size === "number" ? size : item[axis]!);
  return { inputs: random([...inputs.dims.slice(0, 2), ...sizes]), gradients };
}

async function tryOnce(
  trial: Trial,
  samples: Samples,
  { timeoutMs }: CheckOptions,
): Promise<void> {
  const { name } = trial;
  const { inputs } = samples;
  const dims = trial.resultDims(inputs.dims);
  const refused = (what: string, cause?: unknown) =>
    new BittensorError("axon/callback", `Cannot serve with ${name}: ${what}`, {
      cause,
      hint: `${name} is called once with ${formatShape(inputs)} before it serves; it must return ` +
        `null, or float32 [${dims.join(", ")}]`,
    });
  const modality = checkModality(trial.modality);
  let result: unknown;
  try {
    result = await withDeadline(
      // A function that is async turns what the callback throws at once into a rejection.
      async (signal) =>
        await trial.run(samples, { signal, modality, verified: true, requiresGrad: false }),
      { timeoutMs },
      () => new DOMException(`No result within ${timeoutMs} ms`, "TimeoutError"),
    );
  } catch (cause) {
    throw refused(`it failed on a sample with: ${messageOf(cause)}`, cause);
  }
  if (result === null || result === undefined) return;
  const fault = findFault(result, dims);
  if (fault !== undefined) throw refused(`to a sample it returned ${fault.text}`);
  const strange = strangeValue(result);
  if (strange !== undefined) throw refused(`to a sample it returned a value that is ${strange}`);
}

/** A value of a result that is not finite. */
function strangeValue(result: unknown): number | undefined {
  if (!(result instanceof Tensor)) return undefined;
  const { data } = result;
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return undefined;
  return data.find((value) => !Number.isFinite(value));
}

function samplesOf(modality: number, { imageShape }: CheckOptions): Samples {
  switch (modality) {
    case Modality.TEXT:
      return {
        inputs: new Tensor("int64", new BigInt64Array(6), [2, 3]),
        gradients: zeros([2, 3, NETWORK_DIM]),
      };
    case Modality.IMAGE:
      // The seed era's gradients here took 512 MiB, in a shape that fits no answer.
      return { inputs: random([2, 1, ...imageShape]), gradients: zeros([2, 1, NETWORK_DIM]) };
    default:
      // The network sends nothing narrower, though the seed era's sample was.
      return { inputs: random([2, 3, NETWORK_DIM]), gradients: zeros([2, 3, NETWORK_DIM]) };
  }
}

function random(dims: readonly number[]): Tensor {
  const values = Float32Array.from({ length: elementCount(dims) }, Math.random);
  return new Tensor("float32", values, dims);
}
