/** What a gradient rule is, and the few computations that most rules share. */

import { product, type Shape } from "../dim.ts";
import type { GraphBuilder, GraphNode, Value } from "../graph_builder.ts";
import { equalShapes } from "../tensor_type.ts";

/** What a rule works with, beside the inputs of the node. */
export interface RuleContext {
  /** Where the rule adds its nodes. */
  readonly graph: GraphBuilder;
  readonly node: GraphNode;
  /** Gradient of what the node computes, and of its shape. */
  readonly gradient: Value;
}

/** Adds the gradient of one input of a node, of that input's shape, to the graph. */
export type InputGradient = (context: RuleContext, ...inputs: readonly Value[]) => Value;

/**
 * The gradients of an operator's inputs, in their order; null for one that has none, such as a
 * shape. (A rule that is left out at the end stands for null.)
 */
export type GradientRule = readonly (InputGradient | null)[];

/** For operators whose output changes in steps or not at all, whatever the input does. */
export const NOT_DIFFERENTIABLE: GradientRule = [];

/** Element-wise product; a number stands for a scalar. */
export function times(graph: GraphBuilder, left: Value, right: Value | number): Value {
  return graph.op("Mul", [left, typeof right === "number" ? graph.scalar(right) : right]);
}

/** Sum over axes, which keep a size of 1. */
export function sumOver(graph: GraphBuilder, value: Value, axes: readonly number[]): Value {
  return graph.op("ReduceSum", [value, graph.integers(axes)]);
}

/** The inverse of broadcasting: sums over the axes that were stretched to get from `shape` here. */
export function sumTo(graph: GraphBuilder, value: Value, shape: Shape): Value {
  if (equalShapes(value.shape, shape)) return value;
  const added = value.shape.length - shape.length;
  const leading = Array.from({ length: added }, (_, axis) => axis);
  const same = added === 0
    ? value
    : graph.op("ReduceSum", [value, graph.integers(leading)], { keepdims: 0 });
  const stretched = shape.flatMap((dim, axis) => dim === same.shape[axis] ? [] : [axis]);
  return stretched.length === 0 ? same : sumOver(graph, same, stretched);
}

/** A tensor of the same shape as another. */
export function reshapeLike(graph: GraphBuilder, value: Value, like: Value): Value {
  return graph.op("Reshape", [value, graph.op("Shape", [like])]);
}

/** Zeros in the shape of a tensor. */
export function zerosLike(graph: GraphBuilder, like: Value): Value {
  return graph.op("Expand", [graph.scalar(0), graph.op("Shape", [like])]);
}

/** Number of elements, for a factor. Throws a RangeError if it is not fixed. */
export function fixedCount(shape: Shape): number {
  const count = product(shape);
  if (typeof count === "number") return count;
  throw new RangeError(`the size ${count} must be a fixed number`);
}
