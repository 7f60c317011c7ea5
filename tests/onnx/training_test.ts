import assert from "node:assert/strict";
import { type FloatTensor, Tensor, zeros } from "../../lib/base/tensor.ts";
import { bert } from "../../lib/onnx/models/bert.ts";
import { ffnn } from "../../lib/onnx/models/ffnn.ts";
import { gpt2 } from "../../lib/onnx/models/gpt2.ts";
import type { Model } from "../../lib/onnx/models/model.ts";
import { type Nucleus, nucleus, type NucleusOptions } from "../../lib/onnx/nucleus.ts";
import type { StepOptions } from "../../lib/onnx/training/step_options.ts";
import { int64, largestDifference, TEST_DEVICE } from "./small_models.ts";

const BERT = bert({
  hiddenSize: 16,
  layers: 1,
  numAttentionHeads: 2,
  intermediateSize: 32,
  maxPositionEmbeddings: 8,
  vocabSize: 20,
});
const GPT2 = gpt2({ nEmbd: 16, nLayer: 1, nHead: 2, nPositions: 8, vocabSize: 20 });
const FFNN = ffnn({
  imageSize: 12,
  firstFilters: 3,
  secondFilters: 4,
  kernelSize: 3,
  hiddenSize: 16,
});

const load = (model: Model, options: NucleusOptions = {}) =>
  nucleus(model, { device: TEST_DEVICE, outputSize: 16, threads: 1, ...options });

const TEXT = int64([[1, 2, 3], [3, 4, 5]]);
const IMAGES = waves([2, 3, 1, 12, 12], 1.3);

function waves(dims: readonly number[], frequency = 0.7): FloatTensor {
  const tensor = zeros(dims);
  tensor.data.forEach((_, index) => tensor.data[index] = Math.sin(index * frequency));
  return tensor;
}

/** Half the squared distance, and its gradient. */
function distance(output: FloatTensor, target: FloatTensor) {
  const difference = output.data.map((value, index) => value - target.data[index]!);
  return {
    loss: difference.reduce((sum, value) => sum + value * value / 2, 0),
    gradient: new Tensor("float32", difference, output.dims),
  };
}

/** Loss before each of some steps. */
async function train(served: Nucleus, inputs: Tensor, options: StepOptions, steps: number) {
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const output = await served.forward(inputs);
    const { loss, gradient } = distance(output, waves(output.dims));
    losses.push(loss);
    await served.backward(inputs, gradient);
    await served.step(options);
  }
  return losses;
}

const ADAM: StepOptions = { optimizer: "adam", learningRate: 0.02 };

for (
  const [model, inputs] of [[BERT, TEXT], [GPT2, TEXT], [FFNN, IMAGES]] as const
) {
  Deno.test(`step() of ${model.name} lowers a loss`, async () => {
    for (const options of [ADAM, { learningRate: 0.003, momentum: 0.8 }]) {
      await using served = await load(model);
      const losses = await train(served, inputs, options, 40);
      assert(losses.at(-1)! < losses[0]! / 2, `${losses}`);
    }
  });
}

Deno.test("step() moves the weights by the learning rate times the gradient", async () => {
  // To first order, a step changes the loss by the rate times the squared length of the gradient.
  for (const [model, inputs] of [[GPT2, TEXT], [FFNN, IMAGES]] as const) {
    await using served = await load(model);
    const before = await served.forward(inputs);
    const weights = waves(before.dims);
    const loss = ({ data }: FloatTensor) =>
      data.reduce((sum, value, index) => sum + value * weights.data[index]!, 0);
    await served.backward(inputs, weights);
    const { steps, gradientNorm } = await served.step({ learningRate: 1e-5 });
    assert.equal(steps, 1);
    const change = loss(before) - loss(await served.forward(inputs));
    const expected = 1e-5 * gradientNorm ** 2;
    assert(Math.abs(change - expected) < 0.05 * expected, `${change}, not ${expected}`);
  }
});

Deno.test("step() scales a gradient down that is longer than maxGradientNorm", async () => {
  await using clipped = await load(GPT2);
  await using slower = await load(GPT2);
  for (const served of [clipped, slower]) await served.backward(TEXT, waves([2, 3, 16]));
  const { gradientNorm } = await clipped.step({ learningRate: 0.1, maxGradientNorm: 0.5 });
  await slower.step({ learningRate: 0.1 * 0.5 / gradientNorm });
  assert(gradientNorm > 0.5);
  const outputs = [await clipped.forward(TEXT), await slower.forward(TEXT)] as const;
  assert(largestDifference(outputs[0].data, [...outputs[1].data]) < 1e-5);
});

Deno.test("backward() adds gradients up until a step uses them", async () => {
  await using once = await load(GPT2);
  await using thrice = await load(GPT2);
  const [left, right] = [waves([2, 3, 16]), waves([2, 3, 16], 1.9)];
  const sum = new Tensor("float32", left.data.map((x, i) => x + 2 * right.data[i]!), left.dims);
  await once.backward(TEXT, sum);
  for (const gradients of [left, right, right]) await thrice.backward(TEXT, gradients);
  const reports = [await once.step(ADAM), await thrice.step(ADAM)] as const;
  const difference = Math.abs(reports[0].gradientNorm - reports[1].gradientNorm);
  assert(difference < 1e-4 * reports[0].gradientNorm);
  const outputs = [await once.forward(TEXT), await thrice.forward(TEXT)] as const;
  assert(largestDifference(outputs[0].data, [...outputs[1].data]) < 1e-4);
  // Nothing is left of them.
  assert.deepEqual(await thrice.step(ADAM), { steps: 1, gradientNorm: 0 });
  assert.deepEqual((await thrice.forward(TEXT)).data, outputs[1].data);
});

Deno.test("backward() of text gives zeros, and leaves out what the mask leaves out", async () => {
  await using served = await load(BERT);
  const gradients = await served.backward(TEXT, waves([2, 3, 16]));
  assert.deepEqual(gradients, zeros([2, 3, 16]));
  const { gradientNorm } = await served.step({ learningRate: 1e-9 });
  // The same text with a padded end, whose gradient is zero.
  const attentionMask = int64([[1, 1, 1, 0], [1, 1, 1, 0]]);
  const padded = zeros([2, 4, 16]);
  const data = waves([2, 3, 16]).data;
  padded.data.set(data.subarray(0, 48));
  padded.data.set(data.subarray(48), 64);
  await served.backward(int64([[1, 2, 3, 9], [3, 4, 5, 9]]), padded, { attentionMask });
  const ofPadded = await served.step({ learningRate: 1e-9 });
  assert(Math.abs(ofPadded.gradientNorm - gradientNorm) < 1e-4 * gradientNorm);
});

Deno.test("backward() of images gives their gradient", async () => {
  await using served = await load(FFNN);
  const weights = waves([2, 3, 16]);
  const gradient = await served.backward(IMAGES, weights);
  assert.deepEqual(gradient.dims, IMAGES.dims);
  const loss = async (images: FloatTensor) => {
    const { data } = await served.forward(images);
    return data.reduce((sum, value, index) => sum + value * weights.data[index]!, 0);
  };
  const direction = waves(IMAGES.dims, 0.37);
  const moved = (step: number) =>
    new Tensor(
      "float32",
      IMAGES.data.map((x, index) => x + step * direction.data[index]!),
      IMAGES.dims,
    );
  const expected = (await loss(moved(1e-3)) - await loss(moved(-1e-3))) / 2e-3;
  const found = gradient.data.reduce((sum, g, index) => sum + g * direction.data[index]!, 0);
  // A few corners of ReLU and of maxima lie between the two points.
  assert(Math.abs(found - expected) < 0.02 * Math.abs(expected), `${found}, not ${expected}`);
  // Single images have gradients too.
  const single = await served.backward(waves([2, 1, 12, 12]), waves([2, 16]));
  assert.deepEqual(single.dims, [2, 1, 12, 12]);
});

Deno.test("forward() uses the weights of before or after a step, never some of both", async () => {
  const versions: Float32Array[] = [];
  const fixed = waves([2, 3, 16]);
  const options: StepOptions = { learningRate: 0.05, momentum: 0.5 };
  const steps = 8;
  {
    await using reference = await load(BERT);
    await reference.backward(TEXT, fixed); // From here on it runs as it will while it is trained.
    for (let step = 0; step < steps; step++) {
      versions.push((await reference.forward(TEXT)).data);
      await reference.step(options);
      await reference.backward(TEXT, fixed);
    }
  }
  await using served = await load(BERT);
  await served.backward(TEXT, fixed);
  let isTraining = true;
  const seen: Float32Array[] = [];
  const ask = async () => {
    while (isTraining) {
      const others = [int64([[7, 8]]), int64([[9, 10, 11, 12]])].map((text) =>
        served.forward(text)
      );
      seen.push((await served.forward(TEXT)).data);
      await Promise.all(others);
    }
  };
  const asking = [ask(), ask(), ask()];
  for (let step = 0; step < steps - 1; step++) {
    await Promise.all([served.step(options), served.backward(TEXT, fixed)]);
  }
  isTraining = false;
  await Promise.all(asking);
  assert(seen.length > steps);
  for (const output of seen) {
    const differences = versions.map((version) => largestDifference(output, [...version]));
    assert(Math.min(...differences) < 1e-5, `${differences}`);
  }
  assert(new Set(seen.map((output) => output[0]!.toFixed(3))).size > 2);
});

Deno.test("backward() refuses gradients that do not fit, and what forward() refuses", async () => {
  await using served = await load(BERT);
  const infinite = waves([2, 3, 16]);
  infinite.data[7] = Infinity;
  for (
    const [gradients, message] of [
      [waves([2, 3, 17]), /float32 \[2, 3, 17\].*bert.*int64 \[2, 3\].*must be \[2, 3, 16\]/],
      [waves([6, 16]), /\[2, 3, 16\]/],
      [int64([[1]]), /must be float32/],
      [infinite, /one of them is Infinity/],
    ] as const
  ) {
    const refused = { name: "BittensorError", code: "nucleus/gradients", message };
    await assert.rejects(served.backward(TEXT, gradients), refused);
  }
  const long = int64([[1, 2, 3, 4, 5, 6, 7, 8, 9]]);
  await assert.rejects(served.backward(long, waves([1, 9, 16])), { code: "nucleus/too-long" });
  assert.deepEqual(await served.step(ADAM), { steps: 0, gradientNorm: 0 });
});

Deno.test("step() refuses options that make no sense", async () => {
  await using served = await load(BERT);
  const wrong = [
    { learningRate: 0 },
    { learningRate: NaN },
    { learningRate: 1, momentum: 1 },
    { learningRate: 1, weightDecay: -1 },
    { learningRate: 1, maxGradientNorm: 0 },
    { optimizer: "adam", learningRate: 1, betas: [0.9, 1] },
    { optimizer: "adam", learningRate: 1, epsilon: 0 },
  ] as const;
  for (const options of wrong) await assert.rejects(served.step(options), RangeError);
});

Deno.test("step() drops gradients that are not finite, and changes nothing", async () => {
  await using served = await load(GPT2);
  const large = waves([2, 3, 16]);
  large.data.forEach((value, index) => large.data[index] = value * 1e38);
  await served.backward(TEXT, large);
  const before = await served.forward(TEXT);
  await assert.rejects(served.step(ADAM), { code: "nucleus/not-finite" });
  assert.deepEqual((await served.forward(TEXT)).data, before.data);
  await served.backward(TEXT, waves([2, 3, 16]));
  assert.equal((await served.step(ADAM)).steps, 1);
});

Deno.test("backward() that is aborted or comes after disposal adds nothing", async () => {
  const served = await load(BERT);
  const reason = new Error("changed my mind");
  const gradients = waves([2, 3, 16]);
  const signal = AbortSignal.abort(reason);
  await assert.rejects(served.backward(TEXT, gradients, { signal }), reason);
  const controller = new AbortController();
  const first = served.backward(TEXT, gradients);
  const second = served.backward(TEXT, gradients, { signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(second, reason);
  await first;
  const { gradientNorm } = await served.step(ADAM);
  await using other = await load(BERT);
  await other.backward(TEXT, gradients);
  assert.equal((await other.step(ADAM)).gradientNorm, gradientNorm);

  const last = served.backward(TEXT, gradients);
  const disposal = served[Symbol.asyncDispose]();
  await assert.rejects(served.backward(TEXT, gradients), { code: "nucleus/disposed" });
  await assert.rejects(served.step(ADAM), { code: "nucleus/disposed" });
  await last;
  await disposal;
});

Deno.test("backward() refuses more calls than may wait", async () => {
  await using served = await load(BERT, { batching: { maxWaiting: 2 } });
  const calls = [1, 2, 3].map(() => served.backward(TEXT, waves([2, 3, 16])));
  const settled = await Promise.allSettled(calls);
  assert.deepEqual(settled.map(({ status }) => status), ["fulfilled", "fulfilled", "rejected"]);
  await assert.rejects(calls[2]!, { code: "nucleus/full" });
});

Deno.test("backward() says why an ONNX file cannot be trained", async () => {
  await using served = await nucleus(BERT.toBytes(16), { device: TEST_DEVICE, outputSize: 16 });
  const message = /Cannot train a model: it is an ONNX file/;
  const refused = { name: "BittensorError", code: "nucleus/not-trainable", message };
  await assert.rejects(served.backward(TEXT, waves([2, 3, 16])), refused);
  await assert.rejects(served.step(ADAM), refused);
  await assert.rejects(served.saveWeights("weights.safetensors"), refused);
  await assert.rejects(served.save("model.onnx"), refused);
  assert.deepEqual((await served.forward(TEXT)).dims, [2, 3, 16]);
});
