/** The bytes of every token of a vocabulary, side by side in one array. */

import { BYTES_PER_UNIT, writeUtf8 } from "./utf8.ts";

/** Tokens by their id. */
export interface Vocabulary {
  /** How many tokens there are; their ids run from 0. */
  readonly size: number;
  /** Bytes of all tokens, in the order of their ids. */
  readonly bytes: Uint8Array;
  /** Where in `bytes` each token starts; one more than `size`, so that the last one ends too. */
  readonly starts: Uint32Array;
  /** Id of the token that is a single byte, by that byte. */
  readonly idOfByte: Uint8Array;
}

/** Packs tokens, given as text or, where they are not UTF-8, as bytes. The first 256 are the bytes. */
export function packVocabulary(tokens: readonly (string | readonly number[])[]): Vocabulary {
  const bytes = new Uint8Array(
    tokens.reduce((sum, { length }) => sum + length * BYTES_PER_UNIT, 0),
  );
  const starts = new Uint32Array(tokens.length + 1);
  let end = 0;
  tokens.forEach((token, id) => {
    if (typeof token === "string") {
      end += writeUtf8(token, bytes.subarray(end));
    } else {
      bytes.set(token, end);
      end += token.length;
    }
    starts[id + 1] = end;
  });
  const idOfByte = new Uint8Array(256);
  for (let id = 0; id < 256; id++) idOfByte[bytes[id]!] = id;
  return { size: tokens.length, bytes: bytes.slice(0, end), starts, idOfByte };
}
