/** The parameters of a graph: the weights that training changes. */

import { elementCount } from "../../base/tensor.ts";
import type { Graph, Initializer, Value } from "./graph_builder.ts";

/** The elements of parameters, row-major, by their names. */
export type Weights = ReadonlyMap<string, Float32Array<ArrayBuffer>>;

/** The weights of a graph that training changes. */
export function parametersOf({ initializers }: Graph): readonly Initializer[] {
  return initializers.filter(({ trainable }) => trainable);
}

/** The same graph, which does not store its parameters but takes them as inputs. */
export function takeParameters(graph: Graph): Graph {
  const parameters = parametersOf(graph).map(({ name, type, dims }): Value => ({
    name,
    type,
    shape: dims,
  }));
  return {
    ...graph,
    inputs: [...graph.inputs, ...parameters],
    initializers: graph.initializers.filter(({ trainable }) => !trainable),
  };
}

/** The elements of a parameter, made anew. */
export function parameterElements({ dims, write }: Initializer): Float32Array<ArrayBuffer> {
  const elements = new Float32Array(elementCount(dims));
  write(new Uint8Array(elements.buffer));
  return elements;
}

/** The elements of all parameters of a graph, made anew. */
export function weightsOf(graph: Graph): Weights {
  return new Map(
    parametersOf(graph).map((parameter) => [
      parameter.name,
      parameterElements(parameter),
    ]),
  );
}

/** The same graph with other elements of its parameters. */
export function replaceWeights(graph: Graph, weights: Weights): Graph {
  return {
    ...graph,
    initializers: graph.initializers.map((initializer) => {
      const elements = weights.get(initializer.name);
      if (!elements) return initializer;
      const { buffer, byteOffset, byteLength } = elements;
      const content = new Uint8Array(buffer, byteOffset, byteLength);
      return { ...initializer, write: (bytes) => bytes.set(content) };
    }),
  };
}
