/**
 * How near a model comes to what the machine can multiply, and what dynamic batching gains.
 *
 * Run with `deno run -P=test bench/onnx_bench.ts [seconds] [threads]`. What is compared takes turns
 * within one run, so that the ratios hold on a busy machine.
 */

import { type IdTensor, Tensor } from "../lib/base/tensor.ts";
import { GraphBuilder } from "../lib/onnx/graph/graph_builder.ts";
import { modelBytes } from "../lib/onnx/graph/model_bytes.ts";
import { bert } from "../lib/onnx/models/bert.ts";
import { truncatedNormal } from "../lib/onnx/models/initial_weights.ts";
import type { Model } from "../lib/onnx/models/model.ts";
import { nucleus } from "../lib/onnx/nucleus.ts";
import { createSession, type NamedTensors, type Session } from "../lib/onnx/runtime.ts";
import { median } from "./process.ts";

/** Time for each comparison. */
const SECONDS = Number(Deno.args[0] ?? 5);
const THREADS = Number(Deno.args[1] ?? 2);
const OPTIONS = { device: "cpu", threads: THREADS } as const;

const milliseconds = (time: number) => `${time.toFixed(1)} ms`;

/** How long a task takes, in milliseconds. */
async function timed(task: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await task();
  return performance.now() - start;
}

interface Comparison {
  readonly first: number;
  readonly second: number;
  /** The first time over the second one, of the same round. */
  readonly ratio: number;
}

/** Medians of two tasks that take turns, after a round to warm up. */
async function compare(
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<Comparison> {
  const round = async () => [await timed(first), await timed(second)] as const;
  const rounds: (readonly [first: number, second: number])[] = [];
  await round();
  const end = performance.now() + 1000 * SECONDS;
  while (rounds.length < LEAST_ROUNDS || performance.now() < end) rounds.push(await round());
  return {
    first: median(rounds.map(([time]) => time)),
    second: median(rounds.map(([, time]) => time)),
    ratio: median(rounds.map(([one, other]) => one / other)),
  };
}

const LEAST_ROUNDS = 5;

/** Rows and columns of the products that show what the machine can do. */
const LARGE = 2048;

/** Products in one run: what goes in and comes out takes time too. */
const PRODUCTS = 4;

/** A session that multiplies by large matrices, one after the other, and its input. */
async function largeProducts(): Promise<readonly [Session, NamedTensors]> {
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
  const session = await createSession(modelBytes(graph.build("product")), OPTIONS);
  const elements = new Float32Array(LARGE ** 2).fill(0.5);
  return [session, { input: new Tensor("float32", elements, [LARGE, LARGE]) }];
}

/** Token ids in no simple order. */
function tokens(batch: number, sequence: number): IdTensor {
  const ids = BigInt64Array.from({ length: batch * sequence }, (_, i) => BigInt(i * 7919 % 50_000));
  return new Tensor("int64", ids, [batch, sequence]);
}

/** Additions and multiplications of the matrix products of BERT base. */
function bertOperations(batch: number, sequence: number): number {
  const [hidden, inner, layers] = [768, 3072, 12];
  const perToken = 2 * (4 * hidden ** 2 + 2 * hidden * inner) + 4 * sequence * hidden;
  return batch * sequence * layers * perToken;
}

/** BERT base against the runtime's own rate of multiplication. */
async function benchBert(): Promise<void> {
  await using served = await nucleus(bert(), OPTIONS);
  const [session, inputs] = await largeProducts();
  const question = tokens(8, 64);
  const { first: products, second: forward, ratio } = await compare(
    () => session.run(inputs),
    () => served.forward(question),
  );
  await session.release();
  const [productOperations, forwardOperations] = [
    2 * LARGE ** 3 * PRODUCTS,
    bertOperations(8, 64),
  ];
  const rate = (operations: number, time: number) => `${(operations / time / 1e6).toFixed(0)}`;
  const share = 100 * ratio * forwardOperations / productOperations;
  console.log(`BERT base, batch 8 × 64 tokens, ${THREADS} threads: ${milliseconds(forward)}`);
  console.log(`  ${LARGE} × ${LARGE} matrices    ${rate(productOperations, products)} Gflop/s`);
  console.log(`  BERT base              ${rate(forwardOperations, forward)} Gflop/s`);
  console.log(`  share of that rate     ${share.toFixed(0)} % (60 % is the least)`);
}

const CALLERS = 32;

/** Callers who ask at the same time, merged into runs and one by one. */
async function benchBatching(
  name: string,
  model: Model,
  lengths: readonly number[],
): Promise<void> {
  await using served = await nucleus(model, OPTIONS);
  const questions = Array.from(
    { length: CALLERS },
    (_, index) => tokens(1, lengths[index % lengths.length]!),
  );
  const latencies: number[] = [];
  const { first: oneByOne, second: together, ratio } = await compare(
    async () => {
      for (const question of questions) await served.forward(question);
    },
    async () => {
      const ask = async (question: IdTensor) =>
        latencies.push(await timed(() => served.forward(question)));
      await Promise.all(questions.map(ask));
    },
  );
  const alone = oneByOne / CALLERS;
  console.log(
    `\n${name}: ${CALLERS} sentences of ${lengths.join(", ")} tokens, ${THREADS} threads`,
  );
  console.log(`  one by one        ${milliseconds(oneByOne)}, ${milliseconds(alone)} each`);
  console.log(`  at once           ${milliseconds(together)}`);
  console.log(`  throughput        × ${ratio.toFixed(2)}`);
  console.log(`  added latency     ${milliseconds(median(latencies) - alone)} (median)`);
}

/** The model of a neuron of the local network. */
const LOCAL = bert({ hiddenSize: 576, layers: 2, numAttentionHeads: 9, intermediateSize: 2304 });

/** As many tokens as the sentence of the quick start has. */
const SENTENCE = [9];

await benchBert();
await benchBatching("BERT base", bert(), SENTENCE);
await benchBatching("BERT of the local network", LOCAL, SENTENCE);
await benchBatching("BERT of the local network", LOCAL, [7, 8, 9, 10, 11]);
