/** Turns a graph of 32-bit floats into one that computes with 16-bit floats. */

import { TensorProto_DataType as DataType } from "../../proto/gen/onnx_pb.ts";
import type { Graph, GraphNode, Initializer, Value } from "./graph/graph_builder.ts";
import { DATA_TYPES } from "./graph/model_bytes.ts";

/** How a model computes. */
export type Precision = "float32" | "float16";

/**
 * The same graph with 16-bit floats inside; its inputs and outputs stay 32-bit floats.
 *
 * Constants too large for 16 bits, such as what masks attention scores, become the largest there is.
 */
export function halfPrecision(graph: Graph): Graph {
  const floatInputs = graph.inputs.filter(isFloat);
  const half = (value: Value): Value => {
    if (!isFloat(value)) return value;
    const name = floatInputs.includes(value) ? `${value.name}.float16` : value.name;
    return { ...value, name, type: "float16" };
  };
  const inputCasts = floatInputs.map((input) => castNode([input], half(input)));
  const nodes = graph.nodes.map((node): GraphNode => {
    const inputs = node.inputs.map(half);
    if (graph.outputs.includes(node.output)) return castNode(inputs, node.output);
    const toFloat = node.operator === "Cast" && isFloat(node.output);
    const attributes = toFloat ? { to: DataType.FLOAT16 } : node.attributes;
    return { ...node, inputs, output: half(node.output), attributes };
  });
  const initializers = graph.initializers.map(halfInitializer);
  return { ...graph, initializers, nodes: [...inputCasts, ...nodes] };
}

function isFloat({ type }: Value | Initializer): boolean {
  return type === "float32";
}

/** A cast to the type of `output`, which has the name of the node. */
function castNode(inputs: readonly Value[], output: Value): GraphNode {
  return {
    name: output.name,
    operator: "Cast",
    inputs,
    output,
    attributes: { to: DATA_TYPES[output.type] },
  };
}

/** The largest 16-bit float. */
const LARGEST = 65_504;

function halfInitializer(initializer: Initializer): Initializer {
  if (!isFloat(initializer)) return initializer;
  return {
    ...initializer,
    type: "float16",
    write: (bytes) => {
      const floats = new Float32Array(bytes.byteLength / 2);
      initializer.write(new Uint8Array(floats.buffer));
      const halves = Float16Array.from(
        floats,
        (value) => Math.max(-LARGEST, Math.min(value, LARGEST)),
      );
      bytes.set(new Uint8Array(halves.buffer));
    },
  };
}
