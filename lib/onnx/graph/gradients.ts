/** Reverse-mode differentiation: adds the gradients of what a graph computes to the graph. */

import { GRADIENT_RULES, type GradientRules } from "./gradient_rules/gradient_rules.ts";
import { type GradientRule, zerosLike } from "./gradient_rules/rule.ts";
import { type Graph, GraphBuilder, type GraphNode, type Value } from "./graph_builder.ts";
import { equalShapes, formatType } from "./tensor_type.ts";

/** Name of the gradient of a value. */
export function gradientName(name: string): string {
  return `gradient.${name}`;
}

/**
 * The graph that computes the gradients of a scalar, of which only its gradients with respect to
 * the outputs of `graph` are known.
 *
 * Its inputs are those of `graph`, and for each output `y` the gradient `gradient.y`, of the shape
 * of `y`. Its outputs are `gradient.x` for each target `x`, of the shape of `x`.
 *
 * @param targets Names of float32 inputs or weights.
 * @param rules How each operator is differentiated.
 * @throws {TypeError} If a target is not in the graph.
 * @throws {RangeError} If a target has no gradient, being of integers, or no rule is known of an
 *   operator on the way.
 */
export function gradientGraph(
  graph: Graph,
  targets: readonly string[],
  rules: GradientRules = GRADIENT_RULES,
): Graph {
  const builder = GraphBuilder.from(graph);
  const seeds = graph.outputs.map((output) =>
    [output, builder.input(gradientName(output.name), output.type, output.shape)] as const
  );
  const values = targets.map((name) => builder.value(name));
  const found = addGradients(builder, new Map(seeds), values, rules);
  values.forEach((value, index) => builder.output(gradientName(value.name), found[index]!));
  return builder.build(`${graph.name}_gradient`);
}

/**
 * Adds the nodes that compute the gradients of some scalar.
 *
 * @param seeds The gradient of the scalar with respect to each value that it depends on directly.
 * @param targets Float values of the graph.
 * @param rules How each operator is differentiated.
 * @returns The gradient of each target, of its shape; zeros if nothing depends on it.
 * @throws {RangeError} If a target is of integers.
 *
 * @example The gradient of x² is 2x
 * ```ts ignore
 * const y = graph.op("Mul", [x, x]);
 * const [gradient] = addGradients(graph, new Map([[y, graph.scalar(1)]]), [x]);
 * ```
 */
export function addGradients(
  graph: GraphBuilder,
  seeds: ReadonlyMap<Value, Value>,
  targets: readonly Value[],
  rules: GradientRules = GRADIENT_RULES,
): readonly Value[] {
  const integer = targets.find(({ type }) => type === "int64");
  if (integer) throw new RangeError(`Cannot differentiate by ${integer.name}: it has integers`);
  const { nodes } = graph.build("");
  const onPath = dependents(nodes, targets, rules);
  const gradients = new Map(seeds);
  const scope = graph.scope("gradient");
  for (const node of nodes.toReversed()) {
    const gradient = gradients.get(node.output);
    if (gradient && onPath.has(node.output)) {
      addToInputs(scope, { node, gradient, onPath, gradients, rule: rules[node.operator] });
    }
  }
  return targets.map((target) => gradients.get(target) ?? zerosLike(scope, target));
}

/** The targets and all values that depend on them in a differentiable way. */
function dependents(
  nodes: readonly GraphNode[],
  targets: readonly Value[],
  rules: GradientRules,
): ReadonlySet<Value> {
  const found = new Set(targets);
  for (const node of nodes) {
    const { operator, inputs, output } = node;
    // Integers change in steps, if at all, whatever they were made of.
    if (output.type === "int64" || !inputs.some((input) => found.has(input))) continue;
    const rule = ruleOf(node, rules[operator]);
    if (inputs.some((input, index) => rule[index] && found.has(input))) found.add(output);
  }
  return found;
}

/** The rule of a node that comes between a target and the outputs. */
function ruleOf({ name, operator }: GraphNode, rule: GradientRule | undefined): GradientRule {
  if (rule) return rule;
  throw new RangeError(
    `Cannot differentiate ${name}: no rule is known of the operator ${operator}`,
  );
}

/** One step of the way back. */
interface Step {
  readonly node: GraphNode;
  readonly rule: GradientRule;
  /** Gradient of the node's output. */
  readonly gradient: Value;
  /** The values whose gradients are needed. */
  readonly onPath: ReadonlySet<Value>;
  /** What is known of their gradients so far. */
  readonly gradients: Map<Value, Value>;
}

/** A rule that gives another shape would be found by nobody else: sizes of 1 are stretched. */
function requireShape({ name, operator }: GraphNode, input: Value, gradient: Value): void {
  if (equalShapes(input.shape, gradient.shape)) return;
  throw new RangeError(
    `Cannot differentiate ${name}: the rule of ${operator} gives ${formatType(gradient)} ` +
      `for ${formatType(input)}`,
  );
}

/** Adds what comes through a node to the gradients of its inputs. */
function addToInputs(graph: GraphBuilder, step: Step): void {
  const { node, rule, gradient, onPath, gradients } = step;
  rule.forEach((inputGradient, index) => {
    const input = node.inputs[index];
    if (!inputGradient || !input || !onPath.has(input)) return;
    const share = inputGradient({ graph, node, gradient }, ...node.inputs);
    requireShape(node, input, share);
    const others = gradients.get(input);
    gradients.set(input, others ? graph.op("Add", [others, share]) : share);
  });
}
