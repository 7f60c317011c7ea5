import assert from "node:assert/strict";
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

const megabytes = () => Deno.memoryUsage().rss / 2 ** 20;

Deno.test("forward() of 10,000 requests does not grow memory", async () => {
  await using served = await nucleus(TINY, { device: "cpu", threads: 1 });
  const ask = async (requests: number) => {
    for (let asked = 0; asked < requests; asked += 50) {
      const lengths = Array.from({ length: 50 }, (_, index) => 1 + index % 16);
      await Promise.all(
        lengths.map((length) => served.forward(int64([new Array(length).fill(1)]))),
      );
    }
  };
  await ask(10_000); // Until the heap has the size that it needs.
  const before = megabytes();
  await ask(10_000);
  // The answers alone are 10,000 × 8 tokens × 2 KiB = 166 MB.
  const grown = megabytes() - before;
  assert(grown < 80, `grew by ${grown} MiB`);
});

Deno.test("nucleus() that is disposed gives its memory back", async () => {
  // 24 MB of weights each.
  const model = bert({ hiddenSize: 512, layers: 1, numAttentionHeads: 8, vocabSize: 4000 });
  const loadAndRun = async () => {
    await using served = await nucleus(model, { device: "cpu", threads: 1 });
    await served.forward(int64([[1, 2, 3]]));
  };
  for (let round = 0; round < 3; round++) await loadAndRun();
  const before = megabytes();
  for (let round = 0; round < 10; round++) await loadAndRun();
  const grown = megabytes() - before;
  assert(grown < 120, `grew by ${grown} MiB`);
});

Deno.test("step() of 200 steps does not grow memory", async () => {
  // 1.5 MB of weights, as much of gradients, and twice as much of moments.
  const size = { hiddenSize: 128, intermediateSize: 256, maxPositionEmbeddings: 16 };
  const model = bert({ ...size, layers: 1, numAttentionHeads: 2, vocabSize: 2000 });
  await using served = await nucleus(model, { device: "cpu", threads: 1 });
  const train = async (steps: number) => {
    for (let step = 0; step < steps; step++) {
      const output = await served.forward(int64([[1, 2, 3]]));
      await served.backward(int64([[1, 2, 3]]), output);
      if (step % 3 === 0) await served.backward(int64([[4, 5]]), zeros([1, 2, 512]));
      await served.step({ optimizer: "adam", learningRate: 1e-4 });
    }
  };
  await train(60); // Until the heap has the size that it needs.
  const before = megabytes();
  await train(200);
  // Each step makes new gradients, moments and weights: 200 × 4 × 1.5 MB, and more.
  const grown = megabytes() - before;
  assert(grown < 80, `grew by ${grown} MiB`);
});
