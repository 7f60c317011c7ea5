import assert from "node:assert/strict";
import { dendrite } from "../../lib/dendrite/dendrite.ts";
import type { Endpoint } from "../../lib/domain/endpoint.ts";
import { ReturnCode } from "../../lib/domain/return_code.ts";
import { keypairFromUri } from "../../lib/wallet/keypair.ts";
import { endpointAt, IDENTITY } from "../wire/identity.ts";
import { echo } from "./messages.ts";
import { closedPort, grpcServer, type TestServer } from "./servers.ts";

/** Endpoints of different neurons that listen on one port. */
function neuronsAt(port: number, count: number): Endpoint[] {
  return Array.from({ length: count }, (_, uid) => {
    const { address: hotkey } = keypairFromUri(`//Neuron${uid}`);
    return { ...endpointAt(port), uid, hotkey };
  });
}

interface CountingServer extends TestServer {
  /** Connections that asked so far. */
  readonly peers: Set<string>;
  /** Lets the requests that wait be answered, as all later ones. */
  release(): void;
  /** Resolves when `count` requests have come. */
  received(count: number): Promise<void>;
}

/** A server that answers when it is told to, or at once. */
async function countingServer({ held = false } = {}): Promise<CountingServer> {
  const peers = new Set<string>();
  const released = Promise.withResolvers<void>();
  if (!held) released.resolve();
  let requests = 0;
  let notify = () => {};
  const server = await grpcServer(async ({ bytes, peer }) => {
    peers.add(peer);
    requests++;
    notify();
    await released.promise;
    return echo(bytes);
  });
  const received = async (count: number) => {
    while (requests < count) await new Promise<void>((resolve) => notify = resolve);
  };
  return { ...server, peers, received, release: released.resolve };
}

function addresses(client: ReturnType<typeof dendrite>): string[] {
  return client.statistics().endpoints.map(({ address }) => address);
}

Deno.test("Dendrite opens one connection for each hotkey and address", async () => {
  await using server = await countingServer();
  await using client = dendrite({ wallet: IDENTITY });
  const endpoints = neuronsAt(server.port, 3);
  for (let times = 0; times < 3; times++) {
    const { codes } = await client.forwardText({ endpoints, inputs: "the cat" });
    assert.deepEqual(codes, [0, 0, 0]);
  }
  assert.equal(server.peers.size, 3);
});

Deno.test("Dendrite keeps two endpoints of one hotkey in one call apart", async () => {
  await using first = await countingServer({ held: true });
  await using second = await countingServer({ held: true });
  await using client = dendrite({ wallet: IDENTITY });
  const endpoints = [endpointAt(first.port), endpointAt(second.port)];
  const call = client.forwardText({ endpoints, inputs: "the cat" });
  await Promise.all([first.received(1), second.received(1)]);
  assert.equal(client.statistics().endpoints.length, 2);
  first.release();
  second.release();
  assert.deepEqual((await call).codes, [ReturnCode.Success, ReturnCode.Success]);
});

Deno.test("Dendrite closes the former address of a hotkey once it is idle", async () => {
  await using former = await countingServer({ held: true });
  await using latter = await countingServer();
  await using client = dendrite({ wallet: IDENTITY });
  const running = client.forwardText({ endpoints: endpointAt(former.port), inputs: "the cat" });
  await former.received(1);
  const moved = endpointAt(latter.port);
  assert.deepEqual((await client.forwardText({ endpoints: moved, inputs: "the cat" })).codes, [0]);
  assert.equal(addresses(client).length, 2);
  former.release();
  assert.deepEqual((await running).codes, [ReturnCode.Success]);
  assert.deepEqual(addresses(client), [`127.0.0.1:${latter.port}`]);

  await client.forwardText({ endpoints: endpointAt(former.port), inputs: "the cat" });
  assert.deepEqual(addresses(client), [`127.0.0.1:${former.port}`]);
  assert.equal(former.peers.size, 2);
});

Deno.test("Dendrite closes the connections that were used least recently", async () => {
  await using server = await countingServer();
  await using client = dendrite({ wallet: IDENTITY, maximumReceptors: 2 });
  const [a, b, c] = neuronsAt(server.port, 3);
  const uids = () => client.statistics().endpoints.map(({ uid }) => uid);
  for (const endpoints of [a!, b!, a!, c!]) {
    await client.forwardText({ endpoints, inputs: "the cat" });
  }
  assert.deepEqual(uids(), [0, 2]);
  assert.equal(server.peers.size, 3);
  await client.forwardText({ endpoints: a!, inputs: "the cat" });
  assert.equal(server.peers.size, 3);
  await client.forwardText({ endpoints: b!, inputs: "the cat" });
  assert.deepEqual(uids(), [0, 1]);
  assert.equal(server.peers.size, 4);
});

Deno.test("Dendrite never closes a connection in use", async () => {
  await using server = await countingServer({ held: true });
  await using client = dendrite({ wallet: IDENTITY, maximumReceptors: 1 });
  const endpoints = neuronsAt(server.port, 5);
  const call = client.forwardText({ endpoints, inputs: "the cat" });
  await server.received(5);
  assert.equal(client.statistics().endpoints.length, 5);
  server.release();
  assert.deepEqual((await call).codes, [0, 0, 0, 0, 0]);
  assert.equal(client.statistics().endpoints.length, 1);
});

Deno.test("Dendrite holds requests above its limits back until others have ended", async () => {
  for (const limit of ["maximumInFlight", "maximumInFlightPerEndpoint"] as const) {
    let running = 0;
    let most = 0;
    await using server = await grpcServer(async ({ bytes }) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running--;
      return echo(bytes);
    });
    await using client = dendrite({ wallet: IDENTITY, timeoutMs: 60_000, [limit]: 3 });
    const endpoints = Array.from({ length: 20 }, () => endpointAt(server.port));
    const { codes } = await client.forwardText({ endpoints, inputs: "the cat" });
    assert(codes.every((code) => code === ReturnCode.Success));
    assert.equal(most, 3);
  }
});

Deno.test("Dendrite says what was not sent, and does not blame the endpoint for it", async () => {
  await using server = await countingServer({ held: true });
  const backoffMs = { first: 600_000, most: 600_000 };
  await using client = dendrite({ wallet: IDENTITY, maximumInFlight: 1, backoffMs });
  const endpoints = endpointAt(server.port);
  const running = client.forwardText({ endpoints, inputs: "the cat", timeoutMs: 60_000 });
  await server.received(1);
  const queued = await client.forwardText({ endpoints, inputs: "the cat", timeoutMs: 20 });
  assert.deepEqual(queued.codes, [ReturnCode.Timeout]);
  assert.match(queued.messages[0]!, /^not sent: other requests were in flight for 20 ms$/);
  const controller = new AbortController();
  const { signal } = controller;
  const aborted = client.forwardText({ endpoints, inputs: "the cat", timeoutMs: 60_000, signal });
  const reason = new Error("changed my mind");
  controller.abort(reason);
  await assert.rejects(aborted, reason);
  server.release();
  assert.deepEqual((await running).codes, [ReturnCode.Success]);
  const later = await client.forwardText({ endpoints, inputs: "the cat", timeoutMs: 20_000 });
  assert.deepEqual(later.codes, [ReturnCode.Success]);
  assert.equal(client.statistics().endpoints[0]?.requests, 2);
});

Deno.test("Dendrite sends nothing that still waits when it is disposed", async () => {
  await using server = await countingServer({ held: true });
  const client = dendrite({ wallet: IDENTITY, maximumInFlight: 1, timeoutMs: 60_000 });
  const endpoints = [endpointAt(server.port), endpointAt(server.port)];
  const call = client.forwardText({ endpoints, inputs: "the cat" });
  await server.received(1);
  await client[Symbol.asyncDispose]();
  server.release();
  const { codes, messages } = await call;
  assert.deepEqual(codes, [ReturnCode.Success, ReturnCode.Unavailable]);
  assert.equal(messages[1], "not sent: the dendrite was disposed");
});

Deno.test("Dendrite.statistics() counts requests, bytes, codes and durations", async () => {
  await using server = await grpcServer(({ bytes }) => echo(bytes));
  const port = closedPort();
  const backoffMs = { first: 600_000, most: 600_000 };
  await using client = dendrite({ wallet: IDENTITY, signatures: "off", backoffMs });
  assert.deepEqual(client.statistics(), { inFlight: 0, endpoints: [] });
  const [good, bad] = neuronsAt(server.port, 2);
  const endpoints = [good!, { ...bad!, port }];
  for (let times = 0; times < 3; times++) {
    await client.forwardText({ endpoints, inputs: "the cat" });
  }
  await client.forwardText({ endpoints: good!, inputs: "" });
  const statistics = client.statistics();
  assert.deepEqual(JSON.parse(JSON.stringify(statistics)), statistics);
  assert.equal(statistics.inFlight, 0);
  const [first, second] = statistics.endpoints;
  const { latencyMs, bytesSent, bytesReceived, ...counts } = first!;
  assert.deepEqual(counts, {
    uid: 0,
    hotkey: good!.hotkey,
    address: `127.0.0.1:${server.port}`,
    requests: 3,
    inFlight: 0,
    codes: { Success: 3, EmptyRequest: 1 },
  });
  assert(bytesSent > 3 * 48 && bytesSent < 3 * 200, `${bytesSent}`);
  assert(bytesReceived > 3 * 4096 && bytesReceived < 3 * 4300, `${bytesReceived}`);
  const { count, p50, p90, p99, max } = latencyMs!;
  assert.equal(count, 3);
  assert(p50 > 0 && p50 <= p90 && p90 <= p99 && p99 <= max);
  assert.deepEqual(second?.codes, { Unavailable: 1, Backoff: 2 });
  assert.equal(second?.requests, 1);
  assert.equal(second?.bytesReceived, 0);
  assert.equal(second?.latencyMs?.count, 1);
});

Deno.test("Dendrite.statistics() counts codes without a name together", async () => {
  let code = 99;
  await using server = await grpcServer(() => Uint8Array.of(0x30, code++));
  await using client = dendrite({ wallet: IDENTITY, signatures: "off" });
  const endpoints = endpointAt(server.port);
  for (let times = 0; times < 3; times++) {
    await client.forwardText({ endpoints, inputs: "the cat" });
  }
  assert.deepEqual(client.statistics().endpoints[0]?.codes, { UnknownCode: 3 });
});
