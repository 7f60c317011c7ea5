/**
 * How near a model comes to what the machine can multiply, and what dynamic batching gains.
 *
 * Run with `deno run -P=test bench/onnx_bench.ts [seconds] [threads]`. What is compared takes turns
 * within one run, so that the ratios hold on a busy machine.
 */

import type { IdTensor } from "../lib/base/tensor.ts";
import { bert } from "../lib/onnx/models/bert.ts";
import type { Model } from "../lib/onnx/models/model.ts";
import { nucleus } from "../lib/onnx/nucleus.ts";
import {
  bertOperations,
  compare,
  LARGE,
  largeProducts,
  milliseconds,
  PRODUCT_OPERATIONS,
  timed,
  tokens,
} from "./model_rates.ts";
import { median } from "./process.ts";

/** Time for each comparison. */
const SECONDS = Number(Deno.args[0] ?? 5);
const THREADS = Number(Deno.args[1] ?? 2);
const OPTIONS = { device: "cpu", threads: THREADS } as const;

/** BERT base against the runtime's own rate of multiplication. */
async function benchBert(): Promise<void> {
  await using served = await nucleus(bert(), OPTIONS);
  const [session, inputs] = await largeProducts(OPTIONS);
  const question = tokens(8, 64);
  const { first: products, second: forward, ratio } = await compare(
    SECONDS,
    () => session.run(inputs),
    () => served.forward(question),
  );
  await session.release();
  const forwardOperations = bertOperations(8, 64);
  const rate = (operations: number, time: number) => `${(operations / time / 1e6).toFixed(0)}`;
  const share = 100 * ratio * forwardOperations / PRODUCT_OPERATIONS;
  console.log(`BERT base, batch 8 × 64 tokens, ${THREADS} threads: ${milliseconds(forward)}`);
  console.log(`  ${LARGE} × ${LARGE} matrices    ${rate(PRODUCT_OPERATIONS, products)} Gflop/s`);
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
    SECONDS,
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
