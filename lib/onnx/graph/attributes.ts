/** What shapes a node beside its inputs' types: attributes, and inputs known while building. */

import type { Shape } from "./dim.ts";
import type { TensorType } from "./tensor_type.ts";

/** Attributes of a node, by name; one left out has the default of the specification. */
export type Attributes = Readonly<
  Record<string, number | readonly number[] | string | undefined>
>;

/** An attribute that is an integer, or its default. */
export function integer(value: Attributes[string], standard: number): number {
  return typeof value === "number" ? value : standard;
}

/** An attribute that is a list of integers, or its default. */
export function integers(
  value: Attributes[string],
  standard: readonly number[],
): readonly number[] {
  return typeof value === "object" ? value : standard;
}

/**
 * The elements of an input, such as sizes that `Shape` returned.
 *
 * @param what The input, for the error.
 * @throws {RangeError} If they are not known while building.
 */
export function knownContent({ content }: TensorType, what: string): Shape {
  if (content === undefined) throw new RangeError(`the ${what} must be known while building`);
  return content;
}

/**
 * The elements of an input, none of them symbolic.
 *
 * @param what The input, for the error.
 * @throws {RangeError} If they are not known while building.
 */
export function fixedContent(input: TensorType, what: string): readonly number[] {
  return knownContent(input, what).map((dim) => {
    if (typeof dim === "number") return dim;
    throw new RangeError(`the ${what} must be fixed numbers`);
  });
}
