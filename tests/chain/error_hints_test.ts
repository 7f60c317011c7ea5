import assert from "node:assert/strict";
import { hintFor } from "../../lib/chain/error_hints.ts";
import vectors from "../vectors/chain.json" with { type: "json" };

/** Errors that this client's calls cannot cause. */
const INTERNAL = [
  "NoneValue",
  "StorageOverflow",
  "NothingToEmit",
  "AlreadyActive",
  "CouldNotConvertToBalance",
];

Deno.test("hintFor() says what to do about each error of the pallet that a caller can cause", () => {
  for (const { name } of vectors.SubtensorModule.errors) {
    const hint = hintFor(`SubtensorModule.${name}`);
    assert.equal(hint === undefined, INTERNAL.includes(name), name);
  }
  assert.equal(hintFor("SubtensorModule.NoSuchError"), undefined);
});
