/** What small models of strangers are made of. */

import type { NucleusOptions } from "../../../lib/onnx/nucleus.ts";
import type { Merging } from "../../../lib/onnx/signature/proven.ts";
import { DataType, ForeignModel, type ForeignShape } from "../foreign_model.ts";

/** One model, and what is known of it. */
export interface ForeignCase {
  readonly name: string;
  readonly bytes: () => Uint8Array<ArrayBuffer>;
  readonly options?: NucleusOptions;
  /** Which of its requests may share a run; left out for one that is refused when it is loaded. */
  readonly merging?: Merging;
  /** What the refusal says. */
  readonly refused?: RegExp;
  /** The vectors of one row of token ids, of `SIZE` numbers. */
  readonly expected?: (ids: readonly number[]) => readonly (readonly number[])[];
  /** Dimensions of a row of floats that it takes, for a length; left out for token ids. */
  readonly item?: (length: number) => readonly number[];
  /** Lengths of the requests that it takes. @default {1 to 9} */
  readonly lengths?: readonly number[];
}

/** Size of the vectors of these models. */
export const SIZE = 8;

const IDS = 40;
const { INT64, FLOAT } = DataType;

/** The embedding of a token: one number for each element. */
export function embedded(id: number): number[] {
  return Array.from(
    { length: SIZE },
    (_, element) => Math.fround(Math.sin(id * SIZE + element + 1)),
  );
}

export const embeddedAll = (ids: readonly number[]) => ids.map(embedded);

export const FREE = ["batch", "sequence"] as const;
export const OUTPUT = ["batch", "sequence", SIZE] as const;

/** A model of one input of token ids, embedded. */
export function tokens(
  build: (model: ForeignModel, vectors: string, ids: string) => void,
  { name = "input_ids", type = INT64 as number, shape = FREE as ForeignShape | null } = {},
): () => Uint8Array<ArrayBuffer> {
  return () => {
    const model = new ForeignModel();
    const ids = model.input(name, type, shape ?? undefined);
    build(model, embed(model, ids), ids);
    return model.bytes();
  };
}

export function embed(model: ForeignModel, ids: string): string {
  const table = Array.from({ length: IDS }, (_, id) => embedded(id)).flat();
  return model.op("Gather", [model.floats(table, [IDS, SIZE]), model.cast(ids, INT64)]);
}

/** A model of token ids and a mask, which is 1 for padding if `isPadding` says so. */
export function masked(
  build: (model: ForeignModel, vectors: string, weights: string) => string,
  {
    name = "attention_mask",
    type = INT64 as number,
    shape = FREE as ForeignShape,
    isPadding = false,
  } = {},
): () => Uint8Array<ArrayBuffer> {
  return tokens((model, vectors) => {
    const floats = model.cast(model.input(name, type, shape), FLOAT);
    const flat = model.op("Reshape", [floats, model.integers([0, -1, 1])]);
    const weights = isPadding ? model.op("Sub", [model.floats([1], []), flat]) : flat;
    model.output("last_hidden_state", build(model, vectors, weights), OUTPUT);
  });
}

/** Attention of all tokens to all others, where the weights `[batch, sequence, 1]` say so. */
export function attention(model: ForeignModel, vectors: string, weights: string): string {
  const keys = model.op("Transpose", [vectors], { perm: [0, 2, 1] });
  const scores = model.op("MatMul", [vectors, keys]);
  const across = model.op("Transpose", [weights], { perm: [0, 2, 1] });
  const bias = model.op("Mul", [
    model.op("Sub", [across, model.floats([1], [])]),
    model.floats([1e9], []),
  ]);
  const shares = model.op("Softmax", [model.op("Add", [scores, bias])], { axis: -1 });
  return model.op("MatMul", [shares, vectors]);
}

export function attended(ids: readonly number[]): number[][] {
  const vectors = ids.map(embedded);
  const dot = (left: readonly number[], right: readonly number[]) =>
    left.reduce((sum, value, index) => sum + value * right[index]!, 0);
  return vectors.map((query) => {
    const shares = vectors.map((key) => Math.exp(dot(query, key)));
    const total = shares.reduce((sum, share) => sum + share);
    return Array.from(
      { length: SIZE },
      (_, element) => vectors.reduce((sum, key, i) => sum + shares[i]! / total * key[element]!, 0),
    );
  });
}

/** The mean of the tokens that count, added to each. */
export function maskedMean(model: ForeignModel, vectors: string, weights: string): string {
  const axis = model.integers([1]);
  const sum = model.op("ReduceSum", [model.op("Mul", [vectors, weights]), axis]);
  return model.op("Add", [vectors, model.op("Div", [sum, model.op("ReduceSum", [weights, axis])])]);
}

export function withMean(ids: readonly number[]): number[][] {
  const vectors = ids.map(embedded);
  const mean = Array.from(
    { length: SIZE },
    (_, element) => vectors.reduce((sum, vector) => sum + vector[element]!, 0) / ids.length,
  );
  return vectors.map((vector) => vector.map((value, element) => value + mean[element]!));
}

/** What lies within one token on both sides, added up: a convolution that no mask stops. */
export function neighbours(model: ForeignModel, vectors: string): string {
  const channels = model.op("Transpose", [vectors], { perm: [0, 2, 1] });
  const filter = model.floats(new Array(SIZE * 3).fill(1), [SIZE, 1, 3]);
  const sums = model.op("Conv", [channels, filter], { group: SIZE, pads: [1, 1] });
  return model.op("Transpose", [sums], { perm: [0, 2, 1] });
}

export const named = (roles: NonNullable<NucleusOptions["names"]>): NucleusOptions => ({
  names: roles,
});

/** Integers as numbers of one element each. */
export const asColumn = (model: ForeignModel, value: string, shape: readonly number[]) =>
  model.op("Reshape", [model.cast(value, FLOAT), model.integers(shape)]);
