import assert from "node:assert/strict";
import fc from "fast-check";
import { elementCount, Tensor } from "../../lib/base/tensor.ts";
import { type Nucleus, nucleus, type NucleusOptions } from "../../lib/onnx/nucleus.ts";
import { FOREIGN_CASES, type ForeignCase, SIZE } from "./foreign_models.ts";
import { int64, largestDifference, TEST_DEVICE } from "./small_models.ts";

const load = (each: ForeignCase): Promise<Nucleus> => {
  const options: NucleusOptions = { device: TEST_DEVICE, outputSize: SIZE, threads: 1 };
  return nucleus(each.bytes(), { ...options, ...each.options });
};

/** A request: rows of one length, and perhaps a mask. */
interface Request {
  readonly rows: number;
  readonly length: number;
  readonly seed: number;
  readonly isMasked: boolean;
}

const requests = (lengths: readonly number[]) =>
  fc.array(
    fc.record({
      rows: fc.integer({ min: 1, max: 3 }),
      length: fc.constantFrom(...lengths),
      seed: fc.nat(1000),
      isMasked: fc.boolean(),
    }),
    { minLength: 2, maxLength: 6 },
  );

/** What a request asks of a model. */
function questionOf({ item, name }: ForeignCase, request: Request): {
  readonly inputs: Tensor;
  readonly attentionMask: Tensor | undefined;
} {
  const { rows, length, seed, isMasked } = request;
  const dims = [rows, ...(item?.(length) ?? [length])];
  const at = (index: number) => (index * 7919 + seed * 104_729) % 1009;
  const count = elementCount(dims);
  const inputs = item
    ? new Tensor(
      "float32",
      Float32Array.from({ length: count }, (_, i) => at(i) / 1009 - 0.5),
      dims,
    )
    : new Tensor(
      "int64",
      BigInt64Array.from({ length: count }, (_, i) => BigInt(at(i) % 40)),
      dims,
    );
  if (!isMasked || !/with a mask/.test(name) || dims[1]! < 2) {
    return { inputs, attentionMask: undefined };
  }
  const mask = Array.from(
    { length: rows * dims[1]! },
    (_, index) => index % dims[1]! === 1 ? 0n : 1n,
  );
  return { inputs, attentionMask: new Tensor("int64", BigInt64Array.from(mask), dims.slice(0, 2)) };
}

Deno.test("forward() pads to a fixed length only where that was proven to be harmless", async () => {
  const found = (part: string) => FOREIGN_CASES.find(({ name }) => name.includes(part))!;
  for (const part of ["16 tokens, and a convolution", "16 tokens and their mean, without a mask"]) {
    await using served = await load(found(part));
    await assert.rejects(served.forward(int64([[1, 2, 3]])), {
      code: "nucleus/shape",
      message: /a sequence must have 16 tokens: nothing proves that padding is harmless/,
    });
    assert.deepEqual((await served.forward(int64([new Array(16).fill(1)]))).dims, [1, 16, SIZE]);
    await assert.rejects(served.forward(int64([new Array(17).fill(1)])), {
      code: "nucleus/too-long",
    });
  }
});

for (const each of FOREIGN_CASES) {
  if (each.refused) {
    Deno.test(`nucleus() refuses a model: ${each.name}`, async () => {
      await assert.rejects(load(each), { code: "model/signature", message: each.refused! });
    });
    continue;
  }
  Deno.test(`forward() answers each caller as alone: ${each.name}`, async () => {
    await using served = await load(each);
    assert.equal(served.merging, each.merging);
    const lengths = each.lengths ?? [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const run = async (asked: readonly Request[]) => {
      const questions = asked.map((request) => questionOf(each, request));
      const ask = ({ inputs, attentionMask }: typeof questions[number]) =>
        served.forward(inputs, { attentionMask });
      const together = await Promise.all(questions.map(ask));
      for (const [index, question] of questions.entries()) {
        const answer = together[index]!;
        const alone = await ask(question);
        assert.deepEqual(answer.dims, alone.dims);
        assert(largestDifference(answer.data, [...alone.data]) < 1e-5);
        const { inputs, attentionMask } = question;
        if (!each.expected || attentionMask) continue;
        const { rows, length } = asked[index]!;
        const ids = Array.from(inputs.data as BigInt64Array, Number);
        const expected = Array.from(
          { length: rows },
          (_, row) => each.expected!(ids.slice(row * length, (row + 1) * length)),
        );
        assert.deepEqual(answer.dims, [rows, length, SIZE]);
        const tolerance = /of type 10,/.test(each.name) ? 1e-2 : 1e-4;
        assert(largestDifference(answer.data, expected.flat(2)) < tolerance);
      }
    };
    await fc.assert(fc.asyncProperty(requests(lengths), run), { numRuns: 8 });
  });
}
