import assert from "node:assert/strict";
import * as grpc from "@grpc/grpc-js";
import { elementCount, type FloatTensor, Tensor, zeros } from "../../lib/base/tensor.ts";
import { dendrite } from "../../lib/dendrite/dendrite.ts";
import { NETWORK_DIM } from "../../lib/domain/constants.ts";
import type { Endpoint } from "../../lib/domain/endpoint.ts";
import { Modality } from "../../lib/domain/modality.ts";
import { ReturnCode } from "../../lib/domain/return_code.ts";
import { join } from "../../lib/wire/pieces.ts";
import { encodeTensor } from "../../lib/wire/tensor_codec.ts";
import { encodeMessage } from "../../lib/wire/tensor_message.ts";
import vectors from "../vectors/receptor_codes.json" with { type: "json" };
import { endpointAt, IDENTITY } from "../wire/identity.ts";
import { answer, filled, ids } from "./messages.ts";
import { type Behaviour, closedPort, grpcServer } from "./servers.ts";

const GOOD = filled([1, 3, NETWORK_DIM]);

function special(): Tensor {
  const tensor = zeros([1, 3, NETWORK_DIM]);
  tensor.data.set([NaN, Infinity, -Infinity, 1]);
  return tensor;
}

/** An answer with one tensor, whose message has these bytes after its own. */
function withBytes(tensor: Tensor, ...bytes: number[]): Behaviour {
  const encoded = encodeTensor(tensor, { modality: Modality.TENSOR });
  return () => encodeMessage({ hotkey: "", tensors: [[...encoded, Uint8Array.from(bytes)]] });
}

function answers(...args: Parameters<typeof answer>): Behaviour {
  return () => answer(...args);
}

function status(code: grpc.status): Behaviour {
  return () => ({ code });
}

/** The servers of the rows, by name; those that were an axon answer what it did. */
const SERVERS: Record<string, Behaviour | undefined> = {
  code0_no_tensors: answers([]),
  empty_message: () => new Uint8Array(),
  code1_with_tensor: answers([GOOD], 1, "m"),
  code21: answers([], 21, "boom"),
  code99: answers([], 99, "future"),
  bad_batch: answers([zeros([2, 3, NETWORK_DIM])]),
  bad_seq: answers([zeros([1, 2, NETWORK_DIM])]),
  bad_dim: answers([zeros([1, 3, 7])]),
  rank2: answers([zeros([1, 3])]),
  rank4: answers([zeros([1, 3, NETWORK_DIM, 2])]),
  undecodable: withBytes(GOOD, 0x30, 0),
  unknown_serializer: withBytes(GOOD, 0x20, 3),
  nan_and_inf: answers([special()]),
  float64: answers([
    new Tensor("float64", new Float64Array(3 * NETWORK_DIM).fill(1), [1, 3, NETWORK_DIM]),
  ]),
  int64: answers([ids(Array(3 * NETWORK_DIM).fill(1), [1, 3, NETWORK_DIM])]),
  requires_grad: withBytes(GOOD, 0x40, 1),
  two_tensors_first_used: answers([GOOD, zeros([1, 3, NETWORK_DIM])]),
  "two_tensors_first_used(text input: rank-2)": answers([GOOD, GOOD]),
  other_version: () => {
    const bytes = join(answer([GOOD]));
    bytes[1] = 99;
    return bytes;
  },
  aborts_unavailable: status(grpc.status.UNAVAILABLE),
  aborts_deadline: status(grpc.status.DEADLINE_EXCEEDED),
  aborts_unimplemented: status(grpc.status.UNIMPLEMENTED),
  aborts_resource_exhausted: status(grpc.status.RESOURCE_EXHAUSTED),
  aborts_unauthenticated: status(grpc.status.UNAUTHENTICATED),
  raises: status(grpc.status.UNKNOWN),
  sleeps_3s: undefined,
  response_8MiB: answers([zeros([1, 4200, NETWORK_DIM])]),
  empty_input: answers([GOOD]),
  empty_input_1d: answers([GOOD]),
  rank1_input: answers([zeros([1, 2, NETWORK_DIM])]),
  empty_inputs: answers([GOOD]),
  empty_grads: answers([GOOD]),
  "axon:text": answers([zeros([1, 3, NETWORK_DIM])], 0, "Success"),
  "axon:text over 4MiB": answers([GOOD]),
  "axon:none": answers([], 4, "Forward callback is not yet subscribed on this axon."),
  "axon:returns_list": status(grpc.status.UNKNOWN),
  "axon:returns_wrong_shape": answers([zeros([1, 2, 3])], 0, "Success"),
  "axon:returns_rank2": answers([zeros([1, 2])], 0, "Success"),
  "axon:returns_float16": answers([
    new Tensor("float16", new Array(3 * NETWORK_DIM).fill(0), [1, 3, NETWORK_DIM]),
  ]),
  "axon:returns_grad_nan": withBytes(filled([1, 3, NETWORK_DIM], NaN), 0x40, 1),
  "axon:returns_none": answers([], 6),
};

/** Rows for which nothing listens. */
const CLOSED: Record<string, string> = {
  nothing_listening: "127.0.0.1",
  "nothing_listening image": "127.0.0.1",
  image_input_unavailable: "127.0.0.1",
  "unroutable_ip_0.0.0.0": "0.0.0.0",
};

interface Difference {
  readonly code?: ReturnCode;
  /** Of all elements. */
  readonly sum?: number;
  readonly shape?: readonly number[];
  readonly inputs?: readonly number[];
  readonly reason: string;
}

/** Where we differ from the seed era. */
const DIFFERENT = new Map<string, Difference>([
  ["forward rank4", {
    code: ReturnCode.ResponseShapeException,
    shape: [1, 3, NETWORK_DIM],
    reason: "a representation has rank 3: nobody can use one of another rank",
  }],
  ["forward int64", {
    code: ReturnCode.InvalidResponse,
    reason: "a representation holds floats",
  }],
  ["forward rank1_input", {
    code: ReturnCode.Success,
    shape: [1, 2, NETWORK_DIM],
    reason:
      "token ids [2] are a batch [1, 2]: the seed era's dendrite said so, its receptor failed",
  }],
  ["forward axon:text over 4MiB", {
    inputs: [1, 6_000],
    shape: [1, 6_000, NETWORK_DIM],
    reason: "the limit of the server is the hundredth part here, to spare a gigabyte of zeros",
  }],
  ["backward two_tensors_first_used(text input: rank-2)", {
    code: ReturnCode.Success,
    sum: 3 * NETWORK_DIM,
    shape: [1, 3, NETWORK_DIM],
    reason: "the gradient of the embedding stands for that of token ids; it made the client fail",
  }],
  ["backward nothing_listening image", {
    shape: [1, 2, 3, 4, 4],
    reason: "a gradient has the shape of its inputs; another one made the seed era's client fail",
  }],
]);

/** Inputs of a shape, as the vectors have them: text if of rank 1 or 2, else floats. */
function inputsOf(dims: readonly number[]): { inputs: Tensor; modality: Modality } {
  if (dims.length === 5) return { inputs: filled(dims), modality: Modality.IMAGE };
  if (dims.length === 3) return { inputs: filled(dims), modality: Modality.TENSOR };
  const values = Array.from({ length: elementCount(dims) }, (_, index) => [464, 2068, 7586][index]);
  return { inputs: ids(values.map((value) => value ?? 0), dims), modality: Modality.TEXT };
}

interface Got {
  readonly tensor: FloatTensor;
  readonly code: ReturnCode;
  readonly message: string;
}

/** Makes the call of a row. */
async function call(
  endpoints: Endpoint,
  inputShape: readonly number[],
  gradientShape: readonly number[] | undefined,
  timeoutMs: number,
): Promise<Got> {
  await using client = dendrite({ wallet: IDENTITY, signatures: "off", timeoutMs });
  const { inputs, modality } = inputsOf(inputShape);
  if (gradientShape !== undefined) {
    const gradients = filled(gradientShape);
    const result = await client.backward({ endpoints, inputs, gradients, modality });
    return { tensor: result[0][0]!, code: result[1][0]!, message: result.messages[0]! };
  }
  const result = modality === Modality.TEXT
    ? await client.forwardText({ endpoints, inputs })
    : modality === Modality.IMAGE
    ? await client.forwardImage({ endpoints, inputs })
    : await client.forwardTensor({ endpoints, inputs });
  return { tensor: result[0][0]!, code: result[1][0]!, message: result.messages[0]! };
}

for (const vector of vectors.cases) {
  const { server: name, call: method } = vector;
  const difference = DIFFERENT.get(`${method} ${name}`);
  const inputShape = difference?.inputs ?? vector.inputs_shape;
  const code = difference?.code ?? vector.code;
  const shape = difference?.shape ?? vector.output_shape;
  const timeoutMs = name === "sleeps_3s" ? 200 : 20_000;

  Deno.test(`Dendrite ${method} treats ${name} ${inputShape} as the vectors say`, async () => {
    assert(name in SERVERS || name in CLOSED, "the row has no server");
    const maximumMessageBytes = name === "axon:text over 4MiB" ? 40_960 : -1;
    const host = CLOSED[name];
    await using server = host === undefined
      ? await grpcServer(SERVERS[name], { maximumMessageBytes })
      : { port: closedPort(), [Symbol.asyncDispose]: () => Promise.resolve() };
    const got = await call(
      endpointAt(server.port, host),
      inputShape,
      method === "backward" ? vector.grads_shape : undefined,
      timeoutMs,
    );
    assert.equal(got.code, code, got.message);
    assert.equal(got.tensor.type, "float32");
    assert.deepEqual(got.tensor.dims, shape);
    if (name === "nan_and_inf") {
      return assert.deepEqual([...got.tensor.data.subarray(0, 4)], [0, Infinity, -Infinity, 1]);
    }
    const sum = got.tensor.data.reduce((total, value) => total + value, 0);
    const answered = code === ReturnCode.Success && typeof vector.output_sum === "number";
    assert.equal(sum, difference?.sum ?? (answered ? vector.output_sum : 0));
  });
}

Deno.test("receptor_codes.json is covered, and every difference is one of its rows", () => {
  assert.equal(vectors.cases.length, 54);
  const rows = new Set(vectors.cases.map(({ server, call }) => `${call} ${server}`));
  for (const row of DIFFERENT.keys()) assert(rows.has(row), row);
});

for (const name of ["code1_with_tensor", "code21", "code99", "code0_no_tensors"]) {
  Deno.test(`Dendrite forward passes the message on for ${name}`, async () => {
    const expected = vectors.cases.find(({ server }) => server === name)?.message;
    await using server = await grpcServer(SERVERS[name]);
    const got = await call(endpointAt(server.port), [1, 3], undefined, 5_000);
    assert.equal(got.message, expected);
  });
}

Deno.test("Dendrite sends the bytes of a seed-era client when it does not sign", async () => {
  const requests: string[] = [];
  await using server = await grpcServer(({ method, bytes }) => {
    requests.push(`${method} ${bytes.toHex()}`);
    return new Uint8Array();
  });
  const endpoint = endpointAt(server.port);
  await call(endpoint, [1, 3], undefined, 5_000);
  await call(endpoint, [1, 3], [1, 3, 2], 5_000);
  assert.deepEqual(requests, [
    `Forward ${vectors.client_request_forward_hex}`,
    `Backward ${vectors.client_request_backward_hex}`,
  ]);
});

Deno.test("Dendrite.forwardText() cannot read an answer that is no message", async () => {
  await using server = await grpcServer(() => Uint8Array.fromHex("ffffff"));
  const got = await call(endpointAt(server.port), [1, 3], undefined, 5_000);
  assert.equal(got.code, ReturnCode.ResponseDeserializationException);
  assert.deepEqual(got.tensor.dims, [1, 3, NETWORK_DIM]);
});

Deno.test("Dendrite.backward() survives whatever gradient comes back for text", async () => {
  for (const dims of [[], [3], [1, 3], [1, 3, 7], [1, 3, 1, 1]]) {
    await using server = await grpcServer(answers([filled(dims)]));
    const got = await call(endpointAt(server.port), [1, 3], [1, 3, NETWORK_DIM], 5_000);
    assert.equal(got.code, ReturnCode.ResponseShapeException);
    assert.deepEqual(got.tensor.dims, [1, 3, NETWORK_DIM]);
  }
});

Deno.test("Dendrite.backward() checks the whole shape of a gradient", async () => {
  const cases: [number[], ReturnCode][] = [
    [[1, 2, 3, 4, 4], ReturnCode.Success],
    [[1, 2, 3, 4, 5], ReturnCode.ResponseShapeException],
    [[1, 2, 3], ReturnCode.ResponseShapeException],
    [[1, 2], ReturnCode.ResponseShapeException],
  ];
  for (const [dims, code] of cases) {
    await using server = await grpcServer(answers([filled(dims)]));
    const got = await call(endpointAt(server.port), [1, 2, 3, 4, 4], [1, 2, NETWORK_DIM], 5_000);
    assert.equal(got.code, code);
    assert.deepEqual(got.tensor.dims, [1, 2, 3, 4, 4]);
    assert(got.tensor.data.every((value) => value === (code === ReturnCode.Success ? 1 : 0)));
  }
});

Deno.test("Dendrite.forwardText() reads answers of 1 MB and of 8 MB", async () => {
  for (const dims of [[8, 64], [1, 4200]]) {
    await using server = await grpcServer(answers([filled([...dims, NETWORK_DIM])]));
    const got = await call(endpointAt(server.port), dims, undefined, 20_000);
    assert.equal(got.code, ReturnCode.Success);
    assert.deepEqual(got.tensor.dims, [...dims, NETWORK_DIM]);
    assert(got.tensor.data.every((value) => value === 1));
  }
});

Deno.test("Dendrite.forwardTensor() says what is too large to be sent", async () => {
  const got = await call(endpointAt(closedPort()), [1, 32_769, NETWORK_DIM], undefined, 5_000);
  assert.equal(got.code, ReturnCode.RequestSerializationException);
  assert.match(got.message, /float32 \[1, 32769, 512\]: it is too large/);
  assert.deepEqual(got.tensor.dims, [1, 32_769, NETWORK_DIM]);
});

Deno.test("Dendrite.forwardText() refuses an answer above the limit of a message", async () => {
  const large = new Uint8Array(64 * 1024 * 1024 + 1);
  await using server = await grpcServer(() => large);
  const got = await call(endpointAt(server.port), [1, 3], undefined, 60_000);
  assert.equal(got.code, ReturnCode.UnknownException);
  assert.equal(got.message, "gRPC status RESOURCE_EXHAUSTED");
});
