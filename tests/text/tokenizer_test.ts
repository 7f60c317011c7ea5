import assert from "node:assert/strict";
import fc from "fast-check";
import type { Tensor } from "../../lib/base/tensor.ts";
import { SPECIAL_TOKEN_IDS, tokenizer } from "../../lib/text/tokenizer.ts";
import vectors from "../vectors/tokenizer.json" with { type: "json" };

const { encode, encodeBatch, decode } = tokenizer();
const numbers = (tensor: Tensor) => Array.from(tensor.data as BigInt64Array, Number);

Deno.test("encode() gives the ids of the reference", async (t) => {
  for (const { text, ids } of vectors.encode) {
    await t.step(JSON.stringify(text), () => {
      const tensor = encode(text);
      assert.equal(tensor.type, "int64");
      assert.deepEqual(tensor.dims, [1, ids.length]);
      assert.deepEqual(numbers(tensor), ids);
    });
  }
});

Deno.test("encodeBatch() pads on the left as the reference does", () => {
  for (const { texts, input_ids } of vectors.batch) {
    const tensor = encodeBatch(texts);
    assert.deepEqual(tensor.dims, [input_ids.length, input_ids[0]!.length]);
    assert.deepEqual(numbers(tensor), input_ids.flat());
  }
});

Deno.test("encodeBatch() cuts a row that is longer than the limit", () => {
  const expected = vectors.long_batch;
  const long = "the ".repeat(1500);
  const batch = encodeBatch([long, "the cat"]);
  assert.deepEqual(batch.dims, [2, vectors.model_max_length]);
  const [first, second] = [numbers(batch).slice(0, 1024), numbers(batch).slice(1024)];
  assert.deepEqual(first.slice(0, 5), expected.row0_first5);
  assert.deepEqual(first.slice(-3), expected.row0_last3);
  assert.deepEqual(second.slice(0, 3), expected.row1_first3);
  assert.deepEqual(second.slice(-3), expected.row1_last3);
  assert.deepEqual(encode(long).dims, [1, expected.untruncated_length]);
});

Deno.test("encodeBatch() of no texts is empty", () => {
  assert.deepEqual(encodeBatch([]).dims, [0, 0]);
});

Deno.test("tokenizer() has the special tokens of the reference", () => {
  const { specialTokenIds, vocabSize, maxLength } = tokenizer();
  assert.deepEqual({ ...specialTokenIds }, { "<|endoftext|>": 50256, ...vectors.added });
  assert.equal(vocabSize, vectors.length);
  assert.equal(maxLength, vectors.model_max_length);
});

Deno.test("encode() takes [UNK], which has no id, as ordinary text", () => {
  assert.equal(decode(encode(vectors.unk_literal.text)), vectors.unk_literal.text);
});

Deno.test("encode() swallows Python's white space around special tokens", () => {
  assert.deepEqual(numbers(encode("a\x1c\x85\u2003\n[SEP]\x1f\u00a0b")), [64, 50259, 65]);
  assert.deepEqual(numbers(encode("[SEP]\n\x85[SEP]")), [50259, 50259]);
  assert.deepEqual(encode("\x1c\x85\u3000").dims, [1, 0]);
  assert.notDeepEqual(numbers(encode("[SEP]\ufeff")), [50259]);
});

Deno.test("encode() takes a lone surrogate as U+FFFD", () => {
  assert.equal(decode(encode("a\ud800b")), "a\ufffdb");
  assert.deepEqual(numbers(encode("\udfff x")), numbers(encode("\ufffd x")));
});

Deno.test("decode() gives back any text that has no special token", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (end) => {
      const text = `a${end}`;
      fc.pre(!Object.keys(SPECIAL_TOKEN_IDS).some((token) => text.includes(token)));
      assert.equal(decode(encode(text)), text);
    }),
  );
});

Deno.test("encode() stays inside the vocabulary for any text", () => {
  const piece = fc.oneof(
    fc.constantFrom(...Object.keys(SPECIAL_TOKEN_IDS), "[UNK]", " ", "\n"),
    fc.string({ unit: "binary", maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      for (const id of numbers(encode(pieces.join("")))) assert(id >= 0 && id < 50_263);
    }),
  );
});

Deno.test("decode() writes special tokens out", () => {
  assert.equal(decode([50257, 31373, 50258]), "[BOS]hello[EOS]");
  assert.equal(decode(encode("[CLS] hello")), "[CLS]hello");
  assert.equal(decode([50256n]), "<|endoftext|>");
  assert.equal(decode([]), "");
  assert.equal(decode([171, 119, 123, 64]), "\ufeffa");
});

Deno.test("decode() writes bytes that are no UTF-8 as U+FFFD", () => {
  assert.equal(decode([8582]), "\ufffd");
  assert.equal(decode([8582, 50260, 64]), "\ufffd[PAD]a");
  assert.equal(decode(encode("a")), "a");
});

Deno.test("decode() rejects ids outside the vocabulary", () => {
  for (const id of [-1, 50_263, 1.5, NaN, 2n ** 62n]) {
    assert.throws(() => decode([id]), { code: "text/unknown-id" });
  }
});
