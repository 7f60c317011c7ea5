/** Parts of transformers in plain 64-bit arithmetic, one vector at a time, for comparison. */

import assert from "node:assert/strict";
import { fromBinary } from "@bufbuild/protobuf";
import { type ModelProto, ModelProtoSchema } from "../../proto/gen/onnx_pb.ts";

export type Vector = number[];
export type Weights = (name: string) => Float32Array;

/** The float weights of a serialized model, by name. */
export function readWeights(bytes: Uint8Array): Weights {
  const { graph }: ModelProto = fromBinary(ModelProtoSchema, bytes);
  return (name) => {
    const raw = graph?.initializer.find((tensor) => tensor.name === name)?.rawData;
    assert(raw, `no weight ${name}`);
    return new Float32Array(raw.slice().buffer);
  };
}

/** One row of a table of vectors. */
export function row(table: Float32Array, index: number, size: number): Vector {
  return [...table.slice(index * size, (index + 1) * size)];
}

export interface AttentionVectors {
  readonly queries: readonly Vector[];
  readonly keys: readonly Vector[];
  readonly values: readonly Vector[];
}

/** Multi-head attention, where `sees` says which token looks at which. */
export function attention(
  heads: number,
  sees: (query: number, key: number) => boolean,
  { queries, keys, values }: AttentionVectors,
): Vector[] {
  return queries.map((query, queryIndex) => {
    const size = query.length / heads;
    const result: Vector = [];
    for (let start = 0; start < query.length; start += size) {
      const part = (vector: Vector) => vector.slice(start, start + size);
      const powers = keys.map((key, keyIndex) =>
        sees(queryIndex, keyIndex) ? Math.exp(dot(part(query), part(key)) / Math.sqrt(size)) : 0
      );
      const total = powers.reduce((sum, power) => sum + power, 0);
      const weighted = values.map((value, index) =>
        part(value).map((element) => element * powers[index]! / total)
      );
      result.push(...weighted.reduce(add));
    }
    return result;
  });
}

export function dense(weights: Weights, name: string, vector: Vector): Vector {
  const weight = weights(`${name}.weight`);
  return [...weights(`${name}.bias`)].map((bias, column, { length }) =>
    vector.reduce((sum, element, index) => sum + element * weight[index * length + column]!, bias)
  );
}

export function layerNorm(weights: Weights, epsilon: number, name: string, vector: Vector): Vector {
  const mean = vector.reduce((sum, element) => sum + element, 0) / vector.length;
  const centred = vector.map((element) => element - mean);
  const deviation = Math.sqrt(dot(centred, centred) / vector.length + epsilon);
  const [scale, bias] = [weights(`${name}.weight`), weights(`${name}.bias`)];
  return centred.map((element, index) => element / deviation * scale[index]! + bias[index]!);
}

export function add(left: Vector, right: Vector): Vector {
  return left.map((element, index) => element + right[index]!);
}

function dot(left: Vector, right: Vector): number {
  return left.reduce((sum, element, index) => sum + element * right[index]!, 0);
}
