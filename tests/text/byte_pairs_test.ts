import assert from "node:assert/strict";
import tokens from "gpt-tokenizer/bpeRanks/r50k_base";
import { BytePairs, INFLUENCE } from "../../lib/text/byte_pairs.ts";
import { IdList } from "../../lib/text/id_list.ts";
import { packVocabulary } from "../../lib/text/vocabulary.ts";

const vocabulary = packVocabulary(tokens as readonly (string | readonly number[])[]);
const { size, bytes, starts } = vocabulary;

/** A token with a character for each of its bytes. */
const textOf = (id: number) => String.fromCharCode(...bytes.subarray(starts[id], starts[id + 1]));

Deno.test("BytePairs.encode() gives every token that is a text its own id", () => {
  const pairs = new BytePairs(vocabulary);
  (tokens as readonly (string | readonly number[])[]).forEach((token, id) => {
    if (typeof token !== "string") return;
    const ids = new IdList(Infinity);
    pairs.encode(token, ids);
    assert.deepEqual([...ids.view()], [id]);
  });
});

Deno.test("INFLUENCE is the reach of the merges to the left", () => {
  const ids = new Map(Array.from({ length: size }, (_, id) => [textOf(id), id]));
  /** By the left part of a merge: the longest way that a series of merges goes that ends with it. */
  const ways = new Map<string, number>();
  let longest = 0;
  for (let id = 256; id < size; id++) {
    const [left, right] = partsOf(textOf(id), { id, ids });
    let way = 0;
    for (let end = 1; end <= right.length; end++) {
      way = Math.max(way, ways.get(right.slice(0, end)) ?? 0);
    }
    way += left.length;
    ways.set(left, Math.max(way, ways.get(left) ?? 0));
    longest = Math.max(longest, way);
  }
  assert.equal(INFLUENCE, longest);
});

/** The two tokens that a token was made of: what the merges before it make of its bytes. */
function partsOf(
  text: string,
  { id, ids }: { id: number; ids: ReadonlyMap<string, number> },
): [string, string] {
  const parts = [...text];
  while (parts.length > 2) {
    const joined = parts.slice(1).map((part, index) => ids.get(parts[index]! + part) ?? id);
    const least = Math.min(...joined);
    assert(least < id);
    const at = joined.indexOf(least);
    parts.splice(at, 2, parts[at]! + parts[at + 1]!);
  }
  return parts as [string, string];
}
