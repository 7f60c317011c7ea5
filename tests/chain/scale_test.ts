import assert from "node:assert/strict";
import fc from "fast-check";
import { BittensorError } from "../../lib/base/errors.ts";
import { readCompact, readUint } from "../../lib/chain/scale.ts";

Deno.test("readUint() reads little-endian integers of any width", () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), (value) => {
    const bytes = Uint8Array.from(
      { length: 18 },
      (_, i) => Number((value << 16n) >> BigInt(8 * i) & 0xffn),
    );
    assert.equal(readUint(bytes, 2, 16), value);
  }));
});

Deno.test("readCompact() reads lengths of one, two and four bytes", () => {
  assert.deepEqual(readCompact(Uint8Array.of(0b1111_1100)), { value: 63, next: 1 });
  assert.deepEqual(readCompact(Uint8Array.of(0x01, 0x01)), { value: 64, next: 2 });
  assert.deepEqual(readCompact(Uint8Array.of(0xfe, 0xff, 0xff, 0xff)), {
    value: 2 ** 30 - 1,
    next: 4,
  });
});

Deno.test("readUint() and readCompact() refuse what is cut off or too long", () => {
  assert.throws(() => readUint(new Uint8Array(3), 0, 4), { code: "chain/malformed-storage" });
  assert.throws(() => readCompact(Uint8Array.of(0b11)), { code: "chain/malformed-storage" });
  fc.assert(fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => {
    try {
      readCompact(bytes);
    } catch (error) {
      assert.ok(error instanceof BittensorError);
    }
  }));
});
