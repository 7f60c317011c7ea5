/** Checks a node against the table of operators, and infers the type of what it computes. */

import { messageOf } from "../../base/errors.ts";
import type { Attributes } from "./attributes.ts";
import { type AttributeKind, type Operator, OPERATORS } from "./operators.ts";
import { formatType, requireSizes, type TensorType } from "./tensor_type.ts";

/** A node but for its output; its operator may be any text where a graph came from elsewhere. */
export interface NodeParts {
  readonly name: string;
  readonly operator: string;
  readonly inputs: readonly TensorType[];
  readonly attributes: Attributes;
}

/**
 * The row of a node's operator in the table.
 *
 * @throws {TypeError} If there is none.
 */
export function operatorOf({ name, operator }: Pick<NodeParts, "name" | "operator">): Operator {
  const table: Readonly<Record<string, Operator>> = OPERATORS;
  const row = Object.hasOwn(table, operator) ? table[operator] : undefined;
  if (row) return row;
  const known = Object.keys(table).join(", ");
  throw new TypeError(`Cannot add ${name}: no operator ${operator} is known here, but ${known}`);
}

/**
 * Type of what a node computes.
 *
 * @throws {RangeError} If its inputs or attributes do not fit, or an attribute is not in the table.
 * @throws {TypeError} If the operator is not in the table.
 */
export function inferOutput(node: NodeParts): TensorType {
  const { name, operator, inputs, attributes } = node;
  const { arity, optionalInputs = 0, attributes: kinds, infer } = operatorOf(node);
  try {
    if (inputs.length < arity || inputs.length > arity + optionalInputs) {
      throw new RangeError(`${operator} takes ${arity} inputs`);
    }
    requireAttributes(operator, attributes, kinds);
    const output = infer(attributes, ...inputs);
    requireSizes(output.shape);
    return output;
  } catch (cause) {
    const types = inputs.map(formatType).join(", ");
    throw new RangeError(`Cannot add ${name} of ${types}: ${messageOf(cause)}`, { cause });
  }
}

/**
 * An attribute that the table lacks would be written and obeyed by the runtime, while the shape and
 * the gradient would be those of a node without it.
 */
function requireAttributes(
  operator: string,
  attributes: Attributes,
  kinds: Operator["attributes"],
): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (!kind) throw new RangeError(`no attribute ${name} of ${operator} is known here`);
    if (KINDS[kind].admits(value)) continue;
    throw new RangeError(`the attribute ${name} must be ${KINDS[kind].what}, not ${value}`);
  }
}

interface Kind {
  readonly what: string;
  admits(value: unknown): boolean;
}

const KINDS: Readonly<Record<AttributeKind, Kind>> = {
  int: { what: "an integer", admits: Number.isSafeInteger },
  float: { what: "a finite number", admits: Number.isFinite },
  ints: {
    what: "a list of integers",
    admits: (value) => Array.isArray(value) && value.every(Number.isSafeInteger),
  },
  string: { what: "a text", admits: (value) => typeof value === "string" },
};
