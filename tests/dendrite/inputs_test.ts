import assert from "node:assert/strict";
import { Tensor } from "../../lib/base/tensor.ts";
import { readEndpoints, readTextInputs, type TextInputs } from "../../lib/dendrite/inputs.ts";
import type { Endpoint } from "../../lib/domain/endpoint.ts";
import vectors from "../vectors/dendrite_validation.json" with { type: "json" };
import { endpointAt } from "../wire/identity.ts";

function ids(values: number[], dims: number[]): Tensor {
  return new Tensor("int64", BigInt64Array.from(values, BigInt), dims);
}

const TWO_BY_THREE = ids([1, 2, 3, 4, 5, 6], [2, 3]);
const ROW = ids([1, 2, 3], [3]);
const STACK = ids([1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16], [2, 2, 3]);

/** The inputs of the vectors, by their description there. */
const INPUTS: Record<string, unknown> = {
  "int64[2,3]": TWO_BY_THREE,
  "int64[3]": ROW,
  "int64[2,2,3]": STACK,
  "[int64[2,3], int64[3]]": [TWO_BY_THREE, ROW],
  "[int64[2,3]]": [TWO_BY_THREE],
  "[int64[2,3] x2]": [TWO_BY_THREE, TWO_BY_THREE],
  "float32[1,2]=[[1.9,-2.9]]": new Tensor("float32", Float32Array.of(1.9, -2.9), [1, 2]),
  "int32[2,3]": new Tensor("int32", Int32Array.of(1, 2, 3, 4, 5, 6), [2, 3]),
  "int64[]": ids([1], []),
  "int64[1,1,1,1]": ids([1], [1, 1, 1, 1]),
  "[int64[1,1,1]]": [ids([1], [1, 1, 1])],
  "3 sentences": ["the cat", "the dog", "the very long sentence that needs to be padded"],
};

const ENDPOINTS: Record<string, unknown> = {
  "Endpoint": endpointAt(8091),
  "[Endpoint]": [endpointAt(8091)],
  "[Endpoint x2]": [endpointAt(8091), endpointAt(8092)],
  "[]": [],
  "null": null,
  '"abc"': "abc",
};

/** A literal of the vectors, such as `["", "the cat"]`. */
function literal(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `[UNK]` is ordinary text here. */
const ACCEPTED_BY_US = ["literal [UNK] in text"];

interface Sent {
  readonly inputs: readonly { readonly shape: number[]; readonly values: unknown[] | null }[];
}

let covered = 0;
for (const vector of vectors.cases) {
  const { name, method } = vector;
  const endpoints = ENDPOINTS[vector.endpoints ?? ""];
  const inputs = INPUTS[vector.inputs] ?? literal(vector.inputs);
  if (method !== "forward_text" || ACCEPTED_BY_US.includes(name)) continue;
  if (endpoints === undefined || inputs === undefined) continue;
  covered++;
  const read = () => {
    const list = readEndpoints(endpoints as Endpoint);
    return readTextInputs(inputs as TextInputs, list.length);
  };
  const sent: Sent | undefined = vector.ok?.sent;

  if (sent !== undefined) {
    Deno.test(`readTextInputs() equals the seed era for: ${name}`, () => {
      const got = read();
      assert.deepEqual(got.map(({ dims }) => dims), sent.inputs.map(({ shape }) => shape));
      assert.deepEqual(
        got.map(({ data }) => [...data].map(Number)),
        sent.inputs.map(({ values }) => values?.flat()),
      );
    });
  } else {
    Deno.test(`readTextInputs() refuses: ${name}`, () => {
      assert.throws(read, (error: { code: string; hint: string }) => {
        assert.match(error.code, /^dendrite\/(endpoints|inputs)$/);
        assert(error.hint.length > 0);
        return true;
      });
    });
  }
}

Deno.test("dendrite_validation.json is covered as far as endpoints are objects", () => {
  assert(covered >= 25, `${covered}`);
});

Deno.test("readEndpoints() names what it refuses", () => {
  const cases: [unknown, RegExp][] = [
    [[], /the list is empty/],
    [null, /null is no endpoint/],
    [[endpointAt(1), "5Grw"], /the string "5Grw" is no endpoint/],
    [{ ip: "1.2.3.4", port: 70_000 }, /an object with ip, port is no endpoint/],
    [ROW, /a tensor int64 \[3\] is no endpoint/],
  ];
  for (const [endpoints, message] of cases) {
    assert.throws(() => readEndpoints(endpoints as Endpoint), {
      code: "dendrite/endpoints",
      message,
    });
  }
  const named = { ...endpointAt(1), ip: "localhost" };
  assert.throws(() => readEndpoints(named), { code: "ip/invalid" });
});

Deno.test("readTextInputs() names what it refuses", () => {
  const cases: [unknown, RegExp][] = [
    [5, /the number "5" cannot be sent/],
    [undefined, /undefined cannot be sent/],
    [[], /an empty list cannot be sent/],
    [["a", ROW], /a list that starts with the string "a" cannot be sent/],
    [new Tensor("string", ["a"], [1]), /string \[1\] holds no numbers/],
    [new Tensor("uint64", BigUint64Array.of(1n), [1]), /uint64 \[1\] holds no numbers/],
    [new Tensor("float32", Float32Array.of(NaN), [1]), /float32 \[1\] holds a number/],
    [[ROW], /1 tensors do not match 2 endpoints/],
  ];
  for (const [inputs, message] of cases) {
    assert.throws(() => readTextInputs(inputs as TextInputs, 2), {
      code: "dendrite/inputs",
      message,
    });
  }
});
