import assert from "node:assert/strict";
import { dendrite } from "../../lib/dendrite/dendrite.ts";
import type { EndpointAnswer } from "../../lib/dendrite/result.ts";
import { NETWORK_DIM } from "../../lib/domain/constants.ts";
import { Modality } from "../../lib/domain/modality.ts";
import { ReturnCode } from "../../lib/domain/return_code.ts";
import { endpointAt, IDENTITY } from "../wire/identity.ts";
import { echo, filled } from "./messages.ts";
import { type Behaviour, closedPort, grpcServer, type TestServer } from "./servers.ts";

const echoing: Behaviour = ({ bytes }) => echo(bytes);

/** A server that never answers, and tells when it was asked and when the caller left. */
async function hangingServer(): Promise<
  TestServer & { readonly asked: Promise<void>; readonly left: Promise<void> }
> {
  const asked = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const server = await grpcServer(({ cancelled }) => {
    asked.resolve();
    cancelled.then(left.resolve);
    return undefined;
  });
  return { ...server, asked: asked.promise, left: left.promise };
}

Deno.test("Dendrite.stream() yields answers as they come", async () => {
  const release = Promise.withResolvers<void>();
  await using slow = await grpcServer(async ({ bytes }) => {
    await release.promise;
    return echo(bytes);
  });
  await using quick = await grpcServer(echoing);
  await using client = dendrite({ wallet: IDENTITY, timeoutMs: 20_000 });
  const endpoints = [endpointAt(slow.port), endpointAt(quick.port), endpointAt(closedPort())];
  const seen: EndpointAnswer[] = [];
  for await (const answer of client.stream({ endpoints, inputs: "the cat" })) {
    seen.push(answer);
    if (seen.length === 2) release.resolve();
  }
  assert.equal(seen.length, 3);
  assert.equal(seen[2]?.index, 0);
  const codes = new Map(seen.map(({ index, code }) => [index, code]));
  assert.equal(codes.get(1), ReturnCode.Success);
  assert.equal(codes.get(2), ReturnCode.Unavailable);
  for (const { endpoint, index, representation } of seen) {
    assert.equal(endpoint, endpoints[index]);
    assert.deepEqual(representation.dims, [1, 2, NETWORK_DIM]);
  }
});

Deno.test("Dendrite.stream() asks in the modality that it is told", async () => {
  await using server = await grpcServer(echoing);
  await using client = dendrite({ wallet: IDENTITY });
  const inputs = filled([1, 3, NETWORK_DIM], 5);
  const modality = Modality.TENSOR;
  for await (
    const answer of client.stream({ endpoints: endpointAt(server.port), inputs, modality })
  ) {
    assert.equal(answer.code, ReturnCode.Success);
    assert.deepEqual(answer.representation.dims, [1, 3, NETWORK_DIM]);
  }
});

Deno.test("Dendrite.stream() cancels what is in flight when the loop is left", async () => {
  await using hanging = await hangingServer();
  await using quick = await grpcServer(async ({ bytes }) => {
    await hanging.asked;
    return echo(bytes);
  });
  await using client = dendrite({ wallet: IDENTITY, timeoutMs: 60_000 });
  const endpoints = [endpointAt(hanging.port), endpointAt(quick.port)];
  for await (const { index } of client.stream({ endpoints, inputs: "the cat" })) {
    assert.equal(index, 1);
    break;
  }
  await hanging.left;
  assert.equal(client.statistics().inFlight, 0);
});

Deno.test("Dendrite.stream() throws the reason of its signal, and cancels", async () => {
  await using hanging = await hangingServer();
  await using client = dendrite({ wallet: IDENTITY, timeoutMs: 60_000 });
  const controller = new AbortController();
  const reason = new Error("changed my mind");
  const endpoints = endpointAt(hanging.port);
  const { signal } = controller;
  const loop = async () => {
    for await (const _ of client.stream({ endpoints, inputs: "the cat", signal })) assert.fail();
  };
  const running = loop();
  await hanging.asked;
  controller.abort(reason);
  await assert.rejects(running, reason);
  await hanging.left;
  await assert.rejects(loop, reason);
});

Deno.test("Dendrite.stream() yields a timeout as an answer", async () => {
  await using hanging = await hangingServer();
  await using client = dendrite({ wallet: IDENTITY });
  const codes: ReturnCode[] = [];
  const endpoints = endpointAt(hanging.port);
  for await (const { code } of client.stream({ endpoints, inputs: "the cat", timeoutMs: 100 })) {
    codes.push(code);
  }
  assert.deepEqual(codes, [ReturnCode.Timeout]);
});

Deno.test("Dendrite.stream() refuses what forwardText() refuses", async () => {
  await using client = dendrite({ wallet: IDENTITY });
  const call = client.stream({ endpoints: [], inputs: "the cat" });
  await assert.rejects(call.next(), { code: "dendrite/endpoints" });
});
