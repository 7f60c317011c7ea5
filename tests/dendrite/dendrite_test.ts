import assert from "node:assert/strict";
import { axon } from "../../lib/axon/axon.ts";
import { type Tensor, zeros } from "../../lib/base/tensor.ts";
import { dendrite } from "../../lib/dendrite/dendrite.ts";
import type { EndpointAnswer } from "../../lib/dendrite/result.ts";
import { NETWORK_DIM } from "../../lib/domain/constants.ts";
import { endpointToTensor } from "../../lib/domain/endpoint_tensor.ts";
import { Modality } from "../../lib/domain/modality.ts";
import { ReturnCode } from "../../lib/domain/return_code.ts";
import { decodeMessage } from "../../lib/wire/tensor_message.ts";
import { endpointAt, IDENTITY } from "../wire/identity.ts";
import { answer, echo, filled, ids, tensorsOf } from "./messages.ts";
import { type Behaviour, closedPort, grpcServer, tcpServer } from "./servers.ts";

const SENTENCE = "The quick brown fox jumped over the lazy dog";

const echoing: Behaviour = ({ bytes }) => echo(bytes);

function isZero({ data }: { data: Float32Array }): boolean {
  return data.every((value) => value === 0);
}

Deno.test("Dendrite.forwardText() asks all endpoints with one text", async () => {
  const forwardText = (_caller: string, { dims }: Pick<Tensor, "dims">) =>
    filled([...dims, NETWORK_DIM], 464);
  await using first = await axon({ wallet: IDENTITY, port: 0, forwardText }).start();
  await using second = await axon({ wallet: IDENTITY, port: 0, forwardText }).start();
  await using client = dendrite({ wallet: IDENTITY });
  const result = await client.forwardText({
    endpoints: [endpointAt(first.port), endpointAt(second.port, "::1")],
    inputs: SENTENCE,
  });
  const [representations, codes, times] = result;
  assert.deepEqual(codes, [ReturnCode.Success, ReturnCode.Success], result.messages.join());
  assert.deepEqual(representations.map(({ dims }) => dims), [[1, 9, 512], [1, 9, 512]]);
  assert(representations.every(({ data }) => data.every((value) => value === 464)));
  assert(times.every((time) => time > 0));
  assert.equal(result.representations, representations);
  assert.equal(result.codes, codes);
  assert.equal(result.times, times);
  assert.deepEqual(result.messages, ["Success", "Success"]);
});

Deno.test("Dendrite.forwardText() gives each endpoint its own tensor", async () => {
  await using server = await grpcServer(echoing);
  await using client = dendrite({ wallet: IDENTITY });
  const [representations] = await client.forwardText({
    endpoints: [endpointAt(server.port), endpointAt(server.port, "::ffff:127.0.0.1")],
    inputs: [ids([1, 0]), ids([2, 0])],
  });
  assert.deepEqual(representations.map(({ data }) => data[0]), [1, 2]);
});

Deno.test("Dendrite.forwardText() takes endpoint tensors", async () => {
  await using server = await grpcServer(echoing);
  await using client = dendrite({ wallet: IDENTITY });
  const endpoints = endpointToTensor(endpointAt(server.port));
  const { codes } = await client.forwardText({ endpoints, inputs: SENTENCE });
  assert.deepEqual(codes, [ReturnCode.Success]);

  const none = await client.forwardText({ endpoints: ids([], [0, 250]), inputs: SENTENCE });
  assert.deepEqual([...none], [[], [], []]);
  assert.deepEqual(none.messages, []);
});

Deno.test("Dendrite.forwardText() tells who asks", async () => {
  const callers: string[] = [];
  await using server = await grpcServer(({ bytes }) => {
    callers.push(decodeMessage(bytes).hotkey);
    return answer([], ReturnCode.EmptyResponse);
  });
  await using client = dendrite({ wallet: IDENTITY, signatures: "off" });
  const endpoints = endpointAt(server.port);
  const { codes } = await client.forwardText({ endpoints, inputs: SENTENCE });
  assert.deepEqual(codes, [ReturnCode.EmptyResponse]);
  assert.deepEqual(callers, ["5FcWiCiFoSspGGocSxzatNL5kT6cjxjXQ9LuAuYbvFNUqcfX"]);
});

Deno.test("Dendrite signs its requests unless it is told otherwise", async () => {
  const signed: boolean[] = [];
  await using server = await grpcServer(({ bytes }) => {
    signed.push(decodeMessage(bytes).signature.length > 0);
    return echo(bytes);
  });
  for (const signatures of [undefined, "required", "off"] as const) {
    await using client = dendrite({ wallet: IDENTITY, signatures });
    const endpoints = endpointAt(server.port);
    const { codes } = await client.forwardText({ endpoints, inputs: SENTENCE });
    const refused = signatures === "required";
    assert.deepEqual(codes, [refused ? ReturnCode.InvalidResponse : ReturnCode.Success]);
  }
  assert.deepEqual(signed, [true, true, false]);
});

Deno.test("Dendrite.forwardText() returns codes and zeros for peers that fail", async () => {
  await using silent = tcpServer();
  await using garbage = tcpServer(new TextEncoder().encode("no HTTP/2 at all\r\n".repeat(200)));
  await using halting = await grpcServer(undefined);
  await using nonsense = await grpcServer(() => Uint8Array.fromHex("ffffff"));
  await using narrow = await grpcServer(() => answer([zeros([1, 9, 7])]));
  await using idle = await axon({ wallet: IDENTITY, port: 0 }).start();
  await using good = await grpcServer(echoing);
  const expected: [port: number, code: ReturnCode][] = [
    [closedPort(), ReturnCode.Unavailable],
    [0, ReturnCode.Unavailable],
    [silent.port, ReturnCode.Timeout],
    [garbage.port, ReturnCode.Unavailable],
    [halting.port, ReturnCode.Timeout],
    [nonsense.port, ReturnCode.ResponseDeserializationException],
    [narrow.port, ReturnCode.ResponseShapeException],
    [idle.port, ReturnCode.NotImplemented],
    [good.port, ReturnCode.Success],
  ];
  await using client = dendrite({ wallet: IDENTITY, timeoutMs: 1_500 });
  const { representations, codes, messages } = await client.forwardText({
    endpoints: expected.map(([port]) => endpointAt(port)),
    inputs: SENTENCE,
  });
  assert.deepEqual(codes, expected.map(([, code]) => code));
  for (const [index, code] of codes.entries()) {
    assert.deepEqual(representations[index]?.dims, [1, 9, NETWORK_DIM]);
    assert.equal(isZero(representations[index]!), code !== ReturnCode.Success);
    assert(messages[index]!.length > 0);
  }
});

Deno.test("Dendrite asks with images and tensors, and sends gradients of both", async () => {
  const modalities: number[] = [];
  await using server = await grpcServer(({ method, bytes }) => {
    modalities.push(...decodeMessage(bytes).tensors.map(({ modality }) => modality));
    const [inputs] = tensorsOf(bytes);
    return answer([method === "Forward" ? filled([1, 2, NETWORK_DIM]) : filled(inputs!.dims, 3)]);
  });
  await using client = dendrite({ wallet: IDENTITY });
  const endpoints = endpointAt(server.port);
  const image = filled([1, 2, 3, 4, 4]);
  const hidden = filled([1, 2, NETWORK_DIM]);
  const ofImage = await client.forwardImage({ endpoints, inputs: image });
  const ofHidden = await client.forwardTensor({ endpoints: [endpoints], inputs: [hidden] });
  assert.deepEqual([ofImage.codes, ofHidden.codes], [[0], [0]]);
  assert.deepEqual(ofImage.representations[0]?.dims, [1, 2, NETWORK_DIM]);
  const gradients = hidden;
  for (const [inputs, modality] of [[image, Modality.IMAGE], [hidden, Modality.TENSOR]] as const) {
    const result = await client.backward({ endpoints, inputs, gradients, modality });
    const [slopes, codes, times] = result;
    assert.deepEqual(codes, [ReturnCode.Success]);
    assert.equal(times.length, 1);
    assert.deepEqual(slopes[0]?.dims, inputs.dims);
    assert(slopes[0]?.data.every((value) => value === 3));
    assert.equal(result.gradients, slopes);
  }
  const { IMAGE, TENSOR } = Modality;
  assert.deepEqual(modalities, [IMAGE, TENSOR, IMAGE, TENSOR, TENSOR, TENSOR]);
});

Deno.test("Dendrite.backward() takes text in every form, and sends each its gradient", async () => {
  const sums: number[] = [];
  await using server = await grpcServer(({ bytes }) => {
    const [, gradients] = tensorsOf(bytes);
    sums.push((gradients!.data as Float32Array).reduce((total, value) => total + value, 0));
    return answer([], ReturnCode.EmptyResponse);
  });
  await using client = dendrite({ wallet: IDENTITY, maximumInFlight: 1 });
  const { gradients, codes } = await client.backward({
    endpoints: [endpointAt(server.port), endpointAt(server.port)],
    inputs: "the cat",
    gradients: [filled([1, 2, NETWORK_DIM]), filled([1, 2, NETWORK_DIM], 2)],
  });
  assert.deepEqual(codes, [ReturnCode.EmptyResponse, ReturnCode.EmptyResponse]);
  assert.deepEqual(gradients.map(({ dims }) => dims), [[1, 2, NETWORK_DIM], [1, 2, NETWORK_DIM]]);
  assert.deepEqual(sums, [1024, 2048]);
});

Deno.test("Dendrite.forwardText() takes no longer than the timeout of the call", async () => {
  await using silent = tcpServer();
  await using client = dendrite({ wallet: IDENTITY, timeoutMs: 60_000 });
  const { codes, times } = await client.forwardText({
    endpoints: endpointAt(silent.port),
    inputs: SENTENCE,
    timeoutMs: 100,
  });
  assert.deepEqual(codes, [ReturnCode.Timeout]);
  assert(times[0]! >= 90 && times[0]! < 30_000, `${times[0]} ms`);
});

Deno.test("Dendrite.forwardText() reports answers as they come", async () => {
  const release = Promise.withResolvers<void>();
  await using slow = await grpcServer(async ({ bytes }) => {
    await release.promise;
    return echo(bytes);
  });
  await using quick = await grpcServer(echoing);
  await using client = dendrite({ wallet: IDENTITY });
  const seen: EndpointAnswer[] = [];
  const endpoints = [endpointAt(slow.port), endpointAt(quick.port)];
  await client.forwardText({
    endpoints,
    inputs: SENTENCE,
    onAnswer: (answer) => {
      seen.push(answer);
      release.resolve();
    },
  });
  assert.deepEqual(seen.map(({ index }) => index), [1, 0]);
  assert.deepEqual(seen.map(({ endpoint }) => endpoint), [endpoints[1], endpoints[0]]);
  assert.deepEqual(seen.map(({ code }) => code), [ReturnCode.Success, ReturnCode.Success]);
});

Deno.test("Dendrite.forwardText() cancels at the peer when it is aborted", async () => {
  const started = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  await using server = await grpcServer(({ cancelled }) => {
    started.resolve();
    cancelled.then(stopped.resolve);
    return undefined;
  });
  await using silent = tcpServer();
  await using client = dendrite({ wallet: IDENTITY, timeoutMs: 60_000 });
  const controller = new AbortController();
  const reason = new Error("changed my mind");
  const call = client.forwardText({
    endpoints: [endpointAt(server.port), endpointAt(silent.port)],
    inputs: SENTENCE,
    signal: controller.signal,
  });
  await started.promise;
  controller.abort(reason);
  await assert.rejects(call, reason);
  await stopped.promise;
});

Deno.test("Dendrite.forwardText() tells the peer its deadline", async () => {
  const deadline = Promise.withResolvers<void>();
  await using server = await grpcServer(({ cancelled }) => {
    cancelled.then(deadline.resolve);
    return undefined;
  });
  await using client = dendrite({ wallet: IDENTITY, timeoutMs: 200 });
  const { codes } = await client.forwardText({
    endpoints: endpointAt(server.port),
    inputs: SENTENCE,
  });
  assert.deepEqual(codes, [ReturnCode.Timeout]);
  await deadline.promise;
});

Deno.test("Dendrite.forwardText() sends nothing when it is aborted already", async () => {
  const reason = new Error("changed my mind");
  await using client = dendrite({ wallet: IDENTITY });
  const endpoints = endpointAt(closedPort());
  const signal = AbortSignal.abort(reason);
  await assert.rejects(client.forwardText({ endpoints, inputs: SENTENCE, signal }), reason);
});

Deno.test("Dendrite.forwardText() rejects what the wallet rejects, and asks it again", async () => {
  const locked = new Error("locked");
  let asked = 0;
  const hotkey = () => ++asked === 1 ? Promise.reject(locked) : IDENTITY.hotkey();
  await using server = await grpcServer(echoing);
  await using client = dendrite({ wallet: { ...IDENTITY, hotkey } });
  const call = { endpoints: endpointAt(server.port), inputs: SENTENCE };
  await assert.rejects(client.forwardText(call), locked);
  const results = await Promise.all([client.forwardText(call), client.forwardText(call)]);
  assert.deepEqual(results.map(({ codes }) => codes), [[0], [0]]);
  await client.forwardText(call);
  assert.equal(asked, 2);
});

Deno.test("Dendrite.forwardText() may run many times at once over one connection", async () => {
  const peers = new Set<string>();
  await using server = await grpcServer(({ bytes, peer }) => {
    peers.add(peer);
    return echo(bytes);
  });
  await using client = dendrite({ wallet: IDENTITY, timeoutMs: 20_000 });
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, id) =>
      client.forwardText({
        endpoints: endpointAt(server.port),
        inputs: ids([id, 0], [1, 2]),
      })),
  );
  assert.deepEqual(
    results.map(({ representations }) => representations[0]?.data[0]),
    Array.from({ length: 20 }, (_, id) => id),
  );
  assert.equal(peers.size, 1);
});

Deno.test("Dendrite lets calls in flight end when it is disposed", async () => {
  const started = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  await using server = await grpcServer(async ({ bytes }) => {
    started.resolve();
    await release.promise;
    return echo(bytes);
  });
  await using silent = tcpServer();
  const client = dendrite({ wallet: IDENTITY, timeoutMs: 20_000 });
  const call = client.forwardText({
    endpoints: [endpointAt(server.port), endpointAt(silent.port)],
    inputs: SENTENCE,
  });
  await started.promise;
  await client[Symbol.asyncDispose]();
  release.resolve();
  const { codes } = await call;
  assert.deepEqual(codes, [ReturnCode.Success, ReturnCode.Unavailable]);
});

Deno.test("Dendrite.forwardText() rejects after the dendrite was disposed", async () => {
  const client = dendrite({ wallet: IDENTITY });
  await client[Symbol.asyncDispose]();
  await client[Symbol.asyncDispose]();
  const endpoints = endpointAt(closedPort());
  await assert.rejects(client.forwardText({ endpoints, inputs: SENTENCE }), TypeError);
});

Deno.test("dendrite() refuses timeouts, limits and pauses that are none", async () => {
  for (const timeoutMs of [0, -1, NaN, Infinity]) {
    assert.throws(() => dendrite({ wallet: IDENTITY, timeoutMs }), RangeError);
  }
  for (const limit of [0, -1, 1.5, NaN]) {
    assert.throws(() => dendrite({ wallet: IDENTITY, maximumInFlight: limit }), {
      name: "RangeError",
      message: `Cannot set maximumInFlight to ${limit}: a limit is a whole number from 1`,
    });
    assert.throws(
      () => dendrite({ wallet: IDENTITY, maximumInFlightPerEndpoint: limit }),
      RangeError,
    );
    assert.throws(() => dendrite({ wallet: IDENTITY, maximumReceptors: limit }), RangeError);
  }
  for (const backoffMs of [{ first: -1 }, { first: 10, most: 5 }, { most: Infinity }]) {
    assert.throws(() => dendrite({ wallet: IDENTITY, backoffMs }), RangeError);
  }
  await using client = dendrite({ wallet: IDENTITY });
  const endpoints = endpointAt(closedPort());
  await assert.rejects(
    client.forwardText({ endpoints, inputs: SENTENCE, timeoutMs: 0 }),
    RangeError,
  );
});

Deno.test("dendrite() refuses a signature policy that it does not know", () => {
  const signatures = "requried" as "required";
  assert.throws(() => dendrite({ wallet: IDENTITY, signatures }), {
    name: "RangeError",
    message: 'Cannot set signatures to "requried": it is one of required, verified, off',
  });
});
