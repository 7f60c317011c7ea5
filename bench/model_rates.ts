/** What benches of models share: how long things take, and what a device multiplies at its best. */

import { type IdTensor, Tensor } from "../lib/base/tensor.ts";
import { GraphBuilder } from "../lib/onnx/graph/graph_builder.ts";
import { modelBytes } from "../lib/onnx/graph/model_bytes.ts";
import { truncatedNormal } from "../lib/onnx/models/initial_weights.ts";
import {
  createSession,
  type NamedTensors,
  type Session,
  type SessionOptions,
} from "../lib/onnx/runtime.ts";
import { median } from "./process.ts";

export const milliseconds = (time: number) => `${time.toFixed(1)} ms`;

/** How long a task takes, in milliseconds. */
export async function timed(task: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await task();
  return performance.now() - start;
}

export interface Comparison {
  readonly first: number;
  readonly second: number;
  /** The first time over the second one, of the same round. */
  readonly ratio: number;
}

/** Medians of two tasks that take turns for so many seconds, after a round to warm up. */
export async function compare(
  seconds: number,
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<Comparison> {
  const round = async () => [await timed(first), await timed(second)] as const;
  const rounds: (readonly [first: number, second: number])[] = [];
  await round();
  const end = performance.now() + 1000 * seconds;
  while (rounds.length < LEAST_ROUNDS || performance.now() < end) rounds.push(await round());
  return {
    first: median(rounds.map(([time]) => time)),
    second: median(rounds.map(([, time]) => time)),
    ratio: median(rounds.map(([one, other]) => one / other)),
  };
}

const LEAST_ROUNDS = 5;

/** Rows and columns of the products that show what the machine can do. */
export const LARGE = 2048;

/** Products in one run: what goes in and comes out takes time too. */
const PRODUCTS = 4;

/** Additions and multiplications of {@linkcode largeProducts}. */
export const PRODUCT_OPERATIONS = 2 * LARGE ** 3 * PRODUCTS;

/** A session that multiplies by large matrices, one after the other, and its input. */
export async function largeProducts(
  options: SessionOptions,
): Promise<readonly [Session, NamedTensors]> {
  const graph = new GraphBuilder();
  const random = truncatedNormal({ range: 1 / Math.sqrt(LARGE), seed: 1 });
  let product = graph.input("input", "float32", [LARGE, LARGE]);
  for (let index = 0; index < PRODUCTS; index++) {
    product = graph.op("MatMul", [
      product,
      graph.weight(`weight.${index}`, [LARGE, LARGE], random),
    ]);
  }
  graph.output("output", product);
  const session = await createSession(modelBytes(graph.build("product")), options);
  const elements = new Float32Array(LARGE ** 2).fill(0.5);
  return [session, { input: new Tensor("float32", elements, [LARGE, LARGE]) }];
}

/** Token ids in no simple order. */
export function tokens(batch: number, sequence: number): IdTensor {
  const ids = BigInt64Array.from({ length: batch * sequence }, (_, i) => BigInt(i * 7919 % 50_000));
  return new Tensor("int64", ids, [batch, sequence]);
}

/** Additions and multiplications of the matrix products of BERT base. */
export function bertOperations(batch: number, sequence: number): number {
  const [hidden, inner, layers] = [768, 3072, 12];
  const perToken = 2 * (4 * hidden ** 2 + 2 * hidden * inner) + 4 * sequence * hidden;
  return batch * sequence * layers * perToken;
}
