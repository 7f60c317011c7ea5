/** Images, tensors and gradients, checked; they are sent as they are. */

import { BittensorError } from "../base/errors.ts";
import { type FloatTensor, Tensor } from "../base/tensor.ts";
import { NETWORK_DIM } from "../domain/constants.ts";
import { Modality } from "../domain/modality.ts";
import { describe } from "./describe.ts";

/** A float32 tensor for one endpoint, or a list with one for each. */
export type FloatInputs = Tensor | readonly Tensor[];

/** The dimensions that each modality has. */
const SHAPES = {
  [Modality.IMAGE]: {
    rank: 5,
    text: "[batch, sequence, channels, rows, columns]",
    fits: () => true,
  },
  [Modality.TENSOR]: {
    rank: 3,
    text: `[batch, sequence, ${NETWORK_DIM}]`,
    fits: (dims: readonly number[]) => dims[2] === NETWORK_DIM,
  },
};

/** Options of {@linkcode readFloatInputs}. */
export interface FloatInputsOptions {
  readonly modality: keyof typeof SHAPES;
  readonly endpointCount: number;
  /** Whether the endpoints are a list: then the inputs are one too. */
  readonly endpointList: boolean;
}

/**
 * The tensor that each endpoint gets: the i-th for the i-th.
 *
 * @throws {BittensorError} `dendrite/inputs` if they are none of the modality, or not one for each
 * endpoint.
 */
export function readFloatInputs(
  inputs: unknown,
  { modality, endpointCount, endpointList }: FloatInputsOptions,
): readonly FloatTensor[] {
  if (endpointList && inputs instanceof Tensor) {
    throw badInputs(
      `${describe(inputs)} is for one endpoint, of a list of ${endpointCount}`,
      modality,
    );
  }
  const list: readonly unknown[] = Array.isArray(inputs) ? inputs : [inputs];
  if (list.length !== endpointCount) {
    throw badInputs(`${list.length} tensors do not match ${endpointCount} endpoints`, modality);
  }
  const { rank, fits } = SHAPES[modality];
  return list.map((item) => {
    if (isFloatTensor(item) && item.dims.length === rank && fits(item.dims)) return item;
    throw badInputs(`${describe(item)} cannot be sent`, modality);
  });
}

/**
 * The gradient of each endpoint's representation: one for all, or the i-th for the i-th.
 *
 * An empty one passes, as does any for empty inputs: they are never sent.
 *
 * @throws {BittensorError} `dendrite/gradients` if they are not float32 `[batch, sequence, width]`
 * of their inputs' batch and sequence.
 */
export function readGradients(
  gradients: unknown,
  inputs: readonly Tensor[],
): readonly FloatTensor[] {
  const list: readonly unknown[] = Array.isArray(gradients)
    ? gradients
    : inputs.map(() => gradients);
  if (list.length !== inputs.length) {
    throw badGradients(`${list.length} gradients do not match ${inputs.length} endpoints`);
  }
  return list.map((item, index) => {
    if (!isFloatTensor(item) || item.dims.length !== 3) {
      throw badGradients(`${describe(item)} is no gradient of a representation`);
    }
    const { dims, size } = inputs[index]!;
    const [batch, sequence] = dims;
    const fits = item.dims[0] === batch && item.dims[1] === sequence;
    // The answer to an empty request is EmptyRequest, whatever else is wrong with it.
    if (fits || item.size === 0 || size === 0) return item;
    throw badGradients(`${describe(item)} does not fit inputs [${batch}, ${sequence}]`);
  });
}

function isFloatTensor(value: unknown): value is FloatTensor {
  return value instanceof Tensor && value.type === "float32";
}

function badInputs(reason: string, modality: FloatInputsOptions["modality"]): BittensorError {
  return new BittensorError("dendrite/inputs", `Cannot send the inputs: ${reason}`, {
    hint: `pass a float32 tensor ${SHAPES[modality].text} with one endpoint, or a list of them ` +
      "with one for each endpoint",
  });
}

function badGradients(reason: string): BittensorError {
  return new BittensorError("dendrite/gradients", `Cannot send the gradients: ${reason}`, {
    hint: "pass a float32 tensor [batch, sequence, 512] of the shape of the representation, or " +
      "one for each endpoint",
  });
}
