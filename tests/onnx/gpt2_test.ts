import assert from "node:assert/strict";
import { gpt2, type Gpt2Options } from "../../lib/onnx/models/gpt2.ts";
import { nucleus } from "../../lib/onnx/nucleus.ts";
import { referenceGpt2 } from "./gpt2_reference.ts";
import { readWeights } from "./reference_layers.ts";
import { digest, int64, largestDifference, TEST_DEVICE, withUnevenBiases } from "./small_models.ts";

// A large range, so that attention and GELU work in their curved parts.
const SMALL = {
  nEmbd: 24,
  nLayer: 2,
  nHead: 3,
  nInner: 40,
  nPositions: 12,
  vocabSize: 50,
  initializerRange: 0.3,
  layerNormEpsilon: 1e-5,
} as const;

const OPTIONS = { device: TEST_DEVICE, outputSize: SMALL.nEmbd } as const;

Deno.test("gpt2() computes what GPT-2 computes", async () => {
  const { model, bytes } = withUnevenBiases(gpt2({ ...SMALL, seed: 5 }));
  const weights = readWeights(bytes);
  await using served = await nucleus(model, OPTIONS);
  const longest = Array.from({ length: 12 }, (_, position) => position * 4);
  for (const rows of [[[7]], [[1, 2, 3, 4], [49, 0, 49, 0]], [longest]]) {
    const output = await served.forward(int64(rows));
    const expected = rows.flatMap((ids) => referenceGpt2(weights, SMALL, ids));
    assert.deepEqual(output.dims, [rows.length, rows[0]!.length, SMALL.nEmbd]);
    assert(largestDifference(output.data, expected.flat()) < 1e-4);
  }
});

Deno.test("gpt2() ignores masked tokens", async () => {
  const { model, bytes } = withUnevenBiases(gpt2({ ...SMALL, seed: 6 }));
  const weights = readWeights(bytes);
  await using served = await nucleus(model, OPTIONS);
  // Each token sees at least one that counts: the first of a row is not masked.
  const rows = [[5, 6, 7, 8], [9, 10, 11, 12], [1, 2, 3, 4]];
  const masks = [[1, 0, 1, 0], [1, 1, 1, 1], [1, 1, 0, 0]];
  const { data } = await served.forward(int64(rows), { attentionMask: int64(masks) });
  const expected = rows.flatMap((ids, row) => referenceGpt2(weights, SMALL, ids, masks[row]!));
  assert(largestDifference(data, expected.flat()) < 1e-4);
  const unmasked = rows.flatMap((ids) => referenceGpt2(weights, SMALL, ids));
  assert(largestDifference(data, unmasked.flat()) > 1e-2);
});

Deno.test("gpt2() represents a token by what came before it", async () => {
  await using served = await nucleus(gpt2(SMALL), OPTIONS);
  const [short, long] = [
    await served.forward(int64([[1, 2, 3]])),
    await served.forward(int64([[1, 2, 3, 4, 5]])),
  ];
  assert(largestDifference(short.data, [...long.data.slice(0, 3 * SMALL.nEmbd)]) < 1e-4);
});

Deno.test("gpt2() stays finite for padding at the front, and for padding alone", async () => {
  await using served = await nucleus(gpt2(SMALL), OPTIONS);
  for (const mask of [[0, 0, 1], [0, 0, 0]]) {
    const attentionMask = int64([mask]);
    const { data } = await served.forward(int64([[5, 6, 7]]), { attentionMask });
    assert(data.every(Number.isFinite));
  }
});

Deno.test("gpt2() starts as its paper says", () => {
  const weights = readWeights(gpt2({ ...SMALL, nEmbd: 96, nInner: undefined }).toBytes());
  const deviation = (name: string) => {
    const values = weights(name);
    return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
  };
  for (const name of ["wte.weight", "h.0.attn.c_attn.weight", "h.1.mlp.c_fc.weight"]) {
    assert(Math.abs(deviation(name) / 0.3 - 1) < 0.05, name);
  }
  for (const name of ["h.0.attn.c_proj.weight", "h.1.mlp.c_proj.weight"]) {
    assert(Math.abs(deviation(name) / (0.3 / Math.sqrt(2 * SMALL.nLayer)) - 1) < 0.05, name);
  }
  assert.equal(weights("h.0.mlp.c_fc.weight").length, 96 * 4 * 96);
  assert(weights("h.0.attn.c_attn.bias").every((value) => value === 0));
  assert(weights("ln_f.weight").every((value) => value === 1));
});

Deno.test("gpt2().toBytes() gives the same bytes for the same configuration and seed", async () => {
  const bytes = gpt2({ ...SMALL, seed: 1 }).toBytes();
  assert.deepEqual(gpt2({ ...SMALL, seed: 1 }).toBytes(), bytes);
  assert.notDeepEqual(gpt2({ ...SMALL, seed: 2 }).toBytes(), bytes);
  // As when this test was written.
  assert.equal(
    await digest(bytes),
    "50414571c6119573221d0f214401e443277328f50118fedbb723cfea813a1eba",
  );
});

Deno.test("gpt2() describes itself", () => {
  const { name, vocabSize, maxSequenceLength, hiddenSize } = gpt2();
  assert.deepEqual({ name, vocabSize, maxSequenceLength, hiddenSize }, {
    name: "gpt2",
    vocabSize: 50_378,
    maxSequenceLength: 1024,
    hiddenSize: 768,
  });
});

Deno.test("gpt2() rejects configurations that make no model", () => {
  const wrong: [Gpt2Options, RegExp][] = [
    [{ nEmbd: 0 }, /GPT-2 model with nEmbd 0/],
    [{ nEmbd: NaN }, /nEmbd NaN/],
    [{ nInner: 1.5 }, /nInner 1\.5/],
    [{ nEmbd: 100, nHead: 3 }, /nHead 3: .*100/],
    [{ layerNormEpsilon: 0 }, /layerNormEpsilon 0/],
    [{ seed: -1 }, /seed -1/],
    [{ ...SMALL, ...{ hiddenSize: 512 } }, /hiddenSize 512: there is no such option/],
  ];
  for (const [options, message] of wrong) {
    assert.throws(() => gpt2(options), { code: "model/config", message });
  }
});
