import assert from "node:assert/strict";
import { formatTable } from "../../cli/view/table.ts";

Deno.test("formatTable() sets numbers to the right and uses no escape codes", () => {
  const text = formatTable(["uid", "name"], [[7, "first"], [123, "second"]]);
  assert.match(text, /│ +7 │ first +│/);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text, /\x1b/);
});

Deno.test("formatTable() leaves out the last columns that a terminal has no room for", () => {
  const table = (width?: number) => formatTable(["a", "bb", "ccc"], [["1", "22", "333"]], width);
  assert.match(table(), /ccc/);
  assert.equal(table(16), table());
  assert.equal(table(15), formatTable(["a", "bb"], [["1", "22"]]));
  assert.equal(table(1), formatTable(["a"], [["1"]]));
});
