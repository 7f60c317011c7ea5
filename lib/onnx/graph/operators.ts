/** The ONNX operators that the graph builder knows: arity, attributes and shape inference. */

import {
  type Attributes,
  inferCast,
  inferElementWise,
  inferGather,
  inferLayerNormalization,
  inferMatMul,
  inferPad,
  inferReshape,
  inferSame,
  inferShape,
  inferSlice,
  inferSoftmax,
  inferTranspose,
  inferUnsqueeze,
} from "./infer_types.ts";
import type { TensorType } from "./tensor_type.ts";

/** Version of the ONNX operator set, whose specification says what each operator computes. */
export const OPERATOR_SET_VERSION = 20;

/** How ONNX stores an attribute: one integer, one float, or a list of integers. */
export type AttributeKind = "int" | "float" | "ints";

/** One row of the table. */
export interface Operator {
  /** Number of inputs. */
  readonly arity: number;
  /** How each attribute is stored. */
  readonly attributes: Readonly<Record<string, AttributeKind>>;
  /**
   * Type of the output, from `arity` inputs.
   *
   * @throws {RangeError} If the inputs do not fit together.
   */
  infer(attributes: Attributes, ...inputs: readonly TensorType[]): TensorType;
}

/** The operators, by their ONNX names. */
export const OPERATORS = {
  Add: { arity: 2, attributes: {}, infer: inferElementWise },
  Sub: { arity: 2, attributes: {}, infer: inferElementWise },
  Mul: { arity: 2, attributes: {}, infer: inferElementWise },
  Identity: { arity: 1, attributes: {}, infer: inferSame },
  Gelu: { arity: 1, attributes: {}, infer: inferSame },
  Softmax: { arity: 1, attributes: { axis: "int" }, infer: inferSoftmax },
  LayerNormalization: {
    arity: 3,
    attributes: { axis: "int", epsilon: "float" },
    infer: inferLayerNormalization,
  },
  MatMul: { arity: 2, attributes: {}, infer: inferMatMul },
  Gather: { arity: 2, attributes: { axis: "int" }, infer: inferGather },
  Transpose: { arity: 1, attributes: { perm: "ints" }, infer: inferTranspose },
  Reshape: { arity: 2, attributes: {}, infer: inferReshape },
  Unsqueeze: { arity: 2, attributes: {}, infer: inferUnsqueeze },
  Slice: { arity: 4, attributes: {}, infer: inferSlice },
  Pad: { arity: 2, attributes: {}, infer: inferPad },
  Shape: { arity: 1, attributes: { start: "int", end: "int" }, infer: inferShape },
  Cast: { arity: 1, attributes: { to: "int" }, infer: inferCast },
} as const satisfies Record<string, Operator>;

/** Name of an operator in the table. */
export type OperatorName = keyof typeof OPERATORS;

/** The attributes that one operator takes. */
export type AttributesOf<Name extends OperatorName> = {
  readonly [Key in keyof typeof OPERATORS[Name]["attributes"]]?:
    typeof OPERATORS[Name]["attributes"][Key] extends "ints" ? readonly number[] : number;
};
