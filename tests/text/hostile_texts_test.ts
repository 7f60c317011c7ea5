import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { encode as encodeOrdinary } from "gpt-tokenizer/encoding/r50k_base";
import type { Tensor } from "../../lib/base/tensor.ts";
import { SPECIAL_TOKEN_IDS, tokenizer } from "../../lib/text/tokenizer.ts";
import vectors from "../vectors/tokenizer_hostile.json" with { type: "json" };
import { HOSTILE_TEXTS } from "./hostile_texts.ts";

const { encode, encodeBatch, decode, maxLength } = tokenizer();
const numbers = (tensor: Tensor) => Array.from(tensor.data as BigInt64Array, Number);
const idsOf = (text: string) => numbers(encode(text));

const specialIds = new Map<string, number>(Object.entries(SPECIAL_TOKEN_IDS));
const blank = String.raw`[\t-\r\x1c-\x20\x85\p{Z}]*`;
const special = String.raw`<\|endoftext\|>|\[BOS\]|\[EOS\]|\[SEP\]|\[PAD\]|\[CLS\]|\[MASK\]`;

/** The ids of a short text, as the package has them and regular expressions cut it. */
function referenceIds(text: string): number[] {
  if (new RegExp(`^${blank}$`, "u").test(text)) return [];
  const parts = text.toWellFormed().split(new RegExp(`${blank}(${special})${blank}`, "u"));
  return parts.flatMap((part) => specialIds.get(part) ?? encodeOrdinary(part));
}

function assertIsReference(text: string): void {
  assert.deepEqual(idsOf(text), referenceIds(text), JSON.stringify(text));
}

const kinds = Object.entries(HOSTILE_TEXTS);

for (const [kind, make] of kinds) {
  Deno.test(`encode() gives the ids of the reference for a text of ${kind}`, () => {
    // On both sides of where words are long, and where they have several stretches.
    for (const length of [0, 1, 2, 3, 47, 48, 49, 50, 97, 400, 4500, 9000]) {
      assertIsReference(make(length));
    }
  });

  Deno.test(`encodeBatch() has the first ids of encode() for a text of ${kind}`, () => {
    const text = make(200_000);
    const ids = idsOf(text);
    assert.deepEqual(numbers(encodeBatch([text])), ids.slice(0, maxLength));
    if (!text.includes("[PAD]") && ids.length > 0) assert.equal(decode(ids), text.toWellFormed());
  });
}

Deno.test("encode() gives the ids of tiktoken for 100 kB of every kind", async (t) => {
  for (const { kind, count, sha256 } of vectors.texts) {
    await t.step(kind, () => {
      const { data } = encode(HOSTILE_TEXTS[kind]!(vectors.bytes));
      const ids = Uint32Array.from(data as BigInt64Array, Number);
      assert.equal(ids.length, count);
      assert.equal(createHash("sha256").update(ids).digest("hex"), sha256);
    });
  }
});

Deno.test("encode() gives the ids of the reference for any mixture of scripts", () => {
  const character = fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code));
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.string({ unit: "grapheme", maxLength: 12 }),
    fc.string({ unit: "binary-ascii", maxLength: 12 }),
    fc.constantFrom(" ", "  ", "\n", "\xa0", "\x85", "\x1c", "\ufeff", "'s", "'ll", "'", "\ud83d"),
    fc.constantFrom(...Object.keys(SPECIAL_TOKEN_IDS), "\ude42", "[UNK]"),
    fc.tuple(character, fc.nat(40)).map(([unit, count]) => unit.repeat(count)),
    fc.tuple(fc.constantFrom(...kinds), fc.nat(60)).map(([[, make], length]) => make(length)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => assertIsReference(pieces.join(""))),
    { numRuns: 500 },
  );
});

Deno.test("encode() gives the ids of the reference for any long word", () => {
  const alphabet = fc.oneof(
    fc.constantFrom("a", "ab", "0123456789", "etaoin", "ÃÂ", "-=", "中文", "🙂🙃"),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }),
  );
  const word = alphabet.chain((letters) =>
    fc.array(fc.constantFrom(...letters), { maxLength: 600, size: "max" })
  );
  fc.assert(fc.property(word, (letters) => assertIsReference(letters.join(""))));
});

Deno.test("encodeBatch() has the first ids of encode() for any text", () => {
  const piece = fc.oneof(
    fc.constantFrom(...Object.keys(SPECIAL_TOKEN_IDS), " ", "\n"),
    fc.tuple(fc.constantFrom(...kinds), fc.nat(20_000)).map(([[, make], length]) => make(length)),
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
      const text = pieces.join("");
      assert.deepEqual(numbers(encodeBatch([text])), idsOf(text).slice(0, maxLength));
    }),
    { numRuns: 50 },
  );
});

// Regular expressions and arguments of a call overflow the stack.
Deno.test("encode() takes long words of several bytes a character", () => {
  assert.deepEqual(encode("中".repeat(1_000_000)).dims, [1, 1_000_000]);
  assert.deepEqual(encode("🙂".repeat(1_000_000)).dims, [1, 2_000_000]);
});

// What is quadratic would take hours.
Deno.test("encode() takes ten megabytes of one word", () => {
  assert.deepEqual(encode("a".repeat(10_000_000)).dims, [1, 2_500_000]);
});

Deno.test("decode() takes a million ids", () => {
  assert.equal(decode(new Array(1_000_000).fill(50_260)), "[PAD]".repeat(1_000_000));
});
