import assert from "node:assert/strict";
import { base58Encode } from "@polkadot/util-crypto";
import fc from "fast-check";
import { encodeBase58 } from "../../lib/domain/base58.ts";

Deno.test("encodeBase58() agrees with another implementation", () => {
  const bytes = fc.tuple(fc.integer({ min: 1, max: 255 }), fc.uint8Array({ maxLength: 80 }));
  fc.assert(
    fc.property(bytes, ([first, rest]) => {
      const all = Uint8Array.of(first, ...rest);
      assert.equal(encodeBase58(all), base58Encode(all));
    }),
    { numRuns: 500 },
  );
});
