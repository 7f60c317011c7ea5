import assert from "node:assert/strict";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { bert, type BertOptions } from "../../lib/onnx/models/bert.ts";
import { nucleus } from "../../lib/onnx/nucleus.ts";
import { ModelProtoSchema } from "../../proto/gen/onnx_pb.ts";
import { referenceBert } from "./bert_reference.ts";
import { readWeights } from "./reference_layers.ts";
import { digest, int64, largestDifference, TEST_DEVICE, withUnevenBiases } from "./small_models.ts";

// A large range, so that attention and GELU work in their curved parts.
const SMALL = {
  hiddenSize: 24,
  numHiddenLayers: 2,
  numAttentionHeads: 3,
  intermediateSize: 40,
  maxPositionEmbeddings: 12,
  vocabSize: 50,
  initializerRange: 0.3,
  layerNormEps: 1e-12,
} as const;

Deno.test("bert() computes what BERT computes", async () => {
  const { model, bytes } = withUnevenBiases(bert({ ...SMALL, seed: 5 }));
  const weights = readWeights(bytes);
  await using served = await nucleus(model, { device: TEST_DEVICE, outputSize: SMALL.hiddenSize });
  const longest = Array.from({ length: 12 }, (_, position) => position * 4);
  for (const rows of [[[7]], [[1, 2, 3, 4], [49, 0, 49, 0]], [longest]]) {
    const output = await served.forward(int64(rows));
    const expected = rows.flatMap((ids) => referenceBert(weights, SMALL, ids));
    assert.deepEqual(output.dims, [rows.length, rows[0]!.length, SMALL.hiddenSize]);
    assert(largestDifference(output.data, expected.flat()) < 1e-4);
  }
});

Deno.test("bert() ignores masked tokens", async () => {
  const { model, bytes } = withUnevenBiases(bert({ ...SMALL, seed: 6 }));
  const weights = readWeights(bytes);
  await using served = await nucleus(model, { device: TEST_DEVICE, outputSize: SMALL.hiddenSize });
  const rows = [[5, 6, 7, 8], [9, 10, 11, 12]];
  const masks = [[0, 1, 1, 0], [1, 1, 1, 1]];
  const { data } = await served.forward(int64(rows), { attentionMask: int64(masks) });
  const expected = rows.flatMap((ids, row) => referenceBert(weights, SMALL, ids, masks[row]!));
  assert(largestDifference(data, expected.flat()) < 1e-4);
  const unmasked = rows.flatMap((ids) => referenceBert(weights, SMALL, ids));
  assert(largestDifference(data, unmasked.flat()) > 1e-2);
});

Deno.test("bert() stays finite for a row of padding alone", async () => {
  await using served = await nucleus(bert(SMALL), { device: TEST_DEVICE });
  const { data } = await served.forward(int64([[5, 6]]), { attentionMask: int64([[0, 0]]) });
  assert(data.every(Number.isFinite));
});

Deno.test("toBytes() cuts or pads the vectors to the output size", async () => {
  const model = bert({ ...SMALL, seed: 7 });
  const ids = int64([[1, 2, 3]]);
  const run = async (outputSize: number) => {
    await using served = await nucleus(model, { device: TEST_DEVICE, outputSize });
    const { dims, data } = await served.forward(ids);
    assert.deepEqual(dims, [1, 3, outputSize]);
    return [0, 1, 2].map((token) => [...data.slice(token * outputSize, (token + 1) * outputSize)]);
  };
  const whole = await run(24);
  assert.deepEqual(await run(10), whole.map((vector) => vector.slice(0, 10)));
  assert.deepEqual(await run(30), whole.map((vector) => [...vector, 0, 0, 0, 0, 0, 0]));
  assert.throws(() => model.toBytes(0), RangeError);
});

Deno.test("toBytes() gives the same bytes for the same configuration and seed", () => {
  const bytes = bert({ ...SMALL, seed: 1 }).toBytes();
  assert.deepEqual(bert({ ...SMALL, seed: 1 }).toBytes(), bytes);
  for (const seed of [0, 2, 2 ** 32 + 1]) {
    const other = bert({ ...SMALL, seed }).toBytes();
    assert.equal(other.length, bytes.length);
    assert.notDeepEqual(other, bytes);
  }
});

// On every machine. To be renewed when the graph is changed on purpose, even if only in the order of
// its nodes; the weights alone are pinned in initial_weights_test.ts, and should outlive that.
Deno.test("toBytes() gives the bytes that it gave when this test was written", async () => {
  assert.equal(
    await digest(bert({ ...SMALL, seed: 1 }).toBytes(16)),
    "76fb028b527b92add4f04a16869da96dbb147a09782b8698f8b8d79cc02c754f",
  );
});

Deno.test("toBytes() writes a ModelProto that its schema reads and writes back", () => {
  const bytes = bert(SMALL).toBytes(16);
  const model = fromBinary(ModelProtoSchema, bytes);
  assert.equal(model.irVersion, 9n);
  assert.deepEqual(model.opsetImport.map(({ domain, version }) => [domain, version]), [["", 20n]]);
  assert.deepEqual(model.graph?.input.map(({ name }) => name), ["input_ids", "attention_mask"]);
  assert.deepEqual(model.graph?.output.map(({ name }) => name), ["last_hidden_state"]);
  const words = model.graph?.initializer.find(({ name }) => name.startsWith("embeddings.word"));
  assert.deepEqual(words?.dims, [50n, 24n]);
  assert.equal(words?.rawData.length, 50 * 24 * 4);
  assert.equal(toBinary(ModelProtoSchema, model).length, bytes.length);
});

Deno.test("bert() describes itself and takes layers for numHiddenLayers", () => {
  const { name, vocabSize, maxSequenceLength, hiddenSize } = bert();
  assert.deepEqual({ name, vocabSize, maxSequenceLength, hiddenSize }, {
    name: "bert",
    vocabSize: 50_378,
    maxSequenceLength: 512,
    hiddenSize: 768,
  });
  const { numHiddenLayers: _layers, ...rest } = SMALL;
  const same = bert({ ...rest, layers: 2, numHiddenLayers: undefined });
  assert.deepEqual(same.toBytes(), bert(SMALL).toBytes());
});

Deno.test("bert() rejects configurations that make no model", () => {
  const wrong: [BertOptions, RegExp][] = [
    [{ hiddenSize: 0 }, /hiddenSize 0/],
    [{ vocabSize: 1.5 }, /vocabSize 1\.5/],
    [{ layers: -1 }, /-1/],
    [{ layers: 2, numHiddenLayers: 3 }, /layers 2: .* is 3/],
    [{ hiddenSize: 100, numAttentionHeads: 3 }, /numAttentionHeads 3: .*100/],
    [{ maxPositionEmbeddings: NaN }, /maxPositionEmbeddings NaN/],
    [{ layerNormEps: 0 }, /layerNormEps 0/],
    [{ initializerRange: Infinity }, /initializerRange Infinity/],
    [{ seed: -1 }, /seed -1/],
    [{ ...SMALL, ...{ hiddensize: 512 } }, /hiddensize 512: there is no such option/],
    [{ seed: 2 ** 53 }, /seed/],
  ];
  for (const [options, message] of wrong) {
    assert.throws(() => bert(options), { code: "model/config", message });
  }
});

Deno.test("toBytes() refuses more than the file format holds", () => {
  const huge = bert({ vocabSize: 1_000_000, layers: 1 });
  assert.throws(() => huge.toBytes(), { code: "onnx/too-large" });
});
