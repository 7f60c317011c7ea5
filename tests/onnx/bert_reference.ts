/** BERT in plain 64-bit arithmetic, one vector at a time: what the ONNX graph is compared with. */

import assert from "node:assert/strict";
import { fromBinary } from "@bufbuild/protobuf";
import { type ModelProto, ModelProtoSchema } from "../../proto/gen/onnx_pb.ts";

type Vector = number[];
type Weights = (name: string) => Float32Array;

export interface ReferenceConfig {
  readonly hiddenSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly layerNormEps: number;
}

/** The float weights of a serialized model, by name. */
export function readWeights(bytes: Uint8Array): Weights {
  const { graph }: ModelProto = fromBinary(ModelProtoSchema, bytes);
  return (name) => {
    const raw = graph?.initializer.find((tensor) => tensor.name === name)?.rawData;
    assert(raw, `no weight ${name}`);
    return new Float32Array(raw.slice().buffer);
  };
}

/** The representations of one row of token ids, where `mask` says which to attend to. */
export function referenceBert(
  weights: Weights,
  config: ReferenceConfig,
  ids: readonly number[],
  mask: readonly number[] = ids.map(() => 1),
): Vector[] {
  const row = (table: string, index: number) => {
    const start = index * config.hiddenSize;
    return [...weights(`embeddings.${table}.weight`).slice(start, start + config.hiddenSize)];
  };
  let hidden = ids.map((id, position) =>
    layerNorm(
      weights,
      config,
      "embeddings.LayerNorm",
      add(
        add(row("word_embeddings", id), row("position_embeddings", position)),
        row("token_type_embeddings", 0),
      ),
    )
  );
  for (let index = 0; index < config.numHiddenLayers; index++) {
    hidden = layer(weights, config, `encoder.layer.${index}`, hidden, mask);
  }
  return hidden;
}

function layer(
  weights: Weights,
  config: ReferenceConfig,
  name: string,
  input: Vector[],
  mask: readonly number[],
): Vector[] {
  const map = (part: string, vector: Vector) => dense(weights, `${name}.${part}`, vector);
  const heads = attention(config, mask, {
    queries: input.map((vector) => map("attention.self.query", vector)),
    keys: input.map((vector) => map("attention.self.key", vector)),
    values: input.map((vector) => map("attention.self.value", vector)),
  });
  return heads.map((vector, token) => {
    const attended = layerNorm(
      weights,
      config,
      `${name}.attention.output.LayerNorm`,
      add(map("attention.output.dense", vector), input[token]!),
    );
    const inner = map("intermediate.dense", attended).map(gelu);
    return layerNorm(
      weights,
      config,
      `${name}.output.LayerNorm`,
      add(map("output.dense", inner), attended),
    );
  });
}

function attention(
  { hiddenSize, numAttentionHeads }: ReferenceConfig,
  mask: readonly number[],
  { queries, keys, values }: Record<"queries" | "keys" | "values", Vector[]>,
): Vector[] {
  const size = hiddenSize / numAttentionHeads;
  return queries.map((query) => {
    const result: Vector = [];
    for (let start = 0; start < hiddenSize; start += size) {
      const part = (vector: Vector) => vector.slice(start, start + size);
      const powers = keys.map((key, token) =>
        mask[token] ? Math.exp(dot(part(query), part(key)) / Math.sqrt(size)) : 0
      );
      const total = powers.reduce((sum, power) => sum + power, 0);
      const weighted = values.map((value, token) =>
        part(value).map((element) => element * powers[token]! / total)
      );
      result.push(...weighted.reduce(add));
    }
    return result;
  });
}

function dense(weights: Weights, name: string, vector: Vector): Vector {
  const weight = weights(`${name}.weight`);
  return [...weights(`${name}.bias`)].map((bias, column, { length }) =>
    vector.reduce((sum, element, row) => sum + element * weight[row * length + column]!, bias)
  );
}

function layerNorm(
  weights: Weights,
  { layerNormEps }: ReferenceConfig,
  name: string,
  vector: Vector,
): Vector {
  const mean = vector.reduce((sum, element) => sum + element, 0) / vector.length;
  const centred = vector.map((element) => element - mean);
  const deviation = Math.sqrt(dot(centred, centred) / vector.length + layerNormEps);
  const [scale, bias] = [weights(`${name}.weight`), weights(`${name}.bias`)];
  return centred.map((element, index) => element / deviation * scale[index]! + bias[index]!);
}

function gelu(x: number): number {
  return x / 2 * (1 + erf(x / Math.SQRT2));
}

/** By its power series, which is exact enough for the |x| < 3 that occur here. */
function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 60; n++) {
    term *= -x * x / n;
    sum += term / (2 * n + 1);
  }
  return 2 / Math.sqrt(Math.PI) * sum;
}

function add(left: Vector, right: Vector): Vector {
  return left.map((element, index) => element + right[index]!);
}

function dot(left: Vector, right: Vector): number {
  return left.reduce((sum, element, index) => sum + element * right[index]!, 0);
}
