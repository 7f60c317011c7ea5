/** BERT in plain 64-bit arithmetic: what the ONNX graph is compared with. */

import {
  add,
  attention,
  dense,
  layerNorm,
  row,
  type Vector,
  type Weights,
} from "./reference_layers.ts";

export interface ReferenceConfig {
  readonly hiddenSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly layerNormEps: number;
}

/** The representations of one row of token ids, where `mask` says which to attend to. */
export function referenceBert(
  weights: Weights,
  config: ReferenceConfig,
  ids: readonly number[],
  mask: readonly number[] = ids.map(() => 1),
): Vector[] {
  const { hiddenSize, layerNormEps, numHiddenLayers } = config;
  const embedding = (table: string, index: number) =>
    row(weights(`embeddings.${table}.weight`), index, hiddenSize);
  let hidden = ids.map((id, position) => {
    const words = embedding("word_embeddings", id);
    const positions = embedding("position_embeddings", position);
    const sum = add(add(words, positions), embedding("token_type_embeddings", 0));
    return layerNorm(weights, layerNormEps, "embeddings.LayerNorm", sum);
  });
  for (let index = 0; index < numHiddenLayers; index++) {
    hidden = layer(weights, config, `encoder.layer.${index}`, hidden, mask);
  }
  return hidden;
}

function layer(
  weights: Weights,
  { numAttentionHeads, layerNormEps }: ReferenceConfig,
  name: string,
  input: Vector[],
  mask: readonly number[],
): Vector[] {
  const map = (part: string, vector: Vector) => dense(weights, `${name}.${part}`, vector);
  const normalize = (part: string, vector: Vector) =>
    layerNorm(weights, layerNormEps, `${name}.${part}`, vector);
  const mixed = attention(numAttentionHeads, (_, key) => mask[key] === 1, {
    queries: input.map((vector) => map("attention.self.query", vector)),
    keys: input.map((vector) => map("attention.self.key", vector)),
    values: input.map((vector) => map("attention.self.value", vector)),
  });
  return mixed.map((vector, token) => {
    const projected = map("attention.output.dense", vector);
    const attended = normalize("attention.output.LayerNorm", add(projected, input[token]!));
    const inner = map("intermediate.dense", attended).map(gelu);
    return normalize("output.LayerNorm", add(map("output.dense", inner), attended));
  });
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
