/**
 * What a GPU computes, held against the CPU, and how fast.
 *
 * Run with `deno run -P=test bench/gpu_bench.ts [cuda|webgpu] [seconds]` on a machine that has one; for
 * CUDA after `deno task install-cuda`. Ends with 1 if an answer differs by more than it may.
 */

import { elementCount, type FloatTensor, Tensor } from "../lib/base/tensor.ts";
import { chooseDevice, type DeviceReport } from "../lib/onnx/device.ts";
import { bert } from "../lib/onnx/models/bert.ts";
import { nucleus } from "../lib/onnx/nucleus.ts";
import type { Device } from "../lib/onnx/runtime.ts";
import { tokenizer } from "../lib/text/tokenizer.ts";
import { FOREIGN_CASES, type ForeignCase } from "../tests/onnx/foreign_models.ts";
import {
  bertOperations,
  compare,
  LARGE,
  largeProducts,
  milliseconds,
  PRODUCT_OPERATIONS,
  tokens,
} from "./model_rates.ts";

const [name = "auto", seconds = "10"] = Deno.args;
if (name !== "auto" && name !== "cuda" && name !== "webgpu") {
  throw new RangeError(`the device is cuda or webgpu, not ${name}`);
}
const CPU: DeviceReport = { device: "cpu", passedOver: [] };

/** Most by which 32-bit and 16-bit floats may differ from the CPU's. */
const MOST = 1e-3;
const MOST_OF_HALVES = 1e-2;

let failures = 0;

function report(what: string, difference: number, most: number): void {
  const isFine = difference <= most;
  if (!isFine) failures++;
  console.log(`${isFine ? "ok  " : "FAIL"} ${difference.toExponential(1).padStart(8)}  ${what}`);
}

function largestDifference(left: FloatTensor, right: FloatTensor): number {
  if (left.dims.join() !== right.dims.join()) return Infinity;
  return left.data.reduce((most, value, i) => Math.max(most, Math.abs(value - right.data[i]!)), 0);
}

/** A request that a small model takes. */
function sampleOf({ item, lengths }: ForeignCase): Tensor {
  const length = lengths?.at(-1) ?? 5;
  const dims = [2, ...(item?.(length) ?? [length])];
  const numbers = Array.from({ length: elementCount(dims) }, (_, index) => index * 7 % 40);
  return item
    ? new Tensor("float32", Float32Array.from(numbers, (number) => number / 40), dims)
    : new Tensor("int64", BigInt64Array.from(numbers, BigInt), dims);
}

/** The small models of the tests on both devices. */
async function checkModels(device: Device): Promise<void> {
  for (const each of FOREIGN_CASES) {
    if (each.refused) continue;
    const inputs = sampleOf(each);
    const answer = async (device: DeviceReport) => {
      await using served = await nucleus(each.bytes(), { device, outputSize: 8, ...each.options });
      return await served.forward(inputs);
    };
    const isHalf = /16-bit|of type 10,/.test(each.name);
    const expected = await answer(CPU);
    const actual = await answer({ device, passedOver: [] }).catch((error: Error) => error);
    if (actual instanceof Error) {
      failures++;
      console.log(`FAIL           ${each.name}: ${actual.message}`);
    } else report(each.name, largestDifference(actual, expected), isHalf ? MOST_OF_HALVES : MOST);
  }
}

const WORDS = "the quick brown fox jumped over the lazy dog and slept".split(" ");

/** Sentences that share runs on the GPU, against each alone on the CPU. */
async function checkBatching(device: Device): Promise<void> {
  const model = bert({ hiddenSize: 256, layers: 4, numAttentionHeads: 4, intermediateSize: 1024 });
  await using onGpu = await nucleus(model, { device: { device, passedOver: [] } });
  await using onCpu = await nucleus(model, { device: CPU });
  const texts = Array.from({ length: 32 }, (_, index) => WORDS.slice(0, 1 + index % 11).join(" "));
  const ids = texts.map((text) => tokenizer().encode(text));
  const together = await Promise.all(ids.map((each) => onGpu.forward(each)));
  const { runs } = onGpu.statistics();
  const differences: number[] = [];
  for (const [index, each] of ids.entries()) {
    differences.push(largestDifference(together[index]!, await onCpu.forward(each)));
  }
  report(
    `32 sentences in ${runs} runs, against each alone on the CPU`,
    Math.max(...differences),
    MOST,
  );
}

/** BERT base on the GPU against the CPU, and against what the GPU multiplies at its best. */
async function measureBert(device: Device): Promise<void> {
  const report = { device, passedOver: [] };
  await using onGpu = await nucleus(bert(), { device: report });
  await using onCpu = await nucleus(bert(), { device: CPU });
  const question = tokens(8, 64);
  const devices = await compare(
    Number(seconds),
    () => onCpu.forward(question),
    () => onGpu.forward(question),
  );
  console.log(
    `BERT base, 8 × 64 tokens: ${milliseconds(devices.second)}, ` +
      `× ${devices.ratio.toFixed(1)} of the CPU's ${milliseconds(devices.first)}`,
  );
  const [session, inputs] = await largeProducts({ device, threads: 2 });
  const rates = await compare(
    Number(seconds),
    () => session.run(inputs),
    () => onGpu.forward(question),
  );
  await session.release();
  const share = 100 * rates.ratio * bertOperations(8, 64) / PRODUCT_OPERATIONS;
  const rate = (operations: number, time: number) => (operations / time / 1e9).toFixed(2);
  console.log(`  ${LARGE} × ${LARGE} matrices: ${rate(PRODUCT_OPERATIONS, rates.first)} Tflop/s`);
  console.log(
    `  BERT base: ${rate(bertOperations(8, 64), rates.second)} Tflop/s, ${share.toFixed(0)} %`,
  );
}

const { device, passedOver } = await chooseDevice(name);
for (const { device, reason } of passedOver) console.log(`not ${device}: ${reason}`);
console.log(`device ${device}\n`);
if (device === "cpu") throw new Error("there is no GPU here to look at");
await checkModels(device);
await checkBatching(device);
console.log();
await measureBert(device);
if (failures > 0) Deno.exit(1);
