import assert from "node:assert/strict";
import fc from "fast-check";
import { Tensor } from "../../lib/base/tensor.ts";
import { batchPlace, mergeInputs, splitOutput } from "../../lib/onnx/merge_inputs.ts";
import { mergingOf, type ProvenSignature } from "../../lib/onnx/signature/proven.ts";
import { int64 } from "./small_models.ts";

const IDS = { name: "input_ids", type: "int64", shape: ["batch", "sequence"] } as const;
const OUTPUT = { name: "output", type: "float32", shape: ["batch", "sequence", 2] } as const;
const TEXT: ProvenSignature = {
  takes: "tokens",
  input: IDS,
  companions: [{
    info: { ...IDS, name: "attention_mask" },
    role: "attention-mask",
    axes: ["rows", "tokens"],
  }],
  output: OUTPUT,
  singleItems: false,
  frame: {},
  layout: { order: [0, 1, 2], sequence: "tokens", size: 2 },
  independentRows: true,
  harmlessPadding: true,
};
const IMAGES: ProvenSignature = {
  ...TEXT,
  takes: "floats",
  companions: [],
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

Deno.test("batchPlace() merges only what was proven to be the same alone", () => {
  const bucket = (signature: ProvenSignature, length: number) =>
    batchPlace(signature, { inputs: ids(1, length) }).bucket;
  assert.equal(bucket(TEXT, 3), bucket(TEXT, 5));
  const leaking = { ...TEXT, harmlessPadding: false };
  assert.notEqual(bucket(leaking, 3), bucket(leaking, 5));
  assert.equal(bucket(leaking, 3), bucket(leaking, 3));
  assert.equal(bucket({ ...TEXT, independentRows: false }, 3), undefined); // runs alone
  assert.equal(bucket({ ...TEXT, frame: { rows: 1 } }, 3), undefined);
  const fixed = { ...TEXT, frame: { tokens: 9 } };
  assert.equal(bucket(fixed, 3), bucket(fixed, 9));
  assert.equal(mergingOf({ ...IMAGES, harmlessPadding: false }), "equal length");
});

Deno.test("batchPlace() counts the numbers of images", () => {
  const place = (...dims: readonly number[]) => batchPlace(IMAGES, { inputs: floats(...dims) });
  assert.deepEqual(place(3, 1, 28, 28), { bucket: "1,28,28", rows: 3, length: 4 });
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
      const tokens = parts.reduce((sum, part) => sum + part.rows * part.length, 0);
      const mask = merged.attentionMask?.data as BigInt64Array | undefined;
      const kept = mask?.filter((value) => value === 1n).length ?? rows * longest;
      assert.equal(kept, tokens);
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
