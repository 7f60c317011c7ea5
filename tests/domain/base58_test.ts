import assert from "node:assert/strict";
import { base58Encode } from "@polkadot/util-crypto";
import fc from "fast-check";
import { decodeBase58, encodeBase58 } from "../../lib/domain/base58.ts";

Deno.test("encodeBase58() agrees with another implementation, and decodeBase58() reads it", () => {
  const bytes = fc.tuple(fc.integer({ min: 1, max: 255 }), fc.uint8Array({ maxLength: 80 }));
  fc.assert(
    fc.property(bytes, ([first, rest]) => {
      const all = Uint8Array.of(first, ...rest);
      const text = encodeBase58(all);
      assert.equal(text, base58Encode(all));
      assert.deepEqual(decodeBase58(text), all);
    }),
    { numRuns: 500 },
  );
});

Deno.test("decodeBase58() refuses what is no digit", () => {
  for (const text of ["0", "O", "I", "l", "5Grw aEF", "é"]) {
    assert.throws(() => decodeBase58(text), RangeError);
  }
});
