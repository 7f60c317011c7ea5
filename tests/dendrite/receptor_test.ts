import assert from "node:assert/strict";
import * as grpc from "@grpc/grpc-js";
import { axon } from "../../lib/axon/axon.ts";
import { elementCount, Tensor, zeros } from "../../lib/base/tensor.ts";
import { NETWORK_DIM } from "../../lib/domain/constants.ts";
import { Modality } from "../../lib/domain/modality.ts";
import { ReturnCode } from "../../lib/domain/return_code.ts";
import { type Answer, Receptor } from "../../lib/dendrite/receptor.ts";
import { encodeTensor } from "../../lib/wire/tensor_codec.ts";
import { encodeMessage } from "../../lib/wire/tensor_message.ts";
import vectors from "../vectors/receptor_codes.json" with { type: "json" };
import { IDENTITY } from "../wire/identity.ts";
import { type Behaviour, closedPort, grpcServer } from "./servers.ts";

const { address: CALLER } = await IDENTITY.hotkey();
const IDS = new Tensor("int64", BigInt64Array.of(464n, 2068n, 7586n), [1, 3]);

/** An answer of the network, or of a peer that does it wrong. */
function answer(tensors: Tensor[], returnCode = 0, message = ""): Behaviour {
  const encoded = tensors.map((tensor) => encodeTensor(tensor, { modality: Modality.TENSOR }));
  return () => encodeMessage({ hotkey: "0x00", tensors: encoded, returnCode, message });
}

function ones(dims: number[]): Tensor {
  return new Tensor("float32", new Float32Array(elementCount(dims)).fill(1), dims);
}

const GOOD = ones([1, 3, NETWORK_DIM]);

function special(): Tensor {
  const tensor = zeros([1, 3, NETWORK_DIM]);
  tensor.data.set([NaN, Infinity, -Infinity, 1]);
  return tensor;
}

/** An answer whose one tensor has this dtype or serializer in place of its own. */
function withField(field: number, value: number): Behaviour {
  const tensor = [
    ...encodeTensor(GOOD, { modality: Modality.TENSOR }),
    Uint8Array.of(field, value),
  ];
  return () => encodeMessage({ hotkey: "", tensors: [tensor] });
}

/** The servers of the vectors, by name. */
const SERVERS: Record<string, Behaviour> = {
  code0_no_tensors: answer([]),
  empty_message: () => new Uint8Array(),
  code1_with_tensor: answer([GOOD], 1, "m"),
  code21: answer([], 21, "boom"),
  code99: answer([], 99, "future"),
  bad_batch: answer([zeros([2, 3, NETWORK_DIM])]),
  bad_seq: answer([zeros([1, 2, NETWORK_DIM])]),
  bad_dim: answer([zeros([1, 3, 7])]),
  rank2: answer([zeros([1, 3])]),
  rank4: answer([zeros([1, 3, NETWORK_DIM, 2])]),
  undecodable: withField(0x30, 0),
  unknown_serializer: withField(0x20, 3),
  nan_and_inf: answer([special()]),
  float64: answer([
    new Tensor("float64", new Float64Array(3 * NETWORK_DIM).fill(1), [1, 3, NETWORK_DIM]),
  ]),
  int64: answer([
    new Tensor("int64", new BigInt64Array(3 * NETWORK_DIM).fill(1n), [1, 3, NETWORK_DIM]),
  ]),
  requires_grad: () =>
    encodeMessage({
      hotkey: "",
      tensors: [encodeTensor(GOOD, { modality: Modality.TENSOR, requiresGrad: true })],
    }),
  two_tensors_first_used: answer([GOOD, zeros([1, 3, NETWORK_DIM])]),
  other_version: () => {
    const bytes = encodeMessage({
      hotkey: "",
      tensors: [encodeTensor(GOOD, { modality: Modality.TENSOR })],
    });
    bytes[1] = 99;
    return bytes;
  },
  aborts_unavailable: () => ({ code: grpc.status.UNAVAILABLE }),
  aborts_deadline: () => ({ code: grpc.status.DEADLINE_EXCEEDED }),
  aborts_unimplemented: () => ({ code: grpc.status.UNIMPLEMENTED }),
  aborts_resource_exhausted: () => ({ code: grpc.status.RESOURCE_EXHAUSTED }),
  aborts_unauthenticated: () => ({ code: grpc.status.UNAUTHENTICATED }),
  raises: () => ({ code: grpc.status.UNKNOWN }),
};

/** Where the seed era let an answer pass that cannot be used. */
const DIFFERENT = new Map<string, ReturnCode>([
  ["rank4", ReturnCode.ResponseShapeException],
  ["int64", ReturnCode.InvalidResponse],
]);

async function ask(port: number, inputs = IDS, timeoutMs = 5_000): Promise<Answer> {
  await using receptor = new Receptor(`127.0.0.1:${port}`);
  return await receptor.forward(inputs, { caller: CALLER, timeoutMs });
}

function sum({ representation }: Answer): number {
  return representation.data.reduce((total, value) => total + value, 0);
}

for (const vector of vectors.cases) {
  const behaviour = SERVERS[vector.server];
  if (vector.call !== "forward" || behaviour === undefined) continue;

  Deno.test(`Receptor.forward() equals the seed era for ${vector.server}`, async () => {
    await using server = await grpcServer(behaviour);
    const got = await ask(server.port);
    const code = DIFFERENT.get(vector.server) ?? vector.code;
    assert.equal(got.code, code);
    assert.deepEqual(got.representation.dims, [1, 3, NETWORK_DIM]);
    assert.equal(got.representation.type, "float32");
    if (code !== ReturnCode.Success) return assert(got.representation.data.every((x) => x === 0));
    if (vector.server === "nan_and_inf") {
      assert.deepEqual([...got.representation.data.subarray(0, 4)], [0, Infinity, -Infinity, 1]);
    } else {
      assert.equal(sum(got), vector.output_sum);
    }
  });
}

for (const name of ["code1_with_tensor", "code21", "code99", "code0_no_tensors"]) {
  Deno.test(`Receptor.forward() passes the message on for ${name}`, async () => {
    const expected = vectors.cases.find(({ server }) => server === name)?.message;
    await using server = await grpcServer(SERVERS[name]);
    assert.equal((await ask(server.port)).message, expected);
  });
}

Deno.test("Receptor.forward() sends the bytes of a seed-era client", async () => {
  let request = "";
  await using server = await grpcServer((bytes) => {
    request = bytes.toHex();
    return new Uint8Array();
  });
  await ask(server.port);
  assert.equal(request, vectors.client_request_forward_hex);
});

Deno.test("Receptor.forward() sends nothing when the inputs are empty", async () => {
  for (const dims of [[1, 0], [2, 0]]) {
    const got = await ask(closedPort(), new Tensor("int64", new BigInt64Array(), dims));
    assert.equal(got.code, ReturnCode.EmptyRequest);
    assert.equal(got.message, "empty request");
    assert.deepEqual(got.representation.dims, [0]);
  }
});

Deno.test("Receptor.forward() cannot read an answer that is no message", async () => {
  await using server = await grpcServer(() => Uint8Array.fromHex("ffffff"));
  const got = await ask(server.port);
  assert.equal(got.code, ReturnCode.ResponseDeserializationException);
  assert.deepEqual(got.representation.dims, [1, 3, NETWORK_DIM]);
});

Deno.test("Receptor.forward() reads answers of 1 MB and of 8 MB", async () => {
  for (const dims of [[8, 64], [1, 4200]]) {
    await using server = await grpcServer(answer([ones([...dims, NETWORK_DIM])]));
    const inputs = new Tensor("int64", new BigInt64Array(elementCount(dims)), dims);
    const got = await ask(server.port, inputs, 20_000);
    assert.equal(got.code, ReturnCode.Success);
    assert.deepEqual(got.representation.dims, [...dims, NETWORK_DIM]);
    assert.equal(sum(got), got.representation.size);
  }
});

Deno.test("Receptor.forward() refuses an answer above the limit of a message", async () => {
  const large = new Uint8Array(64 * 1024 * 1024 + 1);
  await using server = await grpcServer(() => large);
  const got = await ask(server.port, IDS, 60_000);
  assert.equal(got.code, ReturnCode.UnknownException);
  assert.equal(got.message, "gRPC status RESOURCE_EXHAUSTED");
});

Deno.test("Receptor.forward() connects again after its peer came back", async () => {
  const port = closedPort();
  await using receptor = new Receptor(`127.0.0.1:${port}`);
  const options = { caller: CALLER, timeoutMs: 5_000 };
  for (let times = 0; times < 3; times++) {
    assert.equal((await receptor.forward(IDS, options)).code, ReturnCode.Unavailable);
  }
  const forwardText = () => GOOD;
  await using _server = await axon({ wallet: IDENTITY, ip: "127.0.0.1", port, forwardText })
    .start();
  const got = await receptor.forward(IDS, options);
  assert.equal(got.code, ReturnCode.Success);
  assert.equal(got.message, "Success");
});
