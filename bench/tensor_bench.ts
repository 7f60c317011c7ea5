/**
 * Encoding and decoding of a tensor against a plain copy of the same bytes.
 *
 * Run with `deno run bench/tensor_bench.ts`. The three take turns within one run, so that the ratios
 * hold on a busy machine; the figures are medians.
 */

import { Tensor } from "../lib/base/tensor.ts";
import { Modality } from "../lib/domain/modality.ts";
import { join } from "../lib/wire/pieces.ts";
import { decodeTensor, encodeTensor } from "../lib/wire/tensor_codec.ts";
import { decodeMessage, encodeMessage } from "../lib/wire/tensor_message.ts";

const ROUNDS = 300;

/** Bytes that precede the message in the buffer that gRPC hands over. */
const FRAME_BYTES = 5;

function encode(tensor: Tensor): Uint8Array<ArrayBuffer> {
  const tensors = [encodeTensor(tensor, { modality: Modality.TENSOR })];
  return join(encodeMessage({ hotkey: "", tensors }));
}

function decode(message: Uint8Array): Tensor {
  const [tensor] = decodeMessage(message).tensors;
  if (tensor === undefined) throw new Error("the message has no tensor");
  return decodeTensor(tensor);
}

/** Durations of `rounds` runs of each task in turns, in milliseconds, after a warm-up. */
function measure(tasks: readonly (() => unknown)[]): number[] {
  const times: number[][] = tasks.map(() => []);
  for (let round = -ROUNDS / 10; round < ROUNDS; round++) {
    for (const [index, task] of tasks.entries()) {
      const start = performance.now();
      task();
      if (round >= 0) times[index]!.push(performance.now() - start);
    }
  }
  return times.map((list) => list.sort((a, b) => a - b)[list.length >> 1]!);
}

/** Prints one row per task: time, throughput, and time relative to the first task. */
function report(title: string, byteLength: number, tasks: Record<string, () => unknown>): void {
  const times = measure(Object.values(tasks));
  console.log(`\n${title}, ${byteLength} bytes`);
  for (const [index, name] of Object.keys(tasks).entries()) {
    const ms = times[index]!;
    const rate = (byteLength / ms / 1e6).toFixed(2);
    const ratio = (ms / times[0]!).toFixed(2);
    console.log(`  ${name.padEnd(28)} ${ms.toFixed(4)} ms  ${rate.padStart(8)} GB/s  x ${ratio}`);
  }
}

for (const dims of [[8, 64, 512], [1, 9, 512]]) {
  const data = new Float32Array(dims.reduce((count, dim) => count * dim, 1)).fill(0.5);
  const tensor = new Tensor("float32", data, dims);
  const message = encode(tensor);
  const framed = new Uint8Array(FRAME_BYTES + message.length);
  framed.set(message, FRAME_BYTES);
  const aligned = alignedMessage(message);
  report(`float32 [${dims.join(", ")}]`, data.byteLength, {
    "plain copy": () => data.slice(),
    "encode": () => encode(tensor),
    "decode, as gRPC delivers it": () => decode(framed.subarray(FRAME_BYTES)),
    "decode, aligned": () => decode(aligned),
  });
}

/** The message at an offset where its data is aligned, so that decoding copies nothing. */
function alignedMessage(message: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(message.length + 4);
  for (let offset = 0; offset < 4; offset++) {
    const shifted = buffer.subarray(offset, offset + message.length);
    shifted.set(message);
    const { data } = decode(shifted);
    if (ArrayBuffer.isView(data) && data.buffer === buffer.buffer) return shifted;
  }
  throw new Error("no offset aligns the data");
}
