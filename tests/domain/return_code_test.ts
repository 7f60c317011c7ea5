import assert from "node:assert/strict";
import { ReturnCode, returnCodeName } from "../../lib/domain/return_code.ts";

Deno.test("ReturnCode numbers every outcome once, without gaps", () => {
  assert.deepEqual(Object.values(ReturnCode), Array.from({ length: 22 }, (_, code) => code));
});

Deno.test("returnCodeName() names every code, and others as unknown", () => {
  for (const [name, code] of Object.entries(ReturnCode)) assert.equal(returnCodeName(code), name);
  for (const code of [-1, 22, 0.5, NaN, 1e9]) assert.equal(returnCodeName(code), "UnknownCode");
});
