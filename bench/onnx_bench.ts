/**
 * How near a model comes to what the machine can multiply, and what dynamic batching gains.
 *
 * Run with `deno run -P=test bench/onnx_bench.ts [rounds] [threads]`. What is compared takes turns
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

const ROUNDS = Number(Deno.args[0] ?? 7);
const THREADS = Number(Deno.args[1] ?? 2);
const OPTIONS = { device: "cpu", threads: THREADS } as const;

const milliseconds = (time: number) => `${time.toFixed(1)} ms`;

/** How long a task takes, in milliseconds. */
async function timed(task: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await task();
  return performance.now() - start;
}

/** Medians of two tasks that take turns, after a round to warm up. */
async function compare(
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<readonly [first: number, second: number]> {
  const times: [number[], number[]] = [[], []];
  for (let round = -1; round < ROUNDS; round++) {
    const pair = [await timed(first), await timed(second)] as const;
    if (round >= 0) times.forEach((list, index) => list.push(pair[index]!));
  }
  return [median(times[0]), median(times[1])];
}

/** Rows and columns of the product that shows what the machine can do. */
const LARGE = 2048;

/** A session that multiplies by a large matrix, and its input. */
async function largeProduct(): Promise<readonly [Session, NamedTensors]> {
  const graph = new GraphBuilder();
  const input = graph.input("input", "float32", [LARGE, LARGE]);
  const random = truncatedNormal({ range: 1, seed: 1 });
  const product = graph.op("MatMul", [input, graph.weight("weight", [LARGE, LARGE], random)]);
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

/** Additions and multiplications of a BERT's matrix products. */
function bertOperations(batch: number, sequence: number): number {
  const [hidden, inner, layers] = [768, 3072, 12];
  const perToken = 2 * (4 * hidden ** 2 + 2 * hidden * inner) + 4 * sequence * hidden;
  return batch * sequence * layers * perToken;
}

/** BERT base against the runtime's own rate of multiplication. */
async function benchBert(): Promise<void> {
  await using served = await nucleus(bert(), OPTIONS);
  const [session, inputs] = await largeProduct();
  const question = tokens(8, 64);
  const [product, forward] = await compare(
    () => session.run(inputs),
    () => served.forward(question),
  );
  await session.release();
  const productRate = 2 * LARGE ** 3 / product / 1e6;
  const forwardRate = bertOperations(8, 64) / forward / 1e6;
  console.log(`BERT base, batch 8 × 64 tokens, ${THREADS} threads: ${milliseconds(forward)}`);
  console.log(`  product of ${LARGE} × ${LARGE} matrices   ${productRate.toFixed(0)} Gflop/s`);
  console.log(`  BERT base                        ${forwardRate.toFixed(0)} Gflop/s`);
  console.log(
    `  share of the product's rate      ${(100 * forwardRate / productRate).toFixed(0)} %`,
  );
}

const CALLERS = 32;

/** Callers who ask at the same time, merged into runs and one by one. */
async function benchBatching(name: string, model: Model): Promise<void> {
  await using served = await nucleus(model, OPTIONS);
  const questions = Array.from({ length: CALLERS }, (_, index) => tokens(1, 7 + index % 5));
  const latencies: number[] = [];
  const [oneByOne, together] = await compare(
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
  console.log(`\n${name}: ${CALLERS} sentences of 7 to 11 tokens, ${THREADS} threads`);
  console.log(`  one by one        ${milliseconds(oneByOne)}, ${milliseconds(alone)} each`);
  console.log(`  at once           ${milliseconds(together)}`);
  console.log(`  throughput        × ${(oneByOne / together).toFixed(2)}`);
  console.log(`  added latency     ${milliseconds(median(latencies) - alone)} (median)`);
}

await benchBert();
await benchBatching("BERT base", bert());
await benchBatching(
  "BERT of the local network",
  bert({ hiddenSize: 576, layers: 2, numAttentionHeads: 9, intermediateSize: 2304 }),
);
await benchBatching(
  "BERT tiny",
  bert({ hiddenSize: 128, layers: 2, numAttentionHeads: 2, intermediateSize: 512 }),
);
