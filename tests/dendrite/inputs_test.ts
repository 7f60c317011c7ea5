import assert from "node:assert/strict";
import fc from "fast-check";
import { BittensorError } from "../../lib/base/errors.ts";
import { Tensor, zeros } from "../../lib/base/tensor.ts";
import type { Endpoints } from "../../lib/dendrite/endpoints.ts";
import { readGradients } from "../../lib/dendrite/float_inputs.ts";
import { type Questions, readQuestions } from "../../lib/dendrite/inputs.ts";
import type { TextInputs } from "../../lib/dendrite/text_inputs.ts";
import type { Endpoint } from "../../lib/domain/endpoint.ts";
import { endpointToTensor } from "../../lib/domain/endpoint_tensor.ts";
import { Modality } from "../../lib/domain/modality.ts";
import vectors from "../vectors/dendrite_validation.json" with { type: "json" };
import { endpointAt } from "../wire/identity.ts";
import { filled, ids } from "./messages.ts";

const TWO_BY_THREE = ids([1, 2, 3, 4, 5, 6], [2, 3]);
const ROW = ids([1, 2, 3]);
const STACK = ids([1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16], [2, 2, 3]);
const IMAGE = filled([1, 2, 3, 4, 4]);
const HIDDEN = filled([2, 3, 512]);

/** The inputs of the rows, by their description there. */
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
  'tuple("a","b")': ["a", "b"],
  "float32[1,2,3,4,4]": IMAGE,
  "[float32[1,2,3,4,4]]": [IMAGE],
  "[float32[1,2,3,4,4] x2]": [IMAGE, IMAGE],
  "[float32[1,3,4,4]]": [filled([1, 3, 4, 4])],
  "[float32[1,2,3,4,4], float32[1,3,4,4]]": [IMAGE, filled([1, 3, 4, 4])],
  "int64[1,2,3,4,4]": ids(Array(96).fill(1), [1, 2, 3, 4, 4]),
  "[int64[1,2,3,4,4]]": [ids(Array(96).fill(1), [1, 2, 3, 4, 4])],
  "[float64[1,2,3,4,4]]": [new Tensor("float64", new Float64Array(96), [1, 2, 3, 4, 4])],
  "float32[2,3,512]": HIDDEN,
  "[float32[2,3,512]]": [HIDDEN],
  "[float32[2,3,512] x2]": [HIDDEN, HIDDEN],
  "[float32[2,3,511]]": [filled([2, 3, 511])],
  "[float32[2,512]]": [filled([2, 512])],
  "[int64[2,3,512]]": [ids(Array(3072).fill(1), [2, 3, 512])],
  "[float32[0,3,512]]": [zeros([0, 3, 512])],
  "null": null,
};

/** Inputs that rows describe without a shape: valid ones of their modality. */
function unshaped(text: string, tensor: Tensor): unknown {
  return { "float32": tensor, "[float32]": [tensor], "[float32 x2]": [tensor, tensor] }[text];
}

const [FIRST, SECOND, THIRD] = [0, 1, 2].map((uid): Endpoint => ({
  ...endpointAt(9000 + uid),
  uid,
}));

function endpointTensor(...endpoints: (Endpoint | undefined)[]): Tensor {
  const rows = endpoints.flatMap((endpoint) => [...endpointToTensor(endpoint!).data]);
  return new Tensor("int64", BigInt64Array.from(rows), [endpoints.length, 250]);
}

function row(endpoint: Endpoint | undefined): Tensor {
  return endpointToTensor(endpoint!);
}

/** The endpoints of the rows, by their description there. */
const ENDPOINTS: Record<string, unknown> = {
  "Endpoint": FIRST,
  "[Endpoint]": [FIRST],
  "[Endpoint x2]": [FIRST, SECOND],
  "tensor[250]": row(FIRST),
  "tensor[1,250]": endpointTensor(FIRST),
  "tensor[3,250]": endpointTensor(FIRST, SECOND, THIRD),
  "[tensor[250] x2]": [row(FIRST), row(SECOND)],
  "[tensor[2,250], tensor[250]]": [endpointTensor(FIRST, SECOND), row(THIRD)],
  "tensor[0,250]": ids([], [0, 250]),
  "tensor[0]": ids([]),
  "tensor[1,1,250]": ids(Array(250).fill(0), [1, 1, 250]),
  "tensor[249]": ids(Array(249).fill(0)),
  "int32 tensor[250]": new Tensor("int32", new Int32Array(250), [250]),
  "tuple(Endpoint x2)": [FIRST, SECOND],
  "[Endpoint, tensor[250]]": [FIRST, row(SECOND)],
  '["a"]': ["a"],
  "[]": [],
  "null": null,
  '"abc"': "abc",
};

const MODALITIES: Record<string, Modality> = {
  forward_text: Modality.TEXT,
  forward_image: Modality.IMAGE,
  forward_tensor: Modality.TENSOR,
};

/** A literal of the vectors, such as `["", "the cat"]`. */
function literal(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where we differ from the seed era. */
const DIFFERENT: Record<string, { readonly accepted: boolean; readonly reason: string }> = {
  "inputs tuple of str": { accepted: true, reason: "a list and a tuple are the same here" },
  "endpoints tuple": { accepted: true, reason: "a list and a tuple are the same here" },
  "literal [UNK] in text": { accepted: true, reason: "[UNK] is ordinary text" },
  "second item rank 4 is not checked": { accepted: false, reason: "every item is checked" },
};

interface Sent {
  readonly endpoints: readonly number[];
  readonly inputs: readonly {
    readonly shape: number[];
    readonly dtype: string;
    readonly values: unknown[] | null;
  }[];
  readonly modality: number;
}

function isUnknown(): boolean {
  return false;
}

for (const { name, method, endpoints, inputs, ok } of vectors.cases) {
  const modality = MODALITIES[method]!;
  const sent: Sent | undefined = ok?.sent;

  Deno.test(`readQuestions() of ${method} treats as the vectors say: ${name}`, () => {
    const shaped = inputs in INPUTS
      ? INPUTS[inputs]
      : literal(inputs) ?? unshaped(inputs, modality === Modality.IMAGE ? IMAGE : HIDDEN);
    const given = {
      endpoints: ENDPOINTS[endpoints ?? ""] as Endpoints,
      inputs: shaped as TextInputs,
    };
    assert(given.endpoints !== undefined && shaped !== undefined, "the row has no value");
    const accepted = DIFFERENT[name]?.accepted ?? sent !== undefined;
    let got: Questions;
    try {
      got = readQuestions(modality, given, isUnknown);
    } catch (error) {
      assert(error instanceof BittensorError && !accepted, String(error));
      assert.match(error.code, /^dendrite\/(endpoints|inputs)$/);
      return assert((error.hint ?? "").length > 0);
    }
    assert(accepted);
    if (sent === undefined) return;
    assert.equal(modality, sent.modality);
    assert.deepEqual(got.endpoints.map(({ uid }) => uid), sent.endpoints);
    assert.deepEqual(got.inputs.map(({ dims }) => dims), sent.inputs.map(({ shape }) => shape));
    assert.deepEqual(got.inputs.map(({ type }) => type), sent.inputs.map(({ dtype }) => dtype));
    got.inputs.forEach(({ data }, index) => {
      const values = sent.inputs[index]?.values;
      if (values) assert.deepEqual(Array.from(data, Number), values.flat());
    });
  });
}

Deno.test("dendrite_validation.json is covered, and every difference is one of its rows", () => {
  assert.equal(vectors.cases.length, 72);
  const names = new Set(vectors.cases.map(({ name }) => name));
  for (const name of Object.keys(DIFFERENT)) assert(names.has(name), name);
});

function read(modality: Modality, endpoints: unknown, inputs: unknown): Questions {
  const given = { endpoints: endpoints as Endpoints, inputs: inputs as TextInputs };
  return readQuestions(modality, given, isUnknown);
}

Deno.test("readQuestions() names the endpoints that it refuses", () => {
  const cases: [unknown, RegExp][] = [
    [[], /the list is empty/],
    [null, /null is no endpoint/],
    [[FIRST, "5Grw"], /the string "5Grw" is no endpoint/],
    [{ ip: "1.2.3.4", port: 80 }, /an object with ip, port is no endpoint/],
    [{ ...FIRST, port: 70_000 }, /is no endpoint/],
    [{ ...FIRST, ip: "localhost" }, /endpoint 0 cannot be asked\. Cannot read localhost as an IP/],
    [{ ...FIRST, hotkey: "5Grw" }, /endpoint 0 cannot be asked\. Cannot read the address 5Grw/],
    [[row(FIRST), FIRST], /an object with uid, .* is no endpoint tensor/],
    [[row(FIRST), ids([1])], /a tensor int64 \[1\] has not the shape \[n, 250\]/],
    [filled([250]), /a tensor float32 \[250\] is no endpoint tensor/],
    [ids(Array(500).fill(-1), [2, 250]), /row 0 of the tensor is no endpoint\. .* "" is no JSON/],
  ];
  for (const [endpoints, message] of cases) {
    assert.throws(() => read(Modality.TEXT, endpoints, "a"), {
      code: "dendrite/endpoints",
      message,
    });
  }
});

Deno.test("readQuestions() does not check again what is known", () => {
  const odd = { ...endpointAt(1), ip: "localhost" };
  const { endpoints } = readQuestions(
    Modality.TEXT,
    { endpoints: odd, inputs: "a" },
    (endpoint) => endpoint === odd,
  );
  assert.deepEqual(endpoints, [odd]);
});

Deno.test("readQuestions() names the text inputs that it refuses", () => {
  const cases: [unknown, RegExp][] = [
    [5, /the number "5" cannot be sent/],
    [undefined, /undefined cannot be sent/],
    [[], /an empty list cannot be sent/],
    [["a", ROW], /item 0 of 2 is the string "a", in a list of texts and tensors/],
    [[ROW, null], /item 1 of 2 is null/],
    [[ROW, STACK], /int64 \[2, 2, 3\] has rank 3, not 1 or 2/],
    [new Tensor("string", ["a"], [1]), /string \[1\] holds no numbers/],
    [new Tensor("uint64", BigUint64Array.of(1n), [1]), /uint64 \[1\] holds no numbers/],
    [new Tensor("float32", Float32Array.of(NaN), [1]), /float32 \[1\] holds a number/],
    [[ROW], /1 tensors do not match 2 endpoints/],
    [ids([1, 2, 3], [3, 1, 1]), /the first dimension of int64 \[3, 1, 1\] is not 2/],
  ];
  for (const [inputs, message] of cases) {
    assert.throws(() => read(Modality.TEXT, [FIRST, SECOND], inputs), {
      code: "dendrite/inputs",
      message,
    });
  }
});

Deno.test("readQuestions() names the images and tensors that it refuses", () => {
  const cases: [Modality, unknown, RegExp, RegExp][] = [
    [Modality.IMAGE, [IMAGE, HIDDEN], /a tensor float32 \[2, 3, 512\] cannot/, /channels, rows/],
    [Modality.TENSOR, [HIDDEN, IMAGE], /a tensor float32 \[1, 2, 3, 4, 4\] cannot/, /512/],
    [Modality.TENSOR, [HIDDEN, "a"], /the string "a" cannot be sent/, /float32/],
    [Modality.TENSOR, HIDDEN, /float32 \[2, 3, 512\] is for one endpoint, of a list of 2/, /list/],
    [Modality.TENSOR, [HIDDEN], /1 tensors do not match 2 endpoints/, /one for each/],
  ];
  for (const [modality, inputs, message, hint] of cases) {
    assert.throws(() => read(modality, [FIRST, SECOND], inputs), {
      code: "dendrite/inputs",
      message,
      hint,
    });
  }
  assert.throws(() => read(7 as Modality, FIRST, HIDDEN), { message: /"7" is no modality/ });
});

Deno.test("readGradients() gives one to all, or each its own", () => {
  const one = filled([2, 3, 512]);
  assert.deepEqual(readGradients(one, [TWO_BY_THREE, TWO_BY_THREE]), [one, one]);
  const other = filled([1, 3, 512]);
  assert.deepEqual(readGradients([one, other], [TWO_BY_THREE, ids([1, 2, 3], [1, 3])]), [
    one,
    other,
  ]);
});

Deno.test("readGradients() names what it refuses", () => {
  const cases: [unknown, RegExp][] = [
    [undefined, /undefined is no gradient/],
    [[], /0 gradients do not match 1 endpoints/],
    [[HIDDEN, HIDDEN], /2 gradients do not match 1 endpoints/],
    [filled([2, 3]), /float32 \[2, 3\] is no gradient/],
    [ids([1], [1, 1, 1]), /int64 \[1, 1, 1\] is no gradient/],
    [filled([2, 4, 512]), /float32 \[2, 4, 512\] does not fit inputs \[2, 3\]/],
  ];
  for (const [gradients, message] of cases) {
    assert.throws(() => readGradients(gradients, [TWO_BY_THREE]), {
      code: "dendrite/gradients",
      message,
    });
  }
});

Deno.test("readQuestions() throws nothing but its errors, whatever it is given", () => {
  const tensors = fc.constantFrom(ROW, TWO_BY_THREE, STACK, IMAGE, HIDDEN, row(FIRST), ids([]));
  const anything = fc.oneof(tensors, fc.array(tensors, { maxLength: 3 }), fc.anything());
  const endpoint = fc.constantFrom(FIRST, SECOND);
  const endpoints = fc.oneof(endpoint, fc.array(fc.oneof(endpoint, fc.anything())), anything);
  const modality = fc.constantFrom<Modality>(0, 1, 2);
  fc.assert(
    fc.property(modality, endpoints, anything, (modality, endpoints, inputs) => {
      try {
        const got = read(modality, endpoints, inputs);
        assert.equal(got.endpoints.length, got.inputs.length);
      } catch (error) {
        assert(error instanceof BittensorError, String(error));
        assert.match(error.code, /^dendrite\//);
      }
    }),
    { numRuns: 2_000 },
  );
});
