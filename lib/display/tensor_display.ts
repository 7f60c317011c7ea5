/** Tensors show themselves as our own classes do, though their class is of another package. */

import { formatShape, Tensor } from "../base/tensor.ts";
import { fromTensor } from "../metagraph/arrays.ts";

/** Types whose elements are shown. */
const SHOWN_TYPES: readonly Tensor.Type[] = ["float32", "float64", "int32", "int64"];

/** Dtype and dimensions, and below them the first and last elements, if they are in memory. */
export function formatTensor(tensor: Tensor): string {
  const hasElements = tensor.location === "cpu" && SHOWN_TYPES.includes(tensor.type);
  return hasElements ? `${formatShape(tensor)}\n${fromTensor(tensor)}` : formatShape(tensor);
}

/** What Deno tells a value that `console.log` shows: the depth is 0 unless it lies in another one. */
interface InspectOptions {
  readonly currentDepth?: number;
}

// The names of the methods that `console.log` and the Jupyter kernel of Deno ask for.
Object.defineProperties(Tensor.prototype, {
  [Symbol.for("Deno.customInspect")]: {
    value(this: Tensor, _inspect: unknown, { currentDepth = 0 }: InspectOptions = {}): string {
      return currentDepth === 0 ? formatTensor(this) : formatShape(this);
    },
  },
  [Symbol.for("Jupyter.display")]: {
    value(this: Tensor): Record<string, string> {
      return { "text/plain": formatTensor(this) };
    },
  },
});
