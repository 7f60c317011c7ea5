import assert from "node:assert/strict";
import { Backoff, backoffLimits } from "../../lib/dendrite/backoff.ts";
import { dendrite } from "../../lib/dendrite/dendrite.ts";
import { NETWORK_DIM } from "../../lib/domain/constants.ts";
import { ReturnCode } from "../../lib/domain/return_code.ts";
import { endpointAt, IDENTITY } from "../wire/identity.ts";
import { answer, echo } from "./messages.ts";
import { closedPort, grpcServer } from "./servers.ts";

Deno.test("Backoff doubles its pause with each failure, up to the longest", () => {
  const backoff = new Backoff({ first: 100, most: 350 });
  assert(backoff.remainingMs(0) <= 0);
  const pauses: number[] = [];
  for (let now = 0; pauses.length < 4; now += 1_000) {
    backoff.failed(now, now + 10);
    pauses.push(backoff.remainingMs(now + 10));
  }
  assert.deepEqual(pauses, [100, 200, 350, 350]);
  assert.equal(backoff.remainingMs(3_020), 340);
});

Deno.test("Backoff counts failures of calls that ran together once", () => {
  const backoff = new Backoff({ first: 100, most: 1_000 });
  backoff.failed(0, 50);
  backoff.failed(10, 60);
  backoff.failed(50, 70);
  assert.equal(backoff.remainingMs(50), 100);
  backoff.failed(150, 160);
  assert.equal(backoff.remainingMs(160), 200);
});

Deno.test("Backoff starts anew after a success", () => {
  const backoff = new Backoff({ first: 100, most: 1_000 });
  backoff.failed(0, 1);
  backoff.failed(200, 201);
  backoff.succeeded();
  assert(backoff.remainingMs(202) <= 0);
  backoff.failed(300, 301);
  assert.equal(backoff.remainingMs(301), 100);
});

Deno.test("Backoff without a pause lets every call through", () => {
  const backoff = new Backoff(backoffLimits({ first: 0 }));
  backoff.failed(0, 1);
  backoff.failed(2, 3);
  assert(backoff.remainingMs(3) <= 0);
});

Deno.test("backoffLimits() fills in a second and a minute", () => {
  assert.deepEqual(backoffLimits({}), { first: 1_000, most: 60_000 });
});

Deno.test("Dendrite answers Backoff at once after a failure, and sends nothing", async () => {
  const port = closedPort();
  const backoffMs = { first: 600_000, most: 600_000 };
  await using client = dendrite({ wallet: IDENTITY, backoffMs });
  const ask = () => client.forwardText({ endpoints: endpointAt(port), inputs: "the cat" });
  const together = await Promise.all([ask(), ask(), ask()]);
  assert.deepEqual(together.map(({ codes }) => codes), [[3], [3], [3]]);
  const { representations, codes, messages } = await ask();
  assert.deepEqual(codes, [ReturnCode.Backoff]);
  assert.match(messages[0]!, /^not sent: .* asked again in (5\d{5}|600000) ms$/);
  assert.deepEqual(representations[0]?.dims, [1, 2, NETWORK_DIM]);
  assert.equal(client.statistics().endpoints[0]?.requests, 3);
});

Deno.test("Dendrite asks again after the pause, and starts anew after an answer", async () => {
  let works = false;
  await using server = await grpcServer(({ bytes }) => works ? echo(bytes) : undefined);
  await using client = dendrite({ wallet: IDENTITY, backoffMs: { first: 1 }, timeoutMs: 20_000 });
  const endpoints = endpointAt(server.port);
  const ask = async (timeoutMs?: number) => {
    const { codes } = await client.forwardText({ endpoints, inputs: "the cat", timeoutMs });
    return codes[0];
  };
  assert.equal(await ask(50), ReturnCode.Timeout);
  works = true;
  let code = await ask();
  while (code === ReturnCode.Backoff) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    code = await ask();
  }
  assert.equal(code, ReturnCode.Success);
  assert.equal(await ask(), ReturnCode.Success);
});

Deno.test("Dendrite does not back off from a peer that answers, nor for its own abort", async () => {
  await using failing = await grpcServer(() => answer([], ReturnCode.Timeout, "my model is slow"));
  const started = Promise.withResolvers<void>();
  await using hanging = await grpcServer(() => {
    started.resolve();
    return undefined;
  });
  const backoffMs = { first: 600_000, most: 600_000 };
  await using client = dendrite({ wallet: IDENTITY, backoffMs, timeoutMs: 60_000 });
  for (let times = 0; times < 2; times++) {
    const endpoints = endpointAt(failing.port);
    const { messages } = await client.forwardText({ endpoints, inputs: "the cat" });
    assert.deepEqual(messages, ["my model is slow"]);
  }
  const endpoints = endpointAt(hanging.port);
  const controller = new AbortController();
  const { signal } = controller;
  const call = client.forwardText({ endpoints, inputs: "the cat", signal });
  await started.promise;
  controller.abort();
  await assert.rejects(call);
  const { codes } = await client.forwardText({ endpoints, inputs: "the cat", timeoutMs: 50 });
  assert.deepEqual(codes, [ReturnCode.Timeout]);
});

Deno.test("Dendrite reaches a peer that came back", async () => {
  const port = closedPort();
  await using servers = new AsyncDisposableStack();
  await using client = dendrite({ wallet: IDENTITY, backoffMs: { first: 0 } });
  const ask = () => client.forwardText({ endpoints: endpointAt(port), inputs: "the cat" });
  for (let times = 0; times < 3; times++) {
    assert.deepEqual((await ask()).codes, [ReturnCode.Unavailable]);
  }
  servers.use(await grpcServer(({ bytes }) => echo(bytes), { port }));
  assert.deepEqual((await ask()).codes, [ReturnCode.Success]);
});
