/** Does some work again and again, and prints by how many MiB its process has grown: `memory_growth.ts CASE`. */

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

const CASES: Readonly<Record<string, () => Promise<number>>> = {
  async forward() {
    await using served = await nucleus(TINY, { device: "cpu", threads: 1 });
    const lengths = Array.from({ length: 50 }, (_, index) => 1 + index % 16);
    const ask = async () => {
      await Promise.all(
        lengths.map((length) => served.forward(int64([new Array(length).fill(1)]))),
      );
    };
    const before = await megabytesAfter(100, ask); // The heap has about the size that it needs.
    return await megabytesAfter(200, ask) - before;
  },
  async dispose() {
    // 24 MB of weights each.
    const model = bert({ hiddenSize: 512, layers: 1, numAttentionHeads: 8, vocabSize: 4000 });
    const loadAndRun = async () => {
      await using served = await nucleus(model, { device: "cpu", threads: 1 });
      await served.forward(int64([[1, 2, 3]]));
    };
    const before = await megabytesAfter(3, loadAndRun);
    return await megabytesAfter(8, loadAndRun) - before;
  },
  async step() {
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
    return await megabytesAfter(200, train) - before;
  },
};

console.log(await CASES[Deno.args[0]!]!());
