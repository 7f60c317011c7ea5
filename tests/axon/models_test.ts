import assert from "node:assert/strict";
import { Tensor, zeros } from "../../lib/base/tensor.ts";
import { axon } from "../../lib/axon/axon.ts";
import type { AxonOptions } from "../../lib/axon/axon_options.ts";
import { RefusedInputs } from "../../lib/base/refused_inputs.ts";
import { dendrite } from "../../lib/dendrite/dendrite.ts";
import type { Endpoint } from "../../lib/domain/endpoint.ts";
import { Modality } from "../../lib/domain/modality.ts";
import { ReturnCode } from "../../lib/domain/return_code.ts";
import { bert } from "../../lib/onnx/models/bert.ts";
import { ffnn } from "../../lib/onnx/models/ffnn.ts";
import { gpt2 } from "../../lib/onnx/models/gpt2.ts";
import { type Nucleus, nucleus, type NucleusOptions } from "../../lib/onnx/nucleus.ts";
import type { ModelSource } from "../../lib/onnx/model_source.ts";
import { tokenizer } from "../../lib/text/tokenizer.ts";
import { FOREIGN_CASES } from "../onnx/foreign_models.ts";
import { int64, largestDifference } from "../onnx/small_models.ts";
import { endpointAt, IDENTITY } from "../wire/identity.ts";

const { Success, RequestShapeException, InvalidRequest } = ReturnCode;

/** A model that an axon serves, and a client that knows where. */
async function serve(
  source: ModelSource,
  callback: (model: Nucleus) => Partial<AxonOptions>,
  options: NucleusOptions = {},
) {
  await using resources = new AsyncDisposableStack();
  const model = resources.use(await nucleus(source, { device: "cpu", threads: 1, ...options }));
  const server = resources.use(
    axon({ wallet: IDENTITY, ip: "127.0.0.1", port: 0, ...callback(model) }),
  );
  await server.start();
  const client = resources.use(dendrite({ wallet: IDENTITY }));
  const owned = resources.move();
  return {
    model,
    client,
    endpoint: (modality: Modality): Endpoint => ({ ...endpointAt(server.port), modality }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const text = (model: Nucleus): Partial<AxonOptions> => ({
  forwardText: (_caller, inputs) => model.forward(inputs),
});

const SMALL = { hiddenSize: 16, layers: 1, numAttentionHeads: 2, intermediateSize: 32 } as const;

Deno.test("callers at the same time get their own vectors of a model with turned axes", async () => {
  const turned = FOREIGN_CASES.find(({ name }) => name === "[sequence, batch, size]")!;
  await using served = await serve(turned.bytes(), text);
  const endpoints = served.endpoint(Modality.TEXT);
  const asked = Array.from({ length: 12 }, (_, index) => [index, 39 - index]);
  const answers = await Promise.all(
    asked.map((ids) => served.client.forwardTensor({ endpoints, inputs: int64([ids]) })),
  ).catch(() => []);
  assert.equal(answers.length, 0, "an endpoint of text takes no tensors");
  const texts = await Promise.all(
    asked.map((ids) => served.client.forwardText({ endpoints, inputs: int64([ids]) })),
  );
  for (const [index, { representations, codes }] of texts.entries()) {
    assert.deepEqual(codes, [Success]);
    const expected = turned.expected!(asked[index]!).flat();
    assert.deepEqual(representations[0]!.dims, [1, 2, 512]);
    const { data } = representations[0]!;
    const own = [...data.subarray(0, 8), ...data.subarray(512, 520)];
    assert(largestDifference(Float32Array.from(own), expected) < 1e-5);
  }
});

const TEXTS = ["A cat", "", "The quick brown fox jumped over the lazy dog", "Two cats sleep", "a"];

const plain = FOREIGN_CASES.find(({ name }) => name === "vectors as they should be")!;
const OTHERS: readonly (readonly [string, ModelSource])[] = [
  ["bert", bert(SMALL)],
  ["gpt2", gpt2({ nEmbd: 16, nLayer: 1, nHead: 2 })],
  ["a file without a mask", gpt2({ nEmbd: 16, nLayer: 1, nHead: 2 }).toBytes()],
];

for (const [name, source] of OTHERS) {
  Deno.test(`each of several texts of one request gets what it gets alone: ${name}`, async () => {
    await using served = await serve(source, text);
    const endpoints = served.endpoint(Modality.TEXT);
    const together = await served.client.forwardText({ endpoints, inputs: TEXTS });
    assert.deepEqual(together.codes, [Success]);
    const { data, dims: [rows, longest = 0] } = together.representations[0]!;
    assert.equal(rows, TEXTS.length);
    for (const [row, each] of TEXTS.entries()) {
      const [, length = 0] = tokenizer().encode(each).dims;
      const vectors = data.subarray(row * longest * 512, (row + 1) * longest * 512);
      assert(vectors.subarray(0, (longest - length) * 512).every((value) => value === 0));
      if (length === 0) continue;
      const alone = await served.client.forwardText({ endpoints, inputs: each });
      const own = vectors.subarray((longest - length) * 512);
      assert(largestDifference(own, [...alone.representations[0]!.data]) < 1e-5);
    }
    // One run for the texts together, where they may share one.
    const { requests, runs } = served.model.statistics();
    assert(runs <= requests + 1, `${runs} runs of ${requests} requests`);
  });
}

Deno.test("forward() takes padding at either end for padding, unless a mask or an option says otherwise", async () => {
  const model = bert(SMALL);
  await using served = await nucleus(model, { device: "cpu" });
  const pad = 50_260;
  const alone = await served.forward(int64([[7, 8]]));
  const padded = await served.forward(int64([[pad, 7, 8, pad], [pad, pad, pad, pad]]));
  assert(largestDifference(padded.data.slice(512, 3 * 512), [...alone.data]) < 1e-6);
  assert(padded.data.subarray(3 * 512).every((value) => value === 0));
  const attentionMask = int64([[1, 1, 1, 1]]);
  const inputs = int64([[pad, 7, 8, pad]]);
  const whole = await served.forward(inputs, { attentionMask });
  assert(whole.data.subarray(0, 512).some((value) => value !== 0));
  for (const source of [model, model.toBytes(512)]) {
    await using other = await nucleus(source, { device: "cpu", limits: { padTokenId: null } });
    assert.deepEqual((await other.forward(inputs)).data, whole.data);
  }
});

Deno.test("backward() learns from several texts of one request what it learns from each alone", async () => {
  const options: NucleusOptions = { device: "cpu", outputSize: 16, threads: 1 };
  await using together = await nucleus(bert(SMALL), options);
  await using apart = await nucleus(bert(SMALL), options);
  const texts = TEXTS.filter((each) => each !== "");
  const inputs = tokenizer().encodeBatch(texts);
  const [, longest = 0] = inputs.dims;
  const gradients = zeros([texts.length, longest, 16]);
  gradients.data.forEach((_, index) => gradients.data[index] = Math.sin(index));
  const answer = await together.backward(inputs, gradients);
  assert.deepEqual(answer.dims, gradients.dims);
  for (const [row, each] of texts.entries()) {
    const ids = tokenizer().encode(each);
    const length = ids.dims[1]!;
    const end = (row + 1) * longest * 16;
    const part = gradients.data.slice(end - length * 16, end);
    await apart.backward(ids, new Tensor("float32", part, [1, length, 16]));
  }
  const step = { optimizer: "sgd", learningRate: 0.1 } as const;
  const [first, second] = [await together.step(step), await apart.step(step)];
  assert(Math.abs(first.gradientNorm - second.gradientNorm) < 1e-4 * second.gradientNorm);
  const [left, right] = [await together.forward(inputs), await apart.forward(inputs)];
  assert(largestDifference(left.data, [...right.data]) < 1e-4);
});

const image = (model: Nucleus): Partial<AxonOptions> => ({
  forwardImage: (_caller, inputs) => model.forward(inputs),
});

Deno.test("an axon serves images of any size, and says why it refuses another", async () => {
  const model = ffnn({ imageSize: 12, firstFilters: 3, secondFilters: 4, kernelSize: 3 });
  await using served = await serve(model, image);
  const endpoints = served.endpoint(Modality.IMAGE);
  const ask = (...dims: readonly number[]) =>
    served.client.forwardImage({ endpoints, inputs: zeros(dims) });
  const { representations, codes } = await ask(2, 3, 1, 12, 12);
  assert.deepEqual([codes, representations[0]!.dims], [[Success], [2, 3, 512]]);
  const refused = await ask(1, 1, 3, 32, 32);
  assert.deepEqual(refused.codes, [RequestShapeException]);
  assert.match(refused.messages[0]!, /pixel_values must be \[batch, 1, 12, 12\]/);
});

Deno.test("an axon tries images of the shape that its options name", async () => {
  const shapes: number[][] = [];
  const server = axon({
    wallet: IDENTITY,
    ip: "127.0.0.1",
    port: 0,
    imageShape: [1, 20, 30],
    forwardImage: (_caller, { dims }) => {
      shapes.push([...dims]);
      return null;
    },
  });
  await server.check();
  assert.deepEqual(shapes, [[2, 1, 1, 20, 30]]);
  assert.throws(() => axon({ wallet: IDENTITY, imageShape: [1, 0, 3] }), RangeError);
});

Deno.test("a request that a model cannot take is refused with the reason, and no other word", async () => {
  await using served = await serve(
    bert({ ...SMALL, vocabSize: 40, maxPositionEmbeddings: 8 }),
    text,
  );
  const endpoints = served.endpoint(Modality.TEXT);
  const unknown = await served.client.forwardText({ endpoints, inputs: int64([[40]]) });
  assert.deepEqual(unknown.codes, [InvalidRequest]);
  assert.equal(
    unknown.messages[0],
    "The request was refused: token id 40 is not between 0 and 39",
  );
  const long = await served.client.forwardText({
    endpoints,
    inputs: int64([new Array(9).fill(1)]),
  });
  assert.deepEqual(long.codes, [RequestShapeException]);
  assert.match(long.messages[0]!, /a sequence has at most 8 tokens/);
});

Deno.test("a callback may refuse a request with a reason of its own", async () => {
  await using served = await serve(plain.bytes(), () => ({
    forwardText: (_caller, { dims: [batch = 0, sequence = 0] }) => {
      if (batch > 2) throw new RefusedInputs("mine/rows", "Cannot do that", "two rows at most");
      return zeros([batch, sequence, 512]);
    },
  }));
  const endpoints = served.endpoint(Modality.TEXT);
  const inputs = int64([[1], [2], [3]]);
  const { codes, messages } = await served.client.forwardText({ endpoints, inputs });
  assert.deepEqual(codes, [InvalidRequest]);
  assert.equal(messages[0], "The request was refused: two rows at most");
});

Deno.test("an axon starts with no model that gives other vectors than were asked for", async () => {
  const half = FOREIGN_CASES.find(({ name }) => name === "every second vector")!;
  const tensor = (model: Nucleus): Partial<AxonOptions> => ({
    forwardTensor: (_caller, inputs) => model.forward(inputs),
  });
  await assert.rejects(serve(half.bytes(), tensor), {
    code: "axon/callback",
    message: /to a sample it returned float32 \[2, 2, 512\], not \[2, 3, 512\]/,
  });
});
