import assert from "node:assert/strict";
import { Statistics } from "../../lib/axon/statistics.ts";
import { Client, localAxon, textRequest } from "./local_axon.ts";

const REQUEST = { bytesIn: 10, bytesOut: 20, returnCode: 0, latencyMs: 1 };

Deno.test("Axon.statistics() counts requests, bytes on the wire and codes, across restarts", async () => {
  await using server = await localAxon().start();
  assert.deepEqual(server.statistics(), {
    total: { requests: 0, bytesIn: 0, bytesOut: 0, codes: {}, latencyMs: null },
    callers: {},
    refused: {},
    running: 0,
    queued: 0,
  });
  const request = textRequest();
  let bytesOut = 0;
  for (let start = 0; start < 2; start++) {
    using client = new Client(server.port);
    bytesOut += (await client.send(request)).length;
    await server.stop();
    await server.start();
  }
  using client = new Client(server.port);
  const empty = await client.send(new Uint8Array());
  const { total, callers } = server.statistics();
  assert.equal(total.requests, 3);
  assert.equal(total.bytesIn, 2 * request.length);
  assert.equal(total.bytesOut, bytesOut + empty.length);
  assert.deepEqual(total.codes, { Success: 2, EmptyRequest: 1 });
  assert.equal(total.latencyMs?.count, 3);
  assert((total.latencyMs?.p50 ?? 0) > 0);
  assert.deepEqual(callers, { "127.0.0.1": total });
  assert.deepEqual(JSON.parse(JSON.stringify(server.statistics())), server.statistics());
});

Deno.test("Statistics remembers a bounded number of callers, those of late", () => {
  const statistics = new Statistics();
  for (let caller = 0; caller < 3_000; caller++) {
    statistics.record(`${caller}`, REQUEST);
    statistics.record("regular", REQUEST);
  }
  const { total, callers } = statistics.read();
  assert.equal(total.requests, 6_000);
  assert.equal(Object.keys(callers).length, 1_000);
  assert.equal(callers["regular"]?.requests, 3_000);
  assert.equal(callers["2999"]?.requests, 1);
  assert.equal(callers["0"], undefined);
});

Deno.test("Statistics tells the latencies of the latest requests", () => {
  const statistics = new Statistics();
  for (let latencyMs = 1; latencyMs <= 1_100; latencyMs++) {
    statistics.record("one", { ...REQUEST, latencyMs });
  }
  const { total, callers } = statistics.read();
  assert.deepEqual(total.latencyMs, { count: 1_000, p50: 600, p90: 1_000, p99: 1_090, max: 1_100 });
  assert.equal(callers["one"]?.latencyMs?.p50, 1_050);
});
