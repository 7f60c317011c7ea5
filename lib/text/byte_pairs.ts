/** Byte-pair encoding: the bytes of a text become tokens, which are joined pair by pair. */

import type { IdList } from "./id_list.ts";
import { MergeTable } from "./merge_table.ts";
import type { Span } from "./span.ts";
import { TokenChain } from "./token_chain.ts";
import { BYTES_PER_UNIT, writeUtf8 } from "./utf8.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { WordReader } from "./words.ts";

/**
 * How many bytes before a place the tokens may depend on the bytes after it, at most; every token
 * that ends earlier is certain.
 *
 * Take two texts that are equal up to some place, and let the merges be done in both at once, in the
 * order of their ids. What is equal then ends in front of a place that moves to the left only if a
 * token there is joined, in one text, with the token behind the place. That happens once for an id at
 * most, by the length of its left part; and its right part begins with the left part of the move
 * before, for a token there only grows. The longest such series of merges in GPT-2's vocabulary is
 * this long: see the test "INFLUENCE is the reach of the merges to the left".
 */
export const INFLUENCE = 339;

/**
 * Bytes that are joined at a time. A long word is encoded in stretches of this many, each of which
 * starts where the certain tokens of the one before end: memory that is near stays near.
 */
const STRETCH = 4096;

/** Encodes texts without special tokens. */
export class BytePairs {
  readonly #vocabulary: Vocabulary;
  readonly #chain: TokenChain;
  readonly #words = new WordReader();
  readonly #longestToken: number;
  readonly #buffer = new Uint8Array(STRETCH);

  /** Learns from a vocabulary whose ids are the order of the merges that made its tokens. */
  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    const { size, bytes, starts } = vocabulary;
    const merges = new MergeTable();
    this.#chain = new TokenChain(merges, vocabulary, STRETCH);
    const { tokens } = this.#chain;
    let longest = 1;
    // The merges so far leave two parts of the next token. A token may have other parts too, but no
    // text has them side by side: an earlier merge would have taken one of their bytes.
    for (let id = vocabulary.idOfByte.length; id < size; id++) {
      const [start, end] = [starts[id]!, starts[id + 1]!];
      this.#chain.join({ bytes, start, end });
      merges.set([tokens[0]!, tokens[1]!], id);
      longest = Math.max(longest, end - start);
    }
    this.#longestToken = longest;
  }

  /**
   * Adds the ids of a text to a list, as many as it has room for. A lone surrogate counts as U+FFFD.
   *
   * Of a text that is longer than the list, only as much is read as the ids may depend on.
   */
  encode(text: string, ids: IdList): void {
    // The last characters may be half of one, or blanks that would be cut otherwise.
    const enough = ids.room * this.#longestToken + INFLUENCE + 8;
    this.#words.open(this.#bytesOf(text.slice(0, enough)));
    while (ids.room > 0 && this.#words.next()) this.#encodeWord(this.#words, ids);
  }

  #bytesOf(text: string): Uint8Array {
    const most = BYTES_PER_UNIT * text.length;
    const buffer = most <= this.#buffer.length ? this.#buffer : new Uint8Array(most);
    return buffer.subarray(0, writeUtf8(text, buffer));
  }

  #encodeWord(word: Span, ids: IdList): void {
    if (word.end - word.start <= STRETCH) {
      this.#chain.join(word);
      this.#take(word.end - word.start, ids);
      return;
    }
    const { bytes, end } = word;
    for (let start = word.start; start < end && ids.room > 0;) {
      const stretchEnd = Math.min(end, start + STRETCH);
      this.#chain.join({ bytes, start, end: stretchEnd });
      start += this.#take(stretchEnd === end ? STRETCH : STRETCH - INFLUENCE, ids);
    }
  }

  /** Adds the tokens of the chain that end within `length` bytes, and returns where the last ends. */
  #take(length: number, ids: IdList): number {
    const { starts } = this.#vocabulary;
    const { tokens, count } = this.#chain;
    let end = 0;
    for (let index = 0; index < count; index++) {
      const token = tokens[index]!;
      const tokenEnd = end + starts[token + 1]! - starts[token]!;
      if (tokenEnd > length) break;
      ids.push(token);
      end = tokenEnd;
    }
    return end;
  }
}
