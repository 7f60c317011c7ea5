/** The ONNX operators that the graph builder knows: arity, attributes and shape inference. */

import type { Attributes } from "./attributes.ts";
import { inferConv, inferConvTranspose, inferMaxPool } from "./infer_images.ts";
import {
  inferGather,
  inferGatherElements,
  inferPad,
  inferScatterElements,
  inferSlice,
} from "./infer_indexing.ts";
import { inferExpand, inferReduceSum } from "./infer_reductions.ts";
import {
  inferAdd,
  inferCast,
  inferElementWise,
  inferLayerNormalization,
  inferMatMul,
  inferReshape,
  inferSame,
  inferShape,
  inferSoftmax,
  inferSub,
  inferTranspose,
  inferUnsqueeze,
} from "./infer_types.ts";
import type { TensorType } from "./tensor_type.ts";

/** Version of the ONNX operator set, whose specification says what each operator computes. */
export const OPERATOR_SET_VERSION = 20;

/** How ONNX stores an attribute: one integer, one float, a list of integers, or a text. */
export type AttributeKind = "int" | "float" | "ints" | "string";

/** One row of the table. */
export interface Operator {
  /** Number of inputs that are required. */
  readonly arity: number;
  /** Number of inputs that may follow them. @default {0} */
  readonly optionalInputs?: number;
  /** How each attribute is stored. */
  readonly attributes: Readonly<Record<string, AttributeKind>>;
  /**
   * Type of the output, from as many inputs.
   *
   * @throws {RangeError} If the inputs do not fit together.
   */
  infer(attributes: Attributes, ...inputs: readonly TensorType[]): TensorType;
}

/** The operators, by their ONNX names. */
export const OPERATORS = {
  Add: { arity: 2, attributes: {}, infer: inferAdd },
  Sub: { arity: 2, attributes: {}, infer: inferSub },
  Mul: { arity: 2, attributes: {}, infer: inferElementWise },
  Div: { arity: 2, attributes: {}, infer: inferElementWise },
  Identity: { arity: 1, attributes: {}, infer: inferSame },
  Neg: { arity: 1, attributes: {}, infer: inferSame },
  Sign: { arity: 1, attributes: {}, infer: inferSame },
  Ceil: { arity: 1, attributes: {}, infer: inferSame },
  Sqrt: { arity: 1, attributes: {}, infer: inferSame },
  Exp: { arity: 1, attributes: {}, infer: inferSame },
  Erf: { arity: 1, attributes: {}, infer: inferSame },
  Tanh: { arity: 1, attributes: {}, infer: inferSame },
  Relu: { arity: 1, attributes: {}, infer: inferSame },
  Gelu: { arity: 1, attributes: {}, infer: inferSame },
  Softmax: { arity: 1, attributes: { axis: "int" }, infer: inferSoftmax },
  LayerNormalization: {
    arity: 3,
    attributes: { axis: "int", epsilon: "float" },
    infer: inferLayerNormalization,
  },
  MatMul: { arity: 2, attributes: {}, infer: inferMatMul },
  Conv: {
    arity: 2,
    optionalInputs: 1,
    attributes: { kernel_shape: "ints" },
    infer: inferConv,
  },
  ConvTranspose: { arity: 2, attributes: {}, infer: inferConvTranspose },
  MaxPool: {
    arity: 1,
    attributes: { kernel_shape: "ints", strides: "ints" },
    infer: inferMaxPool,
  },
  ReduceSum: { arity: 2, attributes: { keepdims: "int" }, infer: inferReduceSum },
  Expand: { arity: 2, attributes: {}, infer: inferExpand },
  Gather: { arity: 2, attributes: { axis: "int" }, infer: inferGather },
  GatherElements: { arity: 2, attributes: { axis: "int" }, infer: inferGatherElements },
  // Not ScatterND: threads of the runtime add to the same row at once there, and lose some of it
  // (https://github.com/microsoft/onnxruntime/issues/18048).
  ScatterElements: {
    arity: 3,
    attributes: { axis: "int", reduction: "string" },
    infer: inferScatterElements,
  },
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

/** What an attribute of a kind is given as. */
interface AttributeValues {
  readonly int: number;
  readonly float: number;
  readonly ints: readonly number[];
  readonly string: string;
}

/** The attributes that one operator takes. */
export type AttributesOf<Name extends OperatorName> = {
  readonly [Key in keyof typeof OPERATORS[Name]["attributes"]]?: AttributeValueOf<
    typeof OPERATORS[Name]["attributes"][Key]
  >;
};

type AttributeValueOf<Kind> = Kind extends AttributeKind ? AttributeValues[Kind] : never;
