/** How the output of a model is laid out: which of its axes is which, and what a run must give. */

import { elementCount, type FloatTensor, Tensor } from "../../base/tensor.ts";
import type { Signature } from "./signature.ts";

/** What a run gave for an input of so many rows, and so many tokens where it has any. */
export interface Observation {
  readonly rows: number;
  readonly tokens: number | undefined;
  readonly dims: readonly number[];
}

/** Which axis of an output is which. */
export interface Layout {
  /** The axes of the output in the order rows, sequence, vector; or rows, vector. */
  readonly order: readonly number[];
  /**
   * What the sequence is as long as: the tokens that went in; or it is the model's own, such as the
   * patches of an image; or there is none, but one vector for each item.
   */
  readonly sequence: "tokens" | "own" | "none";
  /** Size of the vectors. */
  readonly size: number;
}

/**
 * The layout that explains all observations, if one does. Where several do, as sizes that are fixed
 * may be equal, it is the usual one.
 */
export function findLayout(
  { takes }: Pick<Signature, "takes">,
  observations: readonly Observation[],
): Layout | undefined {
  const rank = observations[0]?.dims.length;
  const sequences = takes === "tokens"
    ? ["tokens"] as const
    : rank === 2
    ? ["none"] as const
    : ["tokens", "own"] as const;
  const orders = rank === 2 ? ORDERS_OF_TWO : rank === 3 ? ORDERS_OF_THREE : [];
  if (rank === 2 && takes === "tokens") return undefined;
  for (const sequence of sequences) {
    for (const order of orders) {
      const size = observations[0]!.dims[order.at(-1)!]!;
      const layout = { order, sequence, size };
      if (observations.every((observation) => explains(layout, observation))) return layout;
    }
  }
  return undefined;
}

/** The usual order first. */
const ORDERS_OF_TWO = [[0, 1], [1, 0]];
const ORDERS_OF_THREE = [[0, 1, 2], [1, 0, 2], [0, 2, 1], [2, 0, 1], [1, 2, 0], [2, 1, 0]];

/** Whether a run gave what its inputs ask for, in this layout. */
export function explains(
  { order, sequence, size }: Layout,
  { rows, tokens, dims }: Observation,
): boolean {
  if (dims.length !== order.length) return false;
  const [rowAxis = 0, sequenceAxis = 0] = order;
  return dims[rowAxis] === rows && dims[order.at(-1)!] === size &&
    (sequence !== "tokens" || dims[sequenceAxis] === tokens);
}

/** Whether the axes are in the order rows, sequence, vector, as far as it is known. */
export function isUsual(layout: Layout | undefined): boolean {
  return layout === undefined || layout.order.every((axis, place) => axis === place);
}

/** An output in the order rows, sequence, vector. */
export function arranged(layout: Layout, data: Float32Array, dims: readonly number[]): FloatTensor {
  const { order } = layout;
  const sizes = order.map((axis) => dims[axis]!);
  if (isUsual(layout)) return new Tensor("float32", data, sizes);
  const steps = order.map((axis) => elementCount(dims.slice(axis + 1)));
  const [rows = 1, ...inner] = sizes;
  const [length, size] = inner.length === 2 ? inner as [number, number] : [1, inner[0] ?? 1];
  const [rowStep = 0] = steps;
  const [lengthStep, sizeStep] = inner.length === 2 ? [steps[1]!, steps[2]!] : [0, steps[1]!];
  const moved = new Float32Array(data.length);
  let place = 0;
  for (let row = 0; row < rows; row++) {
    for (let index = 0; index < length; index++) {
      const start = row * rowStep + index * lengthStep;
      for (let element = 0; element < size; element++) {
        moved[place++] = data[start + element * sizeStep]!;
      }
    }
  }
  return new Tensor("float32", moved, sizes);
}
