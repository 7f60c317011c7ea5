import assert from "node:assert/strict";
import { TypeRegistry } from "@polkadot/types";
import fc from "fast-check";
import { eraBirth, eraDeath } from "../../lib/devchain/runtime/era.ts";
import { era } from "../../lib/devchain/runtime/primitives.ts";
import { decodeExactly } from "../../lib/devchain/scale/scale_type.ts";

const registry = new TypeRegistry();
const period = fc.integer({ min: 2, max: 16 }).map((exponent) => 2 ** exponent);
const blockNumber = fc.nat(10_000_000);

Deno.test("eras have the bytes, birth and death that the stock client gives them", () => {
  fc.assert(fc.property(period, blockNumber, blockNumber, (period, current, later) => {
    // Read again, because only the bytes of a long period round its phase.
    const made = registry.createType("ExtrinsicEra", { current, period });
    const expected = registry.createType("ExtrinsicEra", made.toU8a());
    const read = decodeExactly(era, expected.toU8a());
    assert.notEqual(read, "immortal");
    assert.equal(eraBirth(read, later), expected.asMortalEra.birth(later));
    assert.equal(eraDeath(read, later), expected.asMortalEra.death(later));
    assert.deepEqual(era.encode(read), expected.toU8a());
  }));
});

Deno.test("era bytes are read exactly or refused", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 3 }), (bytes) => {
    const input = new Uint8Array(bytes);
    try {
      assert.deepEqual(era.encode(decodeExactly(era, input)), input);
    } catch (error) {
      assert(error instanceof RangeError, String(error));
    }
  }));
});

Deno.test("an immortal era is born with the chain and never dies", () => {
  assert.equal(decodeExactly(era, Uint8Array.of(0)), "immortal");
  assert.equal(eraBirth("immortal", 7), 0);
  assert.equal(eraDeath("immortal", 7), Infinity);
});
