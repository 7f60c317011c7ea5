/**
 * Scores of a metagraph: 4096 neurons that all weigh each other, against one reading of their matrix.
 *
 * Run with `deno task bench`, or `deno run -P=test bench/scores_bench.ts [rounds]`. What is compared
 * takes turns within one run.
 */

import { Tensor } from "../lib/base/tensor.ts";
import { Scorer } from "../lib/metagraph/scores.ts";
import { rowsOfBlock } from "../lib/metagraph/weights.ts";
import { GraphBuilder } from "../lib/onnx/graph/graph_builder.ts";
import { modelBytes } from "../lib/onnx/graph/model_bytes.ts";
import { createSession, type Session } from "../lib/onnx/runtime.ts";
import { median } from "./process.ts";

const ROUNDS = Number(Deno.args[0] ?? 21);
const N = 4096;

const matrix = Float32Array.from({ length: N * N }, (_, index) => (1 + index % 997) / 2_000_000);
const stake = Float32Array.from({ length: N }, (_, uid) => 1 + uid % 97);

/** The matrix in blocks of rows, as the scorer takes them. */
function* blocks(): Generator<Float32Array> {
  const length = rowsOfBlock(N) * N;
  for (let start = 0; start < matrix.length; start += length) {
    yield matrix.subarray(start, start + length);
  }
}

/** A session that computes ranks alone: one product, which the core reads the matrix for. */
async function productSession(): Promise<Session> {
  const graph = new GraphBuilder();
  const row = graph.input("stake", "float32", [1, N]);
  const weights = graph.input("weights", "float32", [N, N]);
  graph.output("ranks", graph.op("MatMul", [row, weights]));
  return await createSession(modelBytes(graph.build("ranks")), { device: "cpu", threads: 2 });
}

/** The same in a loop, in double precision. */
function loopRanks(): Float64Array {
  const ranks = new Float64Array(N);
  for (let row = 0; row < N; row++) {
    const weight = stake[row]!;
    const start = row * N;
    for (let column = 0; column < N; column++) {
      ranks[column]! += weight * matrix[start + column]!;
    }
  }
  return ranks;
}

await using scorer = await Scorer.load();
const product = await productSession();
const inputs = {
  stake: new Tensor("float32", stake, [1, N]),
  weights: new Tensor("float32", matrix, [N, N]),
};

const tasks: Readonly<Record<string, () => unknown>> = {
  "scores": () => scorer.scoresOfBlocks(blocks(), stake),
  "search for what is not there": () => matrix.indexOf(-1),
  "ranks alone, on the core": () => product.run(inputs),
  "ranks alone, in a loop": () => loopRanks(),
};

const times = new Map(Object.keys(tasks).map((name) => [name, [] as number[]]));
for (let round = -2; round < ROUNDS; round++) {
  for (const [name, task] of Object.entries(tasks)) {
    const start = performance.now();
    await task();
    if (round >= 0) times.get(name)!.push(performance.now() - start);
  }
}
await product.release();

const scores = median(times.get("scores")!);
console.log(`\nScores of ${N} neurons, ${matrix.byteLength / 2 ** 20} MiB of weights, in ms`);
console.log(`  rank, trust and incentive        ${scores.toFixed(1)}`);
for (const [name, list] of [...times].slice(1)) {
  const time = median(list);
  console.log(
    `  ${name.padEnd(32)} ${time.toFixed(1)}, scores are x ${(scores / time).toFixed(2)}`,
  );
}
