import assert from "node:assert/strict";
import { BittensorError, messageOf } from "../../lib/base/errors.ts";

Deno.test("BittensorError carries code, hint and cause", () => {
  const cause = new Error("below");
  const error = new BittensorError("wallet/exists", "Cannot go on", { hint: "try this", cause });
  assert(error instanceof Error);
  assert.deepEqual(
    [error.name, error.code, error.message, error.hint, error.cause],
    ["BittensorError", "wallet/exists", "Cannot go on", "try this", cause],
  );
  assert.equal(String(error), "BittensorError: Cannot go on");
});

Deno.test("BittensorError has no hint and no cause of its own", () => {
  const error = new BittensorError("a/b", "c");
  assert.equal(error.hint, undefined);
  assert(!("cause" in error));
});

Deno.test("messageOf() gives the text of anything thrown", () => {
  assert.equal(messageOf(new RangeError("too large")), "too large");
  for (const thrown of ["text", 5, null, undefined]) assert.equal(messageOf(thrown), `${thrown}`);
});
