/** GPT-2 byte-pair encoding with the special tokens that the network of 2021 agreed on. */

import tokens from "gpt-tokenizer/bpeRanks/r50k_base";
import { BittensorError } from "../base/errors.ts";
import { type IdTensor, Tensor } from "../base/tensor.ts";
import { BytePairs } from "./byte_pairs.ts";
import { IdList } from "./id_list.ts";
import { cutAtSpecialTokens, SPECIAL_TOKEN_IDS } from "./special_tokens.ts";
import { packVocabulary } from "./vocabulary.ts";

export { SPECIAL_TOKEN_IDS };

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
   *
   * It takes time in proportion to the text, whatever that consists of: some 50 ms for a megabyte.
   */
  encode(text: string): IdTensor;

  /**
   * Token ids of several texts: int64 `[texts, sequence]`. Rows are cut to `maxLength`, then padded
   * on the left with `[PAD]` to the longest. What is cut off is not encoded.
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
    encodeBatch: (texts) => leftPadded(texts.map((text) => encodeIds(text, MAX_LENGTH))),
    decode: decodeIds,
  };
}

const VOCABULARY_SIZE = 50_263;
const MAX_LENGTH = 1024;

const SPECIAL_BYTES = new Map<number, Uint8Array>(
  Object.entries(SPECIAL_TOKEN_IDS).map(([text, id]) => [id, new TextEncoder().encode(text)]),
);

// Made when first needed: the merges take some 40 ms, and most programs encode nothing.
const vocabulary = once(() => packVocabulary(tokens as readonly (string | readonly number[])[]));
const bytePairs = once(() => new BytePairs(vocabulary()));

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => made ??= make();
}

/** The first ids of a text. What is beyond the limit is not encoded, however long it is. */
function encodeIds(text: string, limit = Infinity): Int32Array {
  const ids = new IdList(limit);
  for (const part of cutAtSpecialTokens(text)) {
    if (ids.room === 0) break;
    if (typeof part === "number") ids.push(part);
    else bytePairs().encode(part, ids);
  }
  return ids.view();
}

function decodeIds(ids: Iterable<number | bigint> | IdTensor): string {
  const list = Array.from(Symbol.iterator in ids ? ids : ids.data, Number);
  const bytes = new Uint8Array(list.reduce((sum, id) => sum + bytesOf(id).length, 0));
  let end = 0;
  for (const id of list) {
    const token = bytesOf(id);
    bytes.set(token, end);
    end += token.length;
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

function bytesOf(id: number): Uint8Array {
  const { size, bytes, starts } = vocabulary();
  if (Number.isInteger(id) && id >= 0 && id < size) {
    return bytes.subarray(starts[id], starts[id + 1]);
  }
  const special = SPECIAL_BYTES.get(id);
  if (special !== undefined) return special;
  throw new BittensorError(
    "text/unknown-id",
    `Cannot decode token id ${id}: the vocabulary has the ids 0 to ${VOCABULARY_SIZE - 1}`,
  );
}

function leftPadded(rows: readonly Int32Array[]): IdTensor {
  const width = rows.reduce((longest, row) => Math.max(longest, row.length), 0);
  const data = new BigInt64Array(rows.length * width).fill(BigInt(SPECIAL_TOKEN_IDS["[PAD]"]));
  rows.forEach((row, index) => {
    const start = (index + 1) * width - row.length;
    for (let at = 0; at < row.length; at++) data[start + at] = BigInt(row[at]!);
  });
  return new Tensor("int64", data, [rows.length, width]);
}
