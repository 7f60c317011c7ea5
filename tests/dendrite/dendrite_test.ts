import assert from "node:assert/strict";
import { axon } from "../../lib/axon/axon.ts";
import type { ForwardCallback } from "../../lib/axon/forward.ts";
import { Tensor, zeros } from "../../lib/base/tensor.ts";
import { dendrite, type EndpointAnswer } from "../../lib/dendrite/dendrite.ts";
import { NETWORK_DIM } from "../../lib/domain/constants.ts";
import { ReturnCode } from "../../lib/domain/return_code.ts";
import { endpointAt, IDENTITY } from "../wire/identity.ts";
import { closedPort, grpcServer, tcpServer } from "./servers.ts";

const SENTENCE = "The quick brown fox jumped over the lazy dog";

/** A model whose every number is the first token id of its row. */
const echo: ForwardCallback = (_caller, inputs) => {
  const [batch = 0, sequence = 0] = inputs.dims;
  const output = zeros([batch, sequence, NETWORK_DIM]);
  const width = sequence * NETWORK_DIM;
  for (let row = 0; row < batch; row++) {
    output.data.fill(Number(inputs.data[row * sequence]), row * width, (row + 1) * width);
  }
  return output;
};

function startAxon(forwardText: ForwardCallback = echo) {
  return axon({ wallet: IDENTITY, port: 0, forwardText }).start();
}

function isZero({ data }: { data: Float32Array }): boolean {
  return data.every((value) => value === 0);
}

Deno.test("Dendrite.forwardText() asks all endpoints with one text", async () => {
  await using first = await startAxon();
  await using second = await startAxon();
  await using client = dendrite({ wallet: IDENTITY });
  const result = await client.forwardText({
    endpoints: [endpointAt(first.port), endpointAt(second.port, "::1")],
    inputs: SENTENCE,
  });
  const [representations, codes, times] = result;
  assert.deepEqual(codes, [ReturnCode.Success, ReturnCode.Success]);
  assert.deepEqual(representations.map(({ dims }) => dims), [[1, 9, 512], [1, 9, 512]]);
  assert(representations.every(({ data }) => data.every((value) => value === 464)));
  assert(times.every((time) => time > 0));
  assert.equal(result.representations, representations);
  assert.equal(result.codes, codes);
  assert.equal(result.times, times);
  assert.deepEqual(result.messages, ["Success", "Success"]);
});

Deno.test("Dendrite.forwardText() gives each endpoint its own tensor", async () => {
  await using server = await startAxon();
  await using client = dendrite({ wallet: IDENTITY });
  const [representations] = await client.forwardText({
    endpoints: [endpointAt(server.port), endpointAt(server.port, "::ffff:127.0.0.1")],
    inputs: [1, 2].map((id) => new Tensor("int64", BigInt64Array.of(BigInt(id), 0n), [2])),
  });
  assert.deepEqual(representations.map(({ data }) => data[0]), [1, 2]);
});

Deno.test("Dendrite.forwardText() tells who asks", async () => {
  const callers: string[] = [];
  await using server = await startAxon((caller) => {
    callers.push(caller);
    return null;
  });
  await using client = dendrite({ wallet: IDENTITY });
  const endpoints = endpointAt(server.port);
  const { codes } = await client.forwardText({ endpoints, inputs: SENTENCE });
  assert.deepEqual(codes, [ReturnCode.EmptyResponse]);
  assert.deepEqual(callers, ["5FcWiCiFoSspGGocSxzatNL5kT6cjxjXQ9LuAuYbvFNUqcfX"]);
});

Deno.test("Dendrite.forwardText() returns codes and zeros for peers that fail", async () => {
  await using silent = tcpServer();
  await using garbage = tcpServer(new TextEncoder().encode("no HTTP/2 at all\r\n".repeat(200)));
  await using halting = await grpcServer(undefined);
  await using nonsense = await grpcServer(() => Uint8Array.fromHex("ffffff"));
  await using throwing = await startAxon(() => {
    throw new Error("broken model");
  });
  await using narrow = await startAxon(() => zeros([1, 9, 7]));
  await using idle = await axon({ wallet: IDENTITY, port: 0 }).start();
  await using good = await startAxon();
  const expected: [port: number, code: ReturnCode][] = [
    [closedPort(), ReturnCode.Unavailable],
    [0, ReturnCode.Unavailable],
    [silent.port, ReturnCode.Timeout],
    [garbage.port, ReturnCode.Unavailable],
    [halting.port, ReturnCode.Timeout],
    [nonsense.port, ReturnCode.ResponseDeserializationException],
    [throwing.port, ReturnCode.UnknownException],
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
  await using slow = await startAxon(async (...args) => {
    await release.promise;
    return await echo(...args);
  });
  await using quick = await startAxon();
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
  const cancelled = Promise.withResolvers<void>();
  await using server = await startAxon((_caller, _inputs, { signal }) => {
    started.resolve();
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        cancelled.resolve();
        reject(signal.reason);
      }, { once: true });
    });
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
  await cancelled.promise;
});

Deno.test("Dendrite.forwardText() tells the peer its deadline", async () => {
  const passed = Promise.withResolvers<void>();
  await using server = await startAxon((_caller, _inputs, { signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        passed.resolve();
        reject(signal.reason);
      }, { once: true });
    })
  );
  await using client = dendrite({ wallet: IDENTITY, timeoutMs: 200 });
  const { codes } = await client.forwardText({
    endpoints: endpointAt(server.port),
    inputs: SENTENCE,
  });
  assert.deepEqual(codes, [ReturnCode.Timeout]);
  await passed.promise;
});

Deno.test("Dendrite.forwardText() sends nothing when it is aborted already", async () => {
  const reason = new Error("changed my mind");
  await using client = dendrite({ wallet: IDENTITY });
  const endpoints = endpointAt(closedPort());
  const signal = AbortSignal.abort(reason);
  await assert.rejects(client.forwardText({ endpoints, inputs: SENTENCE, signal }), reason);
});

Deno.test("Dendrite.forwardText() rejects what the wallet rejects", async () => {
  const locked = new Error("locked");
  const wallet = { ...IDENTITY, hotkey: () => Promise.reject(locked) };
  await using client = dendrite({ wallet });
  const endpoints = endpointAt(closedPort());
  await assert.rejects(client.forwardText({ endpoints, inputs: SENTENCE }), locked);
});

Deno.test("Dendrite.forwardText() may run many times at once over one connection", async () => {
  await using server = await startAxon();
  await using client = dendrite({ wallet: IDENTITY, timeoutMs: 20_000 });
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, id) =>
      client.forwardText({
        endpoints: endpointAt(server.port),
        inputs: new Tensor("int64", BigInt64Array.of(BigInt(id), 0n), [1, 2]),
      })),
  );
  assert.deepEqual(
    results.map(({ representations }) => representations[0]?.data[0]),
    Array.from({ length: 20 }, (_, id) => id),
  );
});

Deno.test("Dendrite lets calls in flight end when it is disposed", async () => {
  const started = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  await using server = await startAxon(async (...args) => {
    started.resolve();
    await release.promise;
    return await echo(...args);
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

Deno.test("dendrite() refuses a timeout that is none", async () => {
  for (const timeoutMs of [0, -1, NaN, Infinity]) {
    assert.throws(() => dendrite({ wallet: IDENTITY, timeoutMs }), RangeError);
  }
  await using client = dendrite({ wallet: IDENTITY });
  const endpoints = endpointAt(closedPort());
  await assert.rejects(
    client.forwardText({ endpoints, inputs: SENTENCE, timeoutMs: 0 }),
    RangeError,
  );
});
