import assert from "node:assert/strict";
import { formatTable } from "../../cli/view/table.ts";

Deno.test("formatTable() sets numbers to the right and uses no escape codes", () => {
  const text = formatTable(["uid", "name"], [[7, "first"], [123, "second"]]);
  assert.match(text, /│ +7 │ first +│/);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text, /\x1b/);
});
