import assert from "node:assert/strict";
import fc from "fast-check";
import { Tensor } from "../../lib/base/tensor.ts";
import { batchPlace, mergeInputs, splitOutput } from "../../lib/onnx/merge_inputs.ts";
import type { Signature } from "../../lib/onnx/signature/signature.ts";
import { int64 } from "./small_models.ts";

const IDS = { name: "input_ids", type: "int64", shape: ["batch", "sequence"] } as const;
const OUTPUT = { name: "output", type: "float32", shape: ["batch", "sequence", 2] } as const;
const TEXT: Signature = {
  takes: "tokens",
  input: IDS,
  attentionMask: { ...IDS, name: "attention_mask" },
  output: OUTPUT,
  singleItems: false,
};
const IMAGES: Signature = {
  takes: "floats",
  input: { name: "pixel_values", type: "float32", shape: ["batch", 1, 28, 28] },
  output: { ...OUTPUT, shape: ["batch", 2] },
  singleItems: true,
};

const ids = (rows: number, length: number) =>
  int64(Array.from({ length: rows }, () => new Array(length).fill(1)));

const floats = (...dims: readonly number[]) =>
  new Tensor("float32", new Float32Array(dims.reduce((a, b) => a * b)), dims);

Deno.test("batchPlace() puts lengths that are near each other into one bucket", () => {
  const classes = Map.groupBy(
    Array.from({ length: 512 }, (_, index) => index + 1),
    (length) => batchPlace(TEXT, { inputs: ids(1, length) }).bucket,
  );
  for (const lengths of classes.values()) {
    const [shortest, longest] = [Math.min(...lengths), Math.max(...lengths)];
    assert.equal(lengths.length, longest - shortest + 1); // neighbours
    assert(longest <= 8 || longest / shortest < 1.5, `${shortest} to ${longest}`);
  }
  assert(classes.size < 15);
});

Deno.test("batchPlace() merges lengths only where a mask tells the padding", () => {
  const bucket = (signature: Signature, length: number) =>
    batchPlace(signature, { inputs: ids(1, length) }).bucket;
  assert.equal(bucket(TEXT, 3), bucket(TEXT, 5));
  assert.notEqual(bucket({ ...TEXT, attentionMask: undefined }, 3), bucket(TEXT, 5));
  const fixed = { ...TEXT, input: { ...IDS, shape: [1, "sequence"] } };
  assert.equal(bucket(fixed, 3), undefined); // runs alone
});

Deno.test("batchPlace() counts the numbers of images", () => {
  const place = (...dims: readonly number[]) => batchPlace(IMAGES, { inputs: floats(...dims) });
  assert.deepEqual(place(3, 1, 28, 28), { bucket: "1,28,28", rows: 3, length: 4 });
  assert.deepEqual(place(2, 5, 1, 28, 28), { bucket: "5,1,28,28", rows: 2, length: 16 });
  assert.equal(place(1, 1).length, 1);
});

Deno.test("splitOutput() undoes what mergeInputs() did", () => {
  const question = fc.record({
    rows: fc.integer({ min: 1, max: 3 }),
    length: fc.integer({ min: 1, max: 9 }),
    isMasked: fc.boolean(),
    first: fc.nat(1000),
  });
  fc.assert(
    fc.property(fc.array(question, { minLength: 1, maxLength: 6 }), (parts) => {
      const questions = parts.map(({ rows, length, isMasked, first }) => ({
        inputs: int64(Array.from(
          { length: rows },
          (_, row) => Array.from({ length }, (_, index) => first + row * length + index),
        )),
        attentionMask: isMasked ? ids(rows, length) : undefined,
      }));
      const merged = mergeInputs(TEXT, questions);
      const { data, dims: [rows = 0, longest = 0] } = merged.inputs;
      assert.equal(rows, parts.reduce((sum, part) => sum + part.rows, 0));
      assert.equal(longest, Math.max(...parts.map(({ length }) => length)));
      // As many tokens count as were asked about; the rest is padding.
      if (questions.length > 1) {
        const kept = [...merged.attentionMask!.data as BigInt64Array].filter((value) =>
          value === 1n
        );
        assert.equal(kept.length, parts.reduce((sum, part) => sum + part.rows * part.length, 0));
      }
      // A model that says each id twice.
      const doubled = Float32Array.from(
        { length: 2 * data.length },
        (_, i) => Number(data[i >> 1]),
      );
      const output = new Tensor("float32", doubled, [rows, longest, 2]);
      for (const [index, answer] of splitOutput(TEXT, output, questions).entries()) {
        const { inputs } = questions[index]!;
        assert.deepEqual(answer.dims, [...inputs.dims, 2]);
        const said = [...inputs.data as BigInt64Array].flatMap((id) => [Number(id), Number(id)]);
        assert.deepEqual([...answer.data], said);
      }
    }),
  );
});
