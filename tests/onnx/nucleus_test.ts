import assert from "node:assert/strict";
import { Tensor } from "../../lib/base/tensor.ts";
import { bert } from "../../lib/onnx/models/bert.ts";
import type { Model } from "../../lib/onnx/models/model.ts";
import { gpt2 } from "../../lib/onnx/models/gpt2.ts";
import { nucleus, type NucleusOptions } from "../../lib/onnx/nucleus.ts";
import { int64, largestDifference } from "./small_models.ts";

const SMALL = {
  hiddenSize: 16,
  layers: 1,
  numAttentionHeads: 2,
  intermediateSize: 32,
  maxPositionEmbeddings: 10,
  vocabSize: 40,
} as const;

const MODEL = bert(SMALL);

const load = (options: NucleusOptions = {}) => nucleus(MODEL, { device: "cpu", ...options });

function ids(dims: readonly number[], value = 1n): Tensor {
  const count = dims.reduce((product, dim) => product * dim, 1);
  return new Tensor("int64", new BigInt64Array(count).fill(value), dims);
}

Deno.test("forward() gives float32 vectors of the network's size", async () => {
  await using served = await load();
  assert.equal(served.name, "bert");
  assert.deepEqual(served.device, { device: "cpu", passedOver: [] });
  const output = await served.forward(ids([3, 10]));
  assert(output instanceof Tensor);
  assert.equal(output.type, "float32");
  assert.deepEqual(output.dims, [3, 10, 512]);
});

Deno.test("forward() gives each of several calls at once its own result", async () => {
  await using served = await load({ outputSize: 16 });
  const values = Array.from({ length: 12 }, (_, index) => BigInt(index));
  const together = await Promise.all(values.map((value) => served.forward(ids([1, 4], value))));
  for (const [index, value] of values.entries()) {
    assert.deepEqual(together[index]!.data, (await served.forward(ids([1, 4], value))).data);
  }
  assert.notDeepEqual(together[0]!.data, together[1]!.data);
});

const GPT2 = gpt2({ nEmbd: 16, nLayer: 2, nHead: 2, nPositions: 20, vocabSize: 40 });

for (const model of [bert({ ...SMALL, maxPositionEmbeddings: 20 }), GPT2]) {
  Deno.test(`forward() of ${model.name} merges lengths without changing an answer`, async () => {
    await using served = await nucleus(model, { device: "cpu", outputSize: 16 });
    const sequence = (length: number) => Array.from({ length }, (_, index) => (7 * index) % 40);
    const questions = [1, 20, 3, 16, 17, 8, 15, 2].map((length) => ({
      inputs: int64([sequence(length), sequence(length).reverse()]),
      attentionMask: length % 2 === 0
        ? int64([sequence(length).map((_, index) => index === 1 ? 0 : 1), sequence(length).fill(1)])
        : undefined,
    }));
    const ask = ({ inputs, attentionMask }: typeof questions[number]) =>
      served.forward(inputs, { attentionMask });
    const together = await Promise.all(questions.map(ask));
    for (const [index, question] of questions.entries()) {
      const alone = await ask(question);
      assert.deepEqual(together[index]!.dims, alone.dims);
      assert(largestDifference(together[index]!.data, [...alone.data]) < 1e-5);
    }
  });
}

Deno.test("forward() leaves the calling thread free while the model computes", async () => {
  const model = bert({ hiddenSize: 256, layers: 6, numAttentionHeads: 4, vocabSize: 40 });
  await using served = await nucleus(model, { device: "cpu", threads: 1 });
  let isDone = false;
  const run = served.forward(ids([8, 128])).then(() => isDone = true);
  let turns = 0;
  for (; !isDone; turns++) await new Promise((resolve) => setTimeout(resolve));
  await run;
  assert(turns > 3, `${turns} turns of the event loop`);
});

Deno.test("forward() refuses more requests than may wait", async () => {
  await using served = await load({ batching: { maxWaiting: 3 } });
  const answers = await Promise.allSettled(
    [1, 2, 3, 4].map((length) => served.forward(ids([1, length]))),
  );
  assert.deepEqual(answers.map(({ status }) => status), [
    "fulfilled",
    "fulfilled",
    "fulfilled",
    "rejected",
  ]);
  await assert.rejects(load({ batching: { maxTokens: 0 } }), RangeError);
});

Deno.test("forward() rejects inputs that the model cannot take", async () => {
  await using served = await load();
  const floats = new Tensor("float32", new Float32Array(4), [1, 4]);
  const wrong: [Tensor, string, RegExp][] = [
    [floats, "nucleus/type", /bert on float32 \[1, 4\]: token ids must be int64/],
    [ids([4]), "nucleus/shape", /int64 \[4\]/],
    [ids([1, 2, 2]), "nucleus/shape", /\[batch, sequence\]/],
    [ids([1, 0]), "nucleus/shape", /no token/],
    [ids([0, 5]), "nucleus/shape", /no token/],
    [ids([1, 11]), "nucleus/too-long", /at most 10 tokens/],
    [ids([1, 2], 40n), "nucleus/vocabulary", /token id 40 is not between 0 and 39/],
    [ids([1, 2], -1n), "nucleus/vocabulary", /-1/],
    [ids([1, 2], 2n ** 63n - 1n), "nucleus/vocabulary", /9223372036854775807/],
  ];
  for (const [inputs, code, message] of wrong) {
    await assert.rejects(served.forward(inputs), { name: "BittensorError", code, message });
  }
  assert.deepEqual((await served.forward(ids([1, 2], 39n))).dims, [1, 2, 512]);
});

Deno.test("forward() rejects a mask that does not match", async () => {
  await using served = await load();
  const floats = new Tensor("float32", new Float32Array(4), [1, 4]);
  for (const attentionMask of [floats, ids([4, 1]), ids([1, 3]), ids([1, 4], 2n)]) {
    await assert.rejects(served.forward(ids([1, 4]), { attentionMask }), { code: "nucleus/mask" });
  }
});

Deno.test("forward() stops with the reason of its signal", async () => {
  await using served = await load();
  const reason = new Error("changed my mind");
  const signal = AbortSignal.abort(reason);
  await assert.rejects(served.forward(ids([1, 2]), { signal }), (error) => error === reason);
  const controller = new AbortController();
  const run = served.forward(ids([1, 2]), { signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(run, (error) => error === reason);
});

Deno.test("forward() rejects after disposal, which lets runs in progress finish", async () => {
  const served = await load();
  const runs = Promise.all([served.forward(ids([2, 3])), served.forward(ids([1, 9]))]);
  const disposal = served[Symbol.asyncDispose]();
  await assert.rejects(served.forward(ids([1, 1])), { code: "nucleus/disposed" });
  assert.deepEqual((await runs).map(({ dims }) => dims), [[2, 3, 512], [1, 9, 512]]);
  await disposal;
  await served[Symbol.asyncDispose]();
  await assert.rejects(served.forward(ids([1, 1])), { code: "nucleus/disposed" });
});

Deno.test("nucleus() takes a report in place of a device, and its own output size", async () => {
  const device = {
    device: "cpu",
    passedOver: [{ device: "cuda", reason: "tried before" }],
  } as const;
  await using served = await load({ device, outputSize: 5, threads: 1 });
  assert.equal(served.device, device);
  assert.deepEqual((await served.forward(ids([1, 2]))).dims, [1, 2, 5]);
});

Deno.test("nucleus() rejects options that make no sense", async () => {
  for (
    const options of [
      { threads: 0 },
      { threads: 1.5 },
      { outputSize: 0 },
      { outputSize: NaN },
      { limits: { vocabSize: 0 } },
      { limits: { maxSequenceLength: 1.5 } },
      { limits: { padTokenId: -1 } },
    ]
  ) {
    await assert.rejects(load(options), RangeError);
  }
});

Deno.test("nucleus() stops with the reason of its signal", async () => {
  const reason = new Error("changed my mind");
  await assert.rejects(load({ signal: AbortSignal.abort(reason) }), (error) => error === reason);
  const controller = new AbortController();
  const abortsWhileLoading: Model = {
    ...MODEL,
    toBytes(size) {
      controller.abort(reason);
      return MODEL.toBytes(size);
    },
  };
  const loading = nucleus(abortsWhileLoading, { device: "cpu", signal: controller.signal });
  await assert.rejects(loading, (error) => error === reason);
});

Deno.test("nucleus() rejects bytes that are no model", async () => {
  const broken: Model = { ...MODEL, toBytes: () => new Uint8Array(100).fill(7) };
  await assert.rejects(nucleus(broken, { device: "cpu" }), { code: "onnx/load" });
});

Deno.test("nucleus() frees the bytes of the model once it is loaded", async () => {
  const bytes = MODEL.toBytes(16);
  const model = { ...MODEL, toBytes: () => bytes };
  await using served = await nucleus(model, { device: "cpu", outputSize: 16 });
  assert.equal(bytes.byteLength, 0);
  assert.deepEqual((await served.forward(ids([1, 1]))).dims, [1, 1, 16]);
});
