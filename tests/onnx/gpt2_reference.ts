/** GPT-2 in plain 64-bit arithmetic: what the ONNX graph is compared with. */

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
  readonly nEmbd: number;
  readonly nLayer: number;
  readonly nHead: number;
  readonly layerNormEpsilon: number;
}

/** The representations of one row of token ids, where `mask` says which to attend to. */
export function referenceGpt2(
  weights: Weights,
  config: ReferenceConfig,
  ids: readonly number[],
  mask: readonly number[] = ids.map(() => 1),
): Vector[] {
  const { nEmbd, nLayer, layerNormEpsilon } = config;
  let stream = ids.map((id, position) =>
    add(row(weights("wte.weight"), id, nEmbd), row(weights("wpe.weight"), position, nEmbd))
  );
  for (let index = 0; index < nLayer; index++) {
    stream = layer(weights, config, `h.${index}`, stream, mask);
  }
  return stream.map((vector) => layerNorm(weights, layerNormEpsilon, "ln_f", vector));
}

function layer(
  weights: Weights,
  { nEmbd, nHead, layerNormEpsilon }: ReferenceConfig,
  name: string,
  stream: Vector[],
  mask: readonly number[],
): Vector[] {
  const map = (part: string, vector: Vector) => dense(weights, `${name}.${part}`, vector);
  const normalize = (part: string, vector: Vector) =>
    layerNorm(weights, layerNormEpsilon, `${name}.${part}`, vector);
  const joint = stream.map((vector) => map("attn.c_attn", normalize("ln_1", vector)));
  const third = (index: number) =>
    joint.map((vector) => vector.slice(index * nEmbd, (index + 1) * nEmbd));
  const sees = (query: number, key: number) => key <= query && mask[key] === 1;
  const mixed = attention(nHead, sees, { queries: third(0), keys: third(1), values: third(2) });
  return stream.map((vector, token) => {
    const attended = add(vector, map("attn.c_proj", mixed[token]!));
    const inner = map("mlp.c_fc", normalize("ln_2", attended)).map(gelu);
    return add(attended, map("mlp.c_proj", inner));
  });
}

/** The approximation that GPT-2 was trained with. */
function gelu(x: number): number {
  return x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}
