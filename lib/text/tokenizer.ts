/** GPT-2 byte-pair encoding with the special tokens that the network of 2021 agreed on. */

import bytePairs from "gpt-tokenizer/bpeRanks/r50k_base";
import { encode as encodeBytePairs } from "gpt-tokenizer/encoding/r50k_base";
import { BittensorError } from "../base/errors.ts";
import { type IdTensor, Tensor } from "../base/tensor.ts";

/**
 * Id of each special token. The seed era's `[UNK]` has none: byte-pair encoding knows no unknown
 * text, so `[UNK]` is ordinary text here (there, it made the call fail).
 */
export const SPECIAL_TOKEN_IDS = {
  "<|endoftext|>": 50256,
  "[BOS]": 50257,
  "[EOS]": 50258,
  "[SEP]": 50259,
  "[PAD]": 50260,
  "[CLS]": 50261,
  "[MASK]": 50262,
} as const;

/** Text to token ids and back. Holds no state: one tokenizer serves everything. */
export interface Tokenizer {
  /** Id of each special token. */
  readonly specialTokenIds: typeof SPECIAL_TOKEN_IDS;
  /** Ids run from 0 to `vocabSize - 1`. */
  readonly vocabSize: number;
  /** Most tokens in a row of a batch; what is beyond is cut off at the end. */
  readonly maxLength: number;

  /**
   * Token ids of one text: int64 `[1, sequence]`, neither padded nor truncated.
   *
   * A special token written out in the text becomes its id and swallows the white space around it.
   * Blank text has no tokens, `[1, 0]`. A lone surrogate counts as U+FFFD. The ids are those of
   * Python's GPT-2 tokenizer, but for U+FEFF and U+0085 beside spaces or punctuation, which
   * JavaScript and Python class differently.
   */
  encode(text: string): IdTensor;

  /**
   * Token ids of several texts: int64 `[texts, sequence]`. Rows are cut to `maxLength`, then padded
   * on the left with `[PAD]` to the longest.
   */
  encodeBatch(texts: readonly string[]): IdTensor;

  /**
   * The text of token ids, in row-major order if they are a tensor. Special tokens are written out;
   * bytes that are not UTF-8 become U+FFFD.
   *
   * @throws {BittensorError} `text/unknown-id` If an id is outside the vocabulary.
   */
  decode(ids: Iterable<number | bigint> | IdTensor): string;
}

/**
 * Makes the tokenizer of the network.
 *
 * @example Encode a sentence
 * ```ts
 * import { tokenizer } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * const ids = tokenizer().encode("The quick brown fox jumped over the lazy dog");
 * assert.deepEqual(ids.dims, [1, 9]);
 * ```
 */
export function tokenizer(): Tokenizer {
  return {
    specialTokenIds: SPECIAL_TOKEN_IDS,
    vocabSize: VOCABULARY_SIZE,
    maxLength: MAX_LENGTH,
    encode: (text) => leftPadded([encodeIds(text)]),
    encodeBatch: (texts) => leftPadded(texts.map((text) => encodeIds(text).slice(0, MAX_LENGTH))),
    decode: decodeIds,
  };
}

const VOCABULARY_SIZE = 50_263;
const MAX_LENGTH = 1024;

const SPECIAL_TOKENS = new Map<string, number>(Object.entries(SPECIAL_TOKEN_IDS));
const SPECIAL_TEXTS = new Map<number, string>(
  Object.entries(SPECIAL_TOKEN_IDS).map(([text, id]) => [id, text]),
);

// White space as Python's str.strip() sees it, which the seed era used: unlike \s it has the
// separators U+001C to U+001F and U+0085, and not U+FEFF.
// deno-lint-ignore no-control-regex
const WHITE_SPACE = /[\t-\r\x1c-\x20\x85\p{Z}]/u;

// The group makes split() keep the tokens: they are the parts with odd indices.
const SPECIAL_TOKEN = /(<\|endoftext\|>|\[BOS\]|\[EOS\]|\[SEP\]|\[PAD\]|\[CLS\]|\[MASK\])/;

function encodeIds(text: string): number[] {
  if (trimStart(text) === "") return [];
  const parts = text.toWellFormed().split(SPECIAL_TOKEN);
  return parts.flatMap((part, index) => {
    const special = SPECIAL_TOKENS.get(part);
    if (special !== undefined) return special;
    const afterToken = index > 0 ? trimStart(part) : part;
    const trimmed = index < parts.length - 1 ? trimEnd(afterToken) : afterToken;
    return encodeBytePairs(trimmed);
  });
}

function trimStart(text: string): string {
  let start = 0;
  while (start < text.length && WHITE_SPACE.test(text.charAt(start))) start++;
  return text.slice(start);
}

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && WHITE_SPACE.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

// Our own, because the package's decode keeps the bytes of an unfinished character for its next call.
function decodeIds(ids: Iterable<number | bigint> | IdTensor): string {
  const bytes: number[] = [];
  for (const id of Symbol.iterator in ids ? ids : ids.data) bytes.push(...bytesOf(Number(id)));
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

function bytesOf(id: number): Iterable<number> {
  const token = bytePairs[id] ?? SPECIAL_TEXTS.get(id);
  if (token === undefined) {
    throw new BittensorError(
      "text/unknown-id",
      `Cannot decode token id ${id}: the vocabulary has the ids 0 to ${VOCABULARY_SIZE - 1}`,
    );
  }
  return typeof token === "string" ? new TextEncoder().encode(token) : token;
}

function leftPadded(rows: readonly (readonly number[])[]): IdTensor {
  const width = rows.reduce((longest, row) => Math.max(longest, row.length), 0);
  const data = new BigInt64Array(rows.length * width).fill(BigInt(SPECIAL_TOKEN_IDS["[PAD]"]));
  rows.forEach((row, index) => {
    data.set(row.map(BigInt), (index + 1) * width - row.length);
  });
  return new Tensor("int64", data, [rows.length, width]);
}
