import assert from "node:assert/strict";
import { Tensor } from "../../lib/base/tensor.ts";
import { ffnn, type FfnnOptions } from "../../lib/onnx/models/ffnn.ts";
import { nucleus } from "../../lib/onnx/nucleus.ts";
import { referenceFfnn } from "./ffnn_reference.ts";
import { readWeights } from "./reference_layers.ts";
import { digest, largestDifference, TEST_DEVICE, withUnevenBiases } from "./small_models.ts";

const SMALL = {
  imageSize: 15,
  numChannels: 3,
  firstFilters: 4,
  secondFilters: 5,
  kernelSize: 3,
  hiddenSize: 16,
} as const;

const OPTIONS = { device: TEST_DEVICE, outputSize: SMALL.hiddenSize } as const;

/** Images whose pixels run from -1 to 1 in no simple order. */
function images(...dims: readonly number[]): Tensor {
  const count = dims.reduce((product, dim) => product * dim, 1);
  const data = Float32Array.from({ length: count }, (_, index) => Math.sin(index * index));
  return new Tensor("float32", data, dims);
}

Deno.test("ffnn() computes what two convolutions and two dense layers compute", async () => {
  const { model, bytes } = withUnevenBiases(ffnn({ ...SMALL, seed: 5 }));
  const weights = readWeights(bytes);
  await using served = await nucleus(model, OPTIONS);
  const inputs = images(4, 3, 15, 15);
  const output = await served.forward(inputs);
  assert.deepEqual(output.dims, [4, 16]);
  const pixels = [...inputs.data] as number[];
  const expected = [0, 1, 2, 3].flatMap((image) =>
    referenceFfnn(weights, SMALL, pixels.slice(image * 675, (image + 1) * 675))
  );
  assert(largestDifference(output.data, expected) < 1e-4);
});

Deno.test("ffnn() answers sequences of images, as the network sends them", async () => {
  await using served = await nucleus(ffnn(SMALL), OPTIONS);
  const single = await served.forward(images(6, 3, 15, 15));
  const sequences = await served.forward(images(2, 3, 3, 15, 15));
  assert.deepEqual(sequences.dims, [2, 3, 16]);
  assert.deepEqual(sequences.data, single.data);
});

Deno.test("ffnn() merges what is asked at the same time", async () => {
  await using served = await nucleus(ffnn(SMALL), OPTIONS);
  const questions = [images(1, 1, 3, 15, 15), images(2, 1, 3, 15, 15), images(3, 1, 3, 15, 15)];
  const together = await Promise.all(questions.map((question) => served.forward(question)));
  for (const [index, question] of questions.entries()) {
    const alone = await served.forward(question);
    assert.deepEqual(together[index]!.dims, [index + 1, 1, 16]);
    assert(largestDifference(together[index]!.data, [...alone.data]) < 1e-4);
  }
});

Deno.test("forward() rejects images that the model cannot take", async () => {
  await using served = await nucleus(ffnn(SMALL), OPTIONS);
  const ids = new Tensor("int64", new BigInt64Array(4), [1, 4]);
  const wrong: [Tensor, string, RegExp][] = [
    [ids, "nucleus/type", /ffnn on int64 \[1, 4\]: pixel_values must be float32/],
    [images(1, 3, 15), "nucleus/shape", /\[batch, 3, 15, 15\], or sequences of such items/],
    [images(1, 1, 15, 15), "nucleus/shape", /\[batch, 3, 15, 15\]/],
    [images(1, 2, 3, 15, 16), "nucleus/shape", /\[batch, 3, 15, 15\]/],
    [images(0, 3, 15, 15), "nucleus/shape", /empty/],
  ];
  for (const [inputs, code, message] of wrong) {
    await assert.rejects(served.forward(inputs), { name: "BittensorError", code, message });
  }
  const attentionMask = new Tensor("int64", new BigInt64Array(1), [1, 1]);
  await assert.rejects(served.forward(images(1, 1, 3, 15, 15), { attentionMask }), {
    code: "nucleus/mask",
    message: /takes no attention mask/,
  });
});

Deno.test("ffnn() starts with a variance that layers with ReLU keep", () => {
  const weights = readWeights(ffnn().toBytes());
  for (const [name, inputs] of [["conv2", 10 * 25], ["hidden1", 320], ["hidden2", 512]] as const) {
    const values = weights(`${name}.weight`);
    const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
    assert(Math.abs(variance * inputs / 2 - 1) < 0.05, name);
  }
});

Deno.test("ffnn().toBytes() gives the same bytes for the same configuration and seed", async () => {
  const bytes = ffnn({ ...SMALL, seed: 1 }).toBytes();
  assert.deepEqual(ffnn({ ...SMALL, seed: 1 }).toBytes(), bytes);
  assert.notDeepEqual(ffnn({ ...SMALL, seed: 2 }).toBytes(), bytes);
  // As when this test was written.
  assert.equal(
    await digest(bytes),
    "f00903f273c98512979f95d6087cc73e675312dcd324b02a91a45b9b5c3c25ad",
  );
});

Deno.test("ffnn() rejects configurations that make no model", () => {
  const wrong: [FfnnOptions, RegExp][] = [
    [{ imageSize: 0 }, /FFNN model with imageSize 0/],
    [{ imageSize: 15 }, /imageSize 15: nothing is left/],
    [{ kernelSize: 2.5 }, /kernelSize 2\.5/],
    [{ firstFilters: -1 }, /firstFilters -1/],
    [{ seed: 0.5 }, /seed 0\.5/],
    [{ ...SMALL, ...{ channels: 3 } }, /channels 3: there is no such option/],
  ];
  for (const [options, message] of wrong) {
    assert.throws(() => ffnn(options), { code: "model/config", message });
  }
  assert.equal(ffnn({ imageSize: 16 }).hiddenSize, 512);
});
