/** Builds ONNX graphs whose element types and shapes are checked at every step. */

import { messageOf } from "../../base/errors.ts";
import type { Attributes } from "./attributes.ts";
import type { Shape } from "./dim.ts";
import { inferOutput } from "./infer_output.ts";
import type { AttributesOf, OperatorName } from "./operators.ts";
import {
  type ElementType,
  formatType,
  requireSizes,
  sameType,
  type TensorType,
} from "./tensor_type.ts";

/** A tensor in a graph: an input, an initializer, or what a node computes. */
export interface Value extends TensorType {
  readonly name: string;
}

/** One operation. */
export interface GraphNode {
  readonly name: string;
  readonly operator: OperatorName;
  readonly inputs: readonly Value[];
  readonly output: Value;
  readonly attributes: Attributes;
}

/** A tensor that is stored with the graph, such as a weight. */
export interface Initializer {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** Whether training changes it. */
  readonly trainable: boolean;
  /**
   * Writes the elements, row-major and little-endian, into exactly their bytes. A weight is made
   * here, in its place in the model file, and so exists only once.
   */
  readonly write: (bytes: Uint8Array) => void;
}

/** Writes the elements of the weight of a given name; see {@linkcode Initializer.write}. */
export type WriteWeight = (bytes: Uint8Array, name: string) => void;

/** A finished graph. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly initializers: readonly Initializer[];
  /** In an order in which they can be computed. */
  readonly nodes: readonly GraphNode[];
}

/** What a builder and its scopes have in common. */
interface Parts {
  readonly inputs: Value[];
  readonly outputs: Value[];
  readonly initializers: Initializer[];
  readonly nodes: GraphNode[];
  readonly values: Map<string, Value>;
}

/**
 * Collects the parts of a graph.
 *
 * Its methods throw a RangeError if shapes or element types do not fit, naming the node and the
 * types of its inputs, and a TypeError for a name that is taken, a value of another graph, or an
 * operator that is not in the table.
 */
export class GraphBuilder {
  readonly #parts: Parts;
  readonly #prefix: string;

  constructor(
    parts: Parts = { inputs: [], outputs: [], initializers: [], nodes: [], values: new Map() },
    prefix = "",
  ) {
    this.#parts = parts;
    this.#prefix = prefix;
  }

  /**
   * A builder that goes on where a graph ended, whose outputs are values like others now. The nodes
   * are checked as if they were added here.
   */
  static from({ inputs, initializers, nodes }: Graph): GraphBuilder {
    nodes.forEach(requireKnownNode);
    const stored = initializers.map(({ name, type, dims }): Value => ({ name, type, shape: dims }));
    const values = [
      ...stored,
      ...inputs,
      ...nodes.flatMap((node) => [...node.inputs, node.output]),
    ];
    return new GraphBuilder({
      inputs: [...inputs],
      outputs: [],
      initializers: [...initializers],
      nodes: [...nodes],
      values: new Map(values.map((value) => [value.name, value])),
    });
  }

  /** The same graph, where `name.` is put before each name that is given or made. */
  scope(name: string): GraphBuilder {
    return new GraphBuilder(this.#parts, `${this.#prefix}${name}.`);
  }

  /**
   * The value of a name.
   *
   * @throws {TypeError} If there is none.
   */
  value(name: string): Value {
    const value = this.#parts.values.get(this.#prefix + name);
    if (value) return value;
    throw new TypeError(`Cannot find ${this.#prefix + name}: the graph has no such value`);
  }

  /** An input of the graph. */
  input(name: string, type: ElementType, shape: Shape): Value {
    const value = this.#register({ name: this.#prefix + name, type, shape });
    this.#parts.inputs.push(value);
    return value;
  }

  /** A float32 tensor that is stored with the graph and changed by training. */
  weight(localName: string, dims: readonly number[], writeWeight: WriteWeight): Value {
    const name = this.#prefix + localName;
    const write = (bytes: Uint8Array) => writeWeight(bytes, name);
    return this.#initializer({ name, type: "float32", dims, trainable: true, write });
  }

  /** A float32 tensor, `[elements.length]`, that is stored with the graph and never changes. */
  constant(name: string, elements: Float32Array<ArrayBuffer>): Value {
    return this.#constant(this.#prefix + name, [elements.length], elements);
  }

  /** A constant float32 scalar. */
  scalar(value: number): Value {
    return this.#constant(this.#unusedName("scalar"), [], Float32Array.of(value));
  }

  /** A constant int64 vector, or an int64 scalar. Operators can infer shapes from the vector. */
  integers(content: readonly number[] | number): Value {
    const elements = BigInt64Array.from([content].flat(), BigInt);
    return this.#initializer({
      name: this.#unusedName("integers"),
      type: "int64",
      dims: typeof content === "number" ? [] : [content.length],
      trainable: false,
      write: (bytes) => bytes.set(new Uint8Array(elements.buffer)),
    }, typeof content === "number" ? undefined : content);
  }

  /** Adds a node; gives what it computes. */
  op<Name extends OperatorName>(
    operator: Name,
    inputs: readonly Value[],
    attributes: AttributesOf<Name> = {},
  ): Value {
    return this.#node(this.#unusedName(operator), operator, inputs, attributes);
  }

  /** Makes a value an output of the graph, under the given name. */
  output(name: string, value: Value): void {
    this.#parts.outputs.push(this.#node(this.#prefix + name, "Identity", [value], {}));
  }

  /** The graph as built so far. */
  build(name: string): Graph {
    const { inputs, outputs, initializers, nodes } = this.#parts;
    return {
      name,
      inputs: [...inputs],
      outputs: [...outputs],
      initializers: [...initializers],
      nodes: [...nodes],
    };
  }

  #node(
    name: string,
    operator: OperatorName,
    inputs: readonly Value[],
    attributes: Attributes,
  ): Value {
    const foreign = inputs.find((value) => this.#parts.values.get(value.name) !== value);
    if (foreign) throw new TypeError(`Cannot add ${name}: ${foreign.name} is of another graph`);
    const type = inferOutput({ name, operator, inputs, attributes });
    const output = this.#register({ name, ...type });
    this.#parts.nodes.push({ name, operator, inputs, output, attributes });
    return output;
  }

  #constant(name: string, dims: readonly number[], { buffer }: Float32Array<ArrayBuffer>): Value {
    const write = (bytes: Uint8Array) => bytes.set(new Uint8Array(buffer));
    return this.#initializer({ name, type: "float32", dims, trainable: false, write });
  }

  #initializer(initializer: Initializer, content?: readonly number[]): Value {
    const { name, type, dims } = initializer;
    const value = this.#register({ name, type, shape: dims, content });
    this.#parts.initializers.push(initializer);
    return value;
  }

  #register(value: Value): Value {
    const { values } = this.#parts;
    if (values.has(value.name)) throw new TypeError(`Cannot add ${value.name}: the name is taken`);
    try {
      requireSizes(value.shape);
    } catch (cause) {
      throw new RangeError(`Cannot add ${value.name}: ${messageOf(cause)}`, { cause });
    }
    values.set(value.name, value);
    return value;
  }

  #unusedName(name: string): string {
    const full = this.#prefix + name;
    let unused = full;
    for (let n = 2; this.#parts.values.has(unused); n++) unused = `${full}_${n}`;
    return unused;
  }
}

/** A node that gives something else than is known of its operator has another gradient, too. */
function requireKnownNode(node: GraphNode): void {
  const inferred = inferOutput(node);
  if (sameType(inferred, node.output)) return;
  const [found, expected] = [node.output, inferred].map(formatType);
  throw new RangeError(`Cannot add ${node.name}: it gives ${found}, where ${expected} is known`);
}
