import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { zeros } from "../../lib/base/tensor.ts";
import { bert } from "../../lib/onnx/models/bert.ts";
import { nucleus } from "../../lib/onnx/nucleus.ts";
import { int64 } from "./small_models.ts";

const TINY = bert({
  hiddenSize: 16,
  layers: 1,
  numAttentionHeads: 2,
  intermediateSize: 32,
  maxPositionEmbeddings: 16,
  vocabSize: 40,
});

// The collector is called, since on a busy machine it lags behind: what is measured is what is held.
setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** The memory that the process has after doing something several times. */
async function megabytesAfter(times: number, work: () => Promise<void>): Promise<number> {
  for (let time = 1; time <= times; time++) {
    await work();
    if (time % 20 === 0) collectGarbage();
  }
  collectGarbage();
  return Deno.memoryUsage().rss / 2 ** 20;
}

Deno.test("forward() of 10,000 requests does not grow memory", async () => {
  await using served = await nucleus(TINY, { device: "cpu", threads: 1 });
  const lengths = Array.from({ length: 50 }, (_, index) => 1 + index % 16);
  const ask = async () => {
    await Promise.all(lengths.map((length) => served.forward(int64([new Array(length).fill(1)]))));
  };
  const before = await megabytesAfter(100, ask); // The heap has about the size that it needs.
  const grown = await megabytesAfter(200, ask) - before;
  // The answers to 10,000 requests alone are 10,000 × 8 tokens × 2 KiB = 166 MB.
  assert(grown < 60, `grew by ${grown} MiB`);
});

Deno.test("nucleus() that is disposed gives its memory back", async () => {
  // 24 MB of weights each.
  const model = bert({ hiddenSize: 512, layers: 1, numAttentionHeads: 8, vocabSize: 4000 });
  const loadAndRun = async () => {
    await using served = await nucleus(model, { device: "cpu", threads: 1 });
    await served.forward(int64([[1, 2, 3]]));
  };
  const before = await megabytesAfter(3, loadAndRun);
  const grown = await megabytesAfter(8, loadAndRun) - before;
  assert(grown < 100, `grew by ${grown} MiB`);
});

Deno.test("step() of 200 steps does not grow memory", async () => {
  // 1.5 MB of weights, as much of gradients, and twice as much of moments.
  const size = { hiddenSize: 128, intermediateSize: 256, maxPositionEmbeddings: 16 };
  const model = bert({ ...size, layers: 1, numAttentionHeads: 2, vocabSize: 2000 });
  await using served = await nucleus(model, { device: "cpu", threads: 1 });
  const train = async () => {
    const output = await served.forward(int64([[1, 2, 3]]));
    await served.backward(int64([[1, 2, 3]]), output);
    await served.backward(int64([[4, 5]]), zeros([1, 2, 512]));
    await served.step({ optimizer: "adam", learningRate: 1e-4 });
  };
  const before = await megabytesAfter(60, train); // The heap has about the size that it needs.
  const grown = await megabytesAfter(200, train) - before;
  // Each step makes new gradients, moments and weights: 200 × 4 × 1.5 MB, and more.
  assert(grown < 80, `grew by ${grown} MiB`);
});
