import assert from "node:assert/strict";
import { axon } from "../../lib/axon/axon.ts";
import { type FloatTensor, Tensor } from "../../lib/base/tensor.ts";
import { dendrite } from "../../lib/dendrite/dendrite.ts";
import type { EndpointAnswer } from "../../lib/dendrite/result.ts";
import { NETWORK_DIM } from "../../lib/domain/constants.ts";
import { Modality } from "../../lib/domain/modality.ts";
import { ReturnCode } from "../../lib/domain/return_code.ts";
import { endpointAt, IDENTITY } from "../wire/identity.ts";
import { answer, filled, ids, tensorsOf } from "./messages.ts";
import { closedPort, grpcServer, type IncomingRequest } from "./servers.ts";

const { TEXT, IMAGE, TENSOR } = Modality;

/** A tensor of numbers that differ. */
function counting(dims: readonly number[]): FloatTensor {
  const tensor = filled(dims);
  tensor.data.forEach((_, index) => tensor.data[index] = index % 100 - 50);
  return tensor;
}

/** Each element of two tensors through a function of both. */
function zip(a: Tensor, b: Tensor, combine: (x: number, y: number) => number): FloatTensor {
  const [left, right] = [a.data as Float32Array, b.data as Float32Array];
  return new Tensor("float32", left.map((x, index) => combine(x, right[index]!)), a.dims);
}

Deno.test("Dendrite.apply() gives the derivative of what a neuron computes", async () => {
  await using squares = await axon({
    wallet: IDENTITY,
    port: 0,
    forwardTensor: (_caller, inputs) => zip(inputs, inputs, (x, y) => x * y),
    backwardTensor: (_caller, inputs, gradients) => zip(inputs, gradients, (x, g) => 2 * x * g),
  }).start();
  await using client = dendrite({ wallet: IDENTITY });
  const inputs = counting([2, 3, NETWORK_DIM]);
  const endpoints = endpointAt(squares.port);
  const { output, representations, codes, backward } = await client.apply({
    modality: TENSOR,
    endpoints,
    inputs,
  });
  assert.deepEqual(codes, [ReturnCode.Success]);
  assert.equal(output, representations[0]);
  assert.deepEqual(output.data, inputs.data.map((x) => x * x));

  const ones = await backward(filled(inputs.dims));
  assert.deepEqual(ones.codes, [ReturnCode.Success], ones.messages.join());
  assert.deepEqual(ones.gradients[0]?.data, inputs.data.map((x) => 2 * x));
  // Once more, with other gradients: the way back stays open.
  const { gradients } = await backward([filled(inputs.dims, -2)]);
  assert.deepEqual(gradients[0]?.data, inputs.data.map((x) => -4 * x));
});

for (
  const { name, modality, inputs } of [
    { name: "text", modality: TEXT, inputs: [ids([5, 6], [1, 2]), ids([7, 8], [1, 2])] },
    {
      name: "images",
      modality: IMAGE,
      inputs: [filled([1, 2, 3, 4, 4], 5), filled([1, 2, 3, 4, 4], 7)],
    },
    {
      name: "tensors",
      modality: TENSOR,
      inputs: [filled([1, 2, NETWORK_DIM], 5), filled([1, 2, NETWORK_DIM], 7)],
    },
  ]
) {
  Deno.test(`Dendrite.apply() sends each neuron its own ${name} again, and its gradient`, async () => {
    const seen = new Map<number, string[]>();
    const note = (port: number) => ({ method, bytes }: IncomingRequest) => {
      const [tensor, gradients] = tensorsOf(bytes);
      seen.set(port, [...seen.get(port) ?? [], `${method} ${tensor?.data[0]}`]);
      const dims = modality === TEXT ? [1, 2, NETWORK_DIM] : inputs[0]!.dims;
      return answer([
        method === "Forward"
          ? filled([1, 2, NETWORK_DIM], Number(tensor?.data[0]))
          : filled(dims, Number(gradients?.data[0])),
      ]);
    };
    await using first = await grpcServer((request) => note(1)(request));
    await using second = await grpcServer((request) => note(2)(request));
    await using client = dendrite({ wallet: IDENTITY });
    const endpoints = [endpointAt(first.port), endpointAt(second.port, "::ffff:127.0.0.1")];
    const { representations, backward } = await client.apply({ modality, endpoints, inputs });
    assert.deepEqual(representations.map(({ data }) => data[0]), [5, 7]);

    const given = representations.map(({ dims }, index) => filled(dims, index + 0.5));
    const { gradients, codes } = await backward(given);
    assert.deepEqual(codes, [ReturnCode.Success, ReturnCode.Success]);
    assert.deepEqual(gradients.map(({ data }) => data[0]), [0.5, 1.5]);
    assert.deepEqual(
      [...seen].sort(),
      [[1, ["Forward 5", "Backward 5"]], [2, ["Forward 7", "Backward 7"]]],
    );
  });
}

Deno.test("Dendrite.apply() asks for no gradient where there is no representation", async () => {
  const asked: string[] = [];
  await using failing = await grpcServer(({ method }) => {
    asked.push(`failing ${method}`);
    return answer([], ReturnCode.UnknownException, "out of order");
  });
  await using working = await grpcServer(({ method }) => {
    asked.push(`working ${method}`);
    return answer([filled([1, 2, NETWORK_DIM])]);
  });
  await using client = dendrite({ wallet: IDENTITY });
  const { codes, backward } = await client.apply({
    endpoints: [
      endpointAt(failing.port),
      endpointAt(closedPort(), "::1"),
      endpointAt(working.port),
    ],
    inputs: "the cat",
  });
  const { UnknownException, Unavailable, Success } = ReturnCode;
  assert.deepEqual(codes, [UnknownException, Unavailable, Success]);

  const seen: EndpointAnswer[] = [];
  const result = await backward(filled([1, 2, NETWORK_DIM], 3), {
    onAnswer: (answer) => seen.push(answer),
  });
  assert.deepEqual(result.codes, codes);
  assert.equal(result.messages[0], "out of order");
  assert.deepEqual(result.gradients.map(({ data }) => data[0]), [0, 0, 1]);
  assert.deepEqual(seen.map(({ index }) => index).sort(), [0, 1, 2]);
  assert.deepEqual(asked.sort(), ["failing Forward", "working Backward", "working Forward"]);
});

Deno.test("Dendrite.apply() refuses gradients that do not fit, and sends none", async () => {
  const methods: string[] = [];
  await using server = await grpcServer(({ method }) => {
    methods.push(method);
    return answer([filled([1, 2, NETWORK_DIM])]);
  });
  await using client = dendrite({ wallet: IDENTITY });
  const endpoints = endpointAt(server.port);
  const { output, backward } = await client.apply({ endpoints, inputs: "the cat" });
  const unfit = [filled([1, 3, NETWORK_DIM]), filled([2, NETWORK_DIM]), [output, output], []];
  for (const gradients of unfit) {
    await assert.rejects(backward(gradients), { code: "dendrite/gradients" });
  }
  const reason = new Error("changed my mind");
  await assert.rejects(backward(output, { signal: AbortSignal.abort(reason) }), reason);
  assert.deepEqual(methods, ["Forward"]);
});

Deno.test("Dendrite.apply() refuses what backward() and the forward methods refuse", async () => {
  await using client = dendrite({ wallet: IDENTITY });
  const endpoints = endpointAt(1);
  await assert.rejects(client.apply({ endpoints, inputs: [] }), { code: "dendrite/inputs" });
  await assert.rejects(client.apply({ endpoints: [], inputs: "a" }), {
    code: "dendrite/endpoints",
  });
});

Deno.test("Dendrite.apply() of no endpoints has an empty output", async () => {
  await using client = dendrite({ wallet: IDENTITY });
  const endpoints = ids([], [0, 250]);
  const { output, representations, backward } = await client.apply({ endpoints, inputs: "a" });
  assert.deepEqual([output.dims, representations], [[0], []]);
  assert.deepEqual((await backward(output)).gradients, []);
});
