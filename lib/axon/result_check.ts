/** What callbacks return: the seed era sent it unseen, and callers could not read it. */

import { formatShape, Tensor } from "../base/tensor.ts";
import { NETWORK_DIM } from "../domain/constants.ts";
import { Modality } from "../domain/modality.ts";

/** What is wrong with a result. */
export interface ResultFault {
  readonly kind: "type" | "shape";
  /** What it is, and what it is not, for people: `int64 [3, 3], no tensor of floats`. */
  readonly text: string;
}

/** The shape that a forward callback must return. */
export function representationDims([batch = 0, sequence = 0]: readonly number[]): number[] {
  return [batch, sequence, NETWORK_DIM];
}

/** The shape that a backward callback must return. */
export function gradientDims(modality: number, inputDims: readonly number[]): readonly number[] {
  // Token ids have no gradients: those of their embedding stand for them, as in the seed era.
  return modality === Modality.TEXT ? representationDims(inputDims) : inputDims;
}

/** What is wrong with what a callback returned, if anything. */
export function findFault(result: unknown, dims: readonly number[]): ResultFault | undefined {
  if (!(result instanceof Tensor)) {
    return { kind: "type", text: `a ${typeof result}, no tensor of floats` };
  }
  if (result.type !== "float32" && result.type !== "float64") {
    return { kind: "type", text: `${formatShape(result)}, no tensor of floats` };
  }
  if (result.dims.length === dims.length && dims.every((dim, i) => dim === result.dims[i])) {
    return undefined;
  }
  return { kind: "shape", text: `${formatShape(result)}, not [${dims.join(", ")}]` };
}
