/** Whether two answers are the same, but for rounding. */

import { type FloatTensor, formatShape } from "../../base/tensor.ts";
import type { BittensorError } from "../../base/errors.ts";
import type { ModelInputs } from "../model_inputs.ts";

/**
 * Whether vectors agree with the first ones of a row of others.
 *
 * @param tolerance Most by which they may differ, in parts of what numbers in the answer usually are.
 */
export function agrees(
  alone: FloatTensor,
  together: FloatTensor,
  row: number,
  tolerance: number,
): boolean {
  const rowSize = together.data.length / together.dims[0]!;
  if (alone.data.length > rowSize) return false;
  const start = row * rowSize;
  let sum = 0;
  for (const value of alone.data) sum += Math.abs(value);
  const usual = sum / alone.data.length;
  return alone.data.every((value, index) => {
    const difference = Math.abs(value - together.data[start + index]!);
    // Written so that what is not a number agrees with nothing.
    return difference <= tolerance * (Math.abs(value) + usual);
  });
}

/** Refuses an answer whose first row has values that are not finite: nothing of it is masked. */
export function requireFinite(
  question: ModelInputs,
  answer: FloatTensor,
  refuse: (reason: string) => BittensorError,
): void {
  const row = answer.data.subarray(0, answer.data.length / answer.dims[0]!);
  const strange = row.find((value) => !Number.isFinite(value));
  if (strange === undefined) return;
  throw refuse(
    `to a sample, ${formatShape(question.inputs)}, it answers with values that are not finite, ` +
      `such as ${strange}`,
  );
}
