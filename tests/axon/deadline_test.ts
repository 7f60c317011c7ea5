import assert from "node:assert/strict";
import type { AxonOptions } from "../../lib/axon/axon_options.ts";
import { Client, isSample, localAxon, textRequest } from "./local_axon.ts";

/** An axon whose callback ends when its signal fires, and the reasons of those signals. */
async function patientAxon(options: Partial<AxonOptions> = {}) {
  const reasons: DOMException[] = [];
  const running = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  const server = await localAxon({
    ...options,
    forwardText: (_caller, inputs, { signal }) => {
      if (isSample(inputs)) return null;
      running.resolve();
      return new Promise((_resolve, reject) =>
        signal.addEventListener("abort", () => {
          reasons.push(signal.reason);
          reject(signal.reason);
          aborted.resolve();
        }, { once: true })
      );
    },
  }).start();
  return { server, running, aborted, reasons };
}

Deno.test("Axon aborts a callback when the caller's deadline passes", async () => {
  const { server, running, aborted, reasons } = await patientAxon();
  await using _server = server;
  using client = new Client(server.port);
  let runs = false;
  running.promise.then(() => runs = true);
  // On a slow machine a deadline may pass before the request is there.
  for (let timeoutMs = 50; !runs; timeoutMs *= 2) {
    await assert.rejects(client.send(textRequest(), { timeoutMs }), {
      message: "DEADLINE_EXCEEDED",
    });
  }
  await aborted.promise;
  assert.equal(reasons[0]?.name, "AbortError");
});

Deno.test("Axon aborts a callback when the caller cancels", async () => {
  const { server, running, aborted, reasons } = await patientAxon();
  await using _server = server;
  using client = new Client(server.port);
  const controller = new AbortController();
  const sent = client.send(textRequest(), { signal: controller.signal });
  await running.promise;
  controller.abort();
  await assert.rejects(sent, { message: "CANCELLED" });
  await aborted.promise;
  assert.deepEqual(reasons.map(({ name }) => name), ["AbortError"]);
});

Deno.test("Axon gives up the request of a caller that set no deadline", async () => {
  const { server, reasons } = await patientAxon({ timeoutMs: 20 });
  await using _server = server;
  using client = new Client(server.port);
  const answers = await Promise.all([client.ask(), client.ask(), client.ask()]);
  for (const { message } of answers) assert.equal(message, "The request took too long");
  assert.equal(await client.code(), "NucleusTimeout");
  assert.deepEqual(reasons.map(({ name }) => name), Array(4).fill("TimeoutError"));
});

Deno.test("Axon runs no request that waited past its deadline", async () => {
  let runs = 0;
  const release = Promise.withResolvers<null>();
  const running = Promise.withResolvers<void>();
  await using server = await localAxon({
    maximumRunning: 1,
    forwardText: (_caller, inputs) => {
      if (isSample(inputs)) return null;
      runs++;
      running.resolve();
      return release.promise;
    },
  }).start();
  using client = new Client(server.port);
  const first = client.code();
  await running.promise;
  const dropped = () => server.statistics().refused["waited-too-long"] ?? 0;
  for (let timeoutMs = 50; dropped() === 0; timeoutMs *= 2) {
    await assert.rejects(client.send(textRequest(), { timeoutMs }), {
      message: "DEADLINE_EXCEEDED",
    });
  }
  while (server.statistics().queued > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  release.resolve(null);
  assert.equal(await first, "EmptyResponse");
  assert.equal(runs, 1);
  assert.equal(server.statistics().total.codes.NucleusTimeout, dropped());
});

Deno.test("Axon bounds the wait of requests without a deadline too", async () => {
  const { server, running } = await patientAxon({ timeoutMs: 100, maximumRunning: 1 });
  await using _server = server;
  using client = new Client(server.port);
  const first = client.ask();
  await running.promise;
  // It waits behind the first, and is given up with it or a little later.
  const second = await client.ask();
  assert.match(second.message, /^The request (waited|took) too long$/);
  assert.equal((await first).message, "The request took too long");
});

Deno.test("Axon keeps the place of a callback that ignores its signal", async () => {
  const release = Promise.withResolvers<null>();
  await using server = await localAxon({
    timeoutMs: 20,
    maximumRunning: 1,
    forwardText: (_caller, inputs) => isSample(inputs) ? null : release.promise,
  }).start();
  using client = new Client(server.port);
  assert.equal((await client.ask()).message, "The request took too long");
  assert.equal(server.statistics().running, 1);
  assert.equal((await client.ask()).message, "The request waited too long");
  release.resolve(null);
  assert.equal(await client.code(), "EmptyResponse");
  assert.equal(server.statistics().running, 0);
});
