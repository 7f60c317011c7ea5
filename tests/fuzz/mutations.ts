/** Valid bytes, damaged in the ways that find faults in readers. */

import fc from "fast-check";

/** What often breaks a reader: lengths and numbers far too large, and deep nesting. */
const TROUBLE: readonly Uint8Array[] = [
  "ffffffffffffffffff01", // the varint −1
  "ffffffff0f", // the varint 2³² − 1
  "ffffffffffffffffffffffffff", // a varint that does not end
  "8080808000", // 0, longer than needed
  "feffffff07", // the varint 2³¹ − 2
  "c6ffffffff", // MessagePack: 4 GiB of bytes
  "c5ffff",
  "dfffffffff", // MessagePack: a map of 2³² − 1
  "ddffffffff", // MessagePack: an array of 2³² − 1
  "ceffffffff",
  "cfffffffffffffffff",
  "98" + "ceffffffff".repeat(8), // MessagePack: the shape of 2²⁵⁶ elements
  "81".repeat(300),
  "9f".repeat(300),
  "4b".repeat(300), // groups in groups
  "4b4c",
  "4a00",
  "2a00".repeat(20), // tensors
  "1a080101010101010101", // a shape
  "1801".repeat(100),
  "0a8001" + "41".repeat(128),
  "12ffffffff0f",
  "0a042a021a00", // a number written as bytes, which hold a tensor
].map((hex) => Uint8Array.fromHex(hex));

/** One change of some bytes. */
type Mutation = (bytes: Uint8Array) => Uint8Array;

/** Numbers up to 1 stand for places in bytes whose length is not known yet. */
const place = fc.oneof(
  { arbitrary: fc.constant(0), weight: 1 },
  { arbitrary: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), weight: 7 },
);

function at(bytes: Uint8Array, where: number): number {
  return Math.floor(bytes.length * where);
}

function replace(bytes: Uint8Array, start: number, end: number, other: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length - (end - start) + other.length);
  result.set(bytes.subarray(0, start));
  result.set(other, start);
  result.set(bytes.subarray(end), start + other.length);
  return result;
}

/** Changes that one bytes may go through; `others` are what is spliced in. */
function mutation(others: readonly Uint8Array[]): fc.Arbitrary<Mutation> {
  const flip = fc.tuple(place, fc.nat(7)).map(([where, bit]): Mutation => (bytes) => {
    const changed = bytes.slice();
    const index = at(bytes, where);
    if (index < changed.length) changed[index] = (changed[index] ?? 0) ^ (1 << bit);
    return changed;
  });
  const set = fc.tuple(place, fc.nat(255)).map(([where, byte]): Mutation => (bytes) => {
    const changed = bytes.slice();
    changed.fill(byte, at(bytes, where), at(bytes, where) + 1);
    return changed;
  });
  const truncate = place.map((where): Mutation => (bytes) => bytes.slice(0, at(bytes, where)));
  const range = fc.tuple(place, place);
  const remove = range.map(([one, other]): Mutation => (bytes) => {
    const [start, end] = sorted(at(bytes, one), at(bytes, other));
    return replace(bytes, start, Math.min(end, start + 16), new Uint8Array());
  });
  const repeat = range.map(([one, other]): Mutation => (bytes) => {
    const [start, end] = sorted(at(bytes, one), at(bytes, other));
    return replace(bytes, end, end, bytes.slice(start, end));
  });
  const insert = fc.tuple(place, fc.constantFrom(...TROUBLE)).map(
    ([where, trouble]): Mutation => (bytes) =>
      replace(bytes, at(bytes, where), at(bytes, where), trouble),
  );
  const overwrite = fc.tuple(place, fc.constantFrom(...TROUBLE)).map(
    ([where, trouble]): Mutation => (bytes) => {
      const start = at(bytes, where);
      return replace(bytes, start, Math.min(bytes.length, start + trouble.length), trouble);
    },
  );
  const splice = fc.tuple(place, place, fc.constantFrom(...others)).map(
    ([where, from, other]): Mutation => (bytes) =>
      replace(bytes, at(bytes, where), bytes.length, other.subarray(at(other, from))),
  );
  const append = fc.constantFrom(...others, ...TROUBLE).map((other): Mutation => (bytes) =>
    replace(bytes, bytes.length, bytes.length, other)
  );
  return fc.oneof(flip, set, truncate, remove, repeat, insert, overwrite, splice, append);
}

function sorted(one: number, other: number): [number, number] {
  return one < other ? [one, other] : [other, one];
}

/** Longest input, in bytes: what is repeated again and again is cut off there. */
const MAX_BYTES = 8 * 1024;

/** Bytes of `valid` as they are or after a few changes, and now and then any bytes. */
export function damaged(valid: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const changes = fc.array(mutation(valid), { maxLength: 4 });
  const changed = fc.tuple(fc.constantFrom(...valid), changes).map(([bytes, changes]) =>
    changes.reduce((bytes, change) => change(bytes).subarray(0, MAX_BYTES), bytes)
  );
  return fc.oneof(
    { arbitrary: changed, weight: 9 },
    { arbitrary: fc.uint8Array({ maxLength: 200 }), weight: 1 },
  );
}
