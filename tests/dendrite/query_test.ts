import assert from "node:assert/strict";
import { createQueries } from "../../lib/dendrite/query.ts";
import { Modality } from "../../lib/domain/modality.ts";
import { filled, ids } from "./messages.ts";

Deno.test("createQueries() encodes once what several endpoints get", () => {
  const first = ids([1, 2], [1, 2]);
  const second = ids([3, 4], [1, 2]);
  const [a, b, c] = createQueries(Modality.TEXT, [first, first, second]);
  assert.equal(a, b);
  assert.notEqual(b, c);
  assert.equal(a?.method, "Forward");
  assert.equal(a?.tensors.length, 1);
});

Deno.test("createQueries() keeps requests with different gradients apart", () => {
  const inputs = ids([1, 2], [1, 2]);
  const gradients = filled([1, 2, 512]);
  const other = filled([1, 2, 512], 2);
  const queries = createQueries(Modality.TEXT, [inputs, inputs, inputs], [
    gradients,
    gradients,
    other,
  ]);
  assert.equal(queries[0], queries[1]);
  assert.notEqual(queries[1], queries[2]);
  assert.equal(queries[0]?.method, "Backward");
  assert.equal(queries[0]?.tensors.length, 2);
});
