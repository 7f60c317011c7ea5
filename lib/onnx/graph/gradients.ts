/** Reverse-mode differentiation: adds the gradients of what a graph computes to the graph. */

import { messageOf } from "../../base/errors.ts";
import { GRADIENT_RULES, type GradientRules } from "./gradient_rules/gradient_rules.ts";
import { type GradientRule, zerosLike } from "./gradient_rules/rule.ts";
import { type Graph, GraphBuilder, type GraphNode, type Value } from "./graph_builder.ts";
import { formatType, sameType } from "./tensor_type.ts";

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
 * @throws {TypeError} If a target is not in the graph, or an operator of it has no rule.
 * @throws {RangeError} If a target has no gradient, being of integers, or no rule can be applied.
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
 * @throws {TypeError} If an operator has no rule.
 * @throws {RangeError} If a target is of integers; if a gradient, given or found by a rule, has
 *   another type or shape than its value; or if a rule needs to know more of the shapes.
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
  for (const [value, seed] of seeds) requireGradient(value, seed);
  const { nodes } = graph.build("");
  const onPath = dependents(nodes, targets, rules);
  const gradients = new Map(seeds);
  const scope = graph.scope("gradient");
  for (const node of nodes.toReversed()) {
    const gradient = gradients.get(node.output);
    if (gradient && onPath.has(node.output)) {
      addToInputs(scope, { node, gradient, onPath, gradients, rule: ruleOf(rules, node) });
    }
  }
  return targets.map((target) => gradients.get(target) ?? zerosLike(scope, target));
}

/** The targets and all values that depend on them in a differentiable way; no integers do. */
function dependents(
  nodes: readonly GraphNode[],
  targets: readonly Value[],
  rules: GradientRules,
): ReadonlySet<Value> {
  const found = new Set(targets);
  for (const node of nodes) {
    const { inputs, output } = node;
    if (output.type === "int64") continue;
    const rule = ruleOf(rules, node);
    if (inputs.some((input, index) => rule[index] && found.has(input))) found.add(output);
  }
  return found;
}

function ruleOf(rules: GradientRules, { name, operator }: GraphNode): GradientRule {
  if (Object.hasOwn(rules, operator)) return rules[operator];
  const known = Object.keys(rules).join(", ");
  throw new TypeError(
    `Cannot differentiate ${name}: no rule for ${operator} is known, but ${known}`,
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

/** Adds what comes through a node to the gradients of its inputs. */
function addToInputs(graph: GraphBuilder, step: Step): void {
  const { node, rule, gradient, onPath, gradients } = step;
  rule.forEach((inputGradient, index) => {
    const input = node.inputs[index];
    if (!inputGradient || !input || !onPath.has(input)) return;
    const share = applied(node, () => {
      const found = inputGradient({ graph, node, gradient }, ...node.inputs);
      requireGradient(input, found);
      return found;
    });
    const others = gradients.get(input);
    gradients.set(input, others ? graph.op("Add", [others, share]) : share);
  });
}

/** What a rule finds; an error says at which node. */
function applied(node: GraphNode, find: () => Value): Value {
  try {
    return find();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const { name, operator, output } = node;
    const what = `${name}, ${operator} to ${formatType(output)}`;
    throw new RangeError(`Cannot differentiate ${what}: ${messageOf(cause)}`, { cause });
  }
}

/** A gradient has the element type and the shape of its value. */
function requireGradient(value: Value, gradient: Value): void {
  if (sameType(value, gradient)) return;
  const [expected, found] = [value, gradient].map(formatType);
  throw new RangeError(`the gradient of ${value.name} must be ${expected}, not ${found}`);
}
