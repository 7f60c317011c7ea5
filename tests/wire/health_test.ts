import assert from "node:assert/strict";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { Health } from "../../lib/wire/health.ts";
import {
  HealthCheckRequestSchema,
  HealthCheckResponse_ServingStatus as ServingStatus,
  HealthCheckResponseSchema,
  HealthListResponseSchema,
} from "../../proto/gen/health_pb.ts";
import { serveStreams, serviceClient } from "./service_client.ts";

const CHECK = "/grpc.health.v1.Health/Check";
const LIST = "/grpc.health.v1.Health/List";
const WATCH = "/grpc.health.v1.Health/Watch";

const { SERVING, NOT_SERVING, SERVICE_UNKNOWN } = ServingStatus;

function about(service: string): Uint8Array {
  return toBinary(HealthCheckRequestSchema, create(HealthCheckRequestSchema, { service }));
}

function statusIn(answer: Uint8Array): ServingStatus {
  return fromBinary(HealthCheckResponseSchema, answer).status;
}

Deno.test("Health answers Check for the server and for its service", async () => {
  const health = new Health();
  const server = await serveStreams(health.streams());
  await using client = serviceClient(server.port);
  assert.equal(statusIn(await client.ask(CHECK, about(""))), SERVING);
  assert.equal(statusIn(await client.ask(CHECK, about("Bittensor"))), SERVING);
  health.set("NOT_SERVING");
  assert.equal(health.status, "NOT_SERVING");
  assert.equal(statusIn(await client.ask(CHECK, about("Bittensor"))), NOT_SERVING);
  await server.close(0);
});

Deno.test("Health answers Check for an unknown service with NOT_FOUND", async () => {
  const server = await serveStreams(new Health().streams());
  await using client = serviceClient(server.port);
  await assert.rejects(client.ask(CHECK, about("café")), {
    code: grpc.status.NOT_FOUND,
    details: '"café" is not served here',
  });
  await server.close(0);
});

Deno.test("Health refuses what is no request with INVALID_ARGUMENT", async () => {
  const server = await serveStreams(new Health().streams());
  await using client = serviceClient(server.port);
  const refused = { code: grpc.status.INVALID_ARGUMENT };
  await assert.rejects(client.ask(CHECK, Uint8Array.of(0x0a, 9)), refused);
  await assert.rejects(client.ask(CHECK, about("a".repeat(2000))), refused);
  const silent = client.converse(CHECK);
  silent.end();
  const [error] = await once(silent, "error");
  assert.equal(Reflect.get(Object(error), "code"), grpc.status.INVALID_ARGUMENT);
  await server.close(0);
});

Deno.test("Health answers List with the status of every service", async () => {
  const server = await serveStreams(new Health("NOT_SERVING").streams());
  await using client = serviceClient(server.port);
  const { statuses } = fromBinary(
    HealthListResponseSchema,
    await client.ask(LIST, new Uint8Array()),
  );
  const found = Object.entries(statuses).map(([service, { status }]) => [service, status]);
  assert.deepEqual(found, [["", NOT_SERVING], ["Bittensor", NOT_SERVING]]);
  await server.close(0);
});

Deno.test("Health tells Watch the status at once and after each change, until it is cancelled", async () => {
  const health = new Health();
  const server = await serveStreams(health.streams(), 1);
  await using client = serviceClient(server.port);
  // More often than streams are allowed at one time: each must be gone when it is cancelled.
  for (let round = 0; round < 3; round++) {
    const watching = client.watch(WATCH, about("Bittensor"));
    const answers = watching[Symbol.asyncIterator]();
    const next = async () => statusIn((await answers.next()).value);
    assert.equal(await next(), SERVING);
    health.set("NOT_SERVING");
    assert.equal(await next(), NOT_SERVING);
    health.set("NOT_SERVING");
    health.set("SERVING");
    assert.equal(await next(), SERVING);
    watching.cancel();
    await assert.rejects(answers.next(), { code: grpc.status.CANCELLED });
    await untilFree(() => client.ask(CHECK, about("")));
  }
  await server.close(0);
});

Deno.test("Health tells Watch that a service is unknown, and keeps it open", async () => {
  const health = new Health();
  const server = await serveStreams(health.streams());
  await using client = serviceClient(server.port);
  const watching = client.watch(WATCH, about("other"));
  const answers = watching[Symbol.asyncIterator]();
  assert.equal(statusIn((await answers.next()).value), SERVICE_UNKNOWN);
  const next = answers.next();
  health.set("NOT_SERVING");
  assert.equal(await Promise.race([next, client.ask(CHECK, about("")).then(() => "none")]), "none");
  watching.cancel();
  await assert.rejects(next, { code: grpc.status.CANCELLED });
  await server.close(0);
});

Deno.test("serve() refuses more streams than its limit, and then takes others", async () => {
  const server = await serveStreams(new Health().streams(), 1);
  await using client = serviceClient(server.port);
  const watching = client.watch(WATCH, about(""));
  const answers = watching[Symbol.asyncIterator]();
  await answers.next();
  await assert.rejects(client.ask(CHECK, about("")), { code: grpc.status.RESOURCE_EXHAUSTED });
  watching.cancel();
  await assert.rejects(answers.next(), { code: grpc.status.CANCELLED });
  await untilFree(() => client.ask(CHECK, about("")));
  await server.close(0);
});

Deno.test("serve() ends open streams at once when it closes", async () => {
  const server = await serveStreams(new Health().streams());
  await using client = serviceClient(server.port);
  const watching = client.watch(WATCH, about(""));
  const answers = watching[Symbol.asyncIterator]();
  await answers.next();
  const ended = assert.rejects(answers.next(), { code: grpc.status.UNAVAILABLE });
  // It waits for calls that run: were the stream one, this would take a day.
  await server.close(86_400_000);
  await ended;
});

/** Asks until the server has noticed that another call ended. */
async function untilFree(ask: () => Promise<unknown>): Promise<void> {
  while (true) {
    try {
      return void await ask();
    } catch (error) {
      assert.equal(Reflect.get(Object(error), "code"), grpc.status.RESOURCE_EXHAUSTED);
    }
  }
}

function once(stream: grpc.ClientDuplexStream<Uint8Array, Uint8Array>, event: string) {
  return new Promise<unknown[]>((resolve) => stream.once(event, (...values) => resolve(values)));
}
