import assert from "node:assert/strict";
import { type Tensor, zeros } from "../../lib/base/tensor.ts";
import type { AxonOptions } from "../../lib/axon/axon_options.ts";
import { NETWORK_DIM } from "../../lib/domain/constants.ts";
import { Client, isSample, localAxon } from "./local_axon.ts";

/** An axon whose callback runs until it is released, and tells when it runs and when it is stopped. */
async function slowAxon(options: Partial<AxonOptions> = {}) {
  const running = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<DOMException>();
  const release = Promise.withResolvers<Tensor>();
  const server = await localAxon({
    ...options,
    forwardText: (_caller, inputs, { signal }) => {
      if (isSample(inputs)) return null;
      signal.addEventListener("abort", () => aborted.resolve(signal.reason), { once: true });
      running.resolve();
      return release.promise;
    },
  }).start();
  return { server, running, aborted, release };
}

Deno.test("Axon.stop() lets a running callback end", async () => {
  const { server, running, release } = await slowAxon({ graceMs: 600_000 });
  using client = new Client(server.port);
  const asked = client.code();
  await running.promise;
  const stopped = server.stop();
  release.resolve(zeros([1, 2, NETWORK_DIM]));
  assert.equal(await asked, "Success");
  await stopped;
});

Deno.test("Axon.stop() cancels a callback after the grace, and answers its caller", async () => {
  const { server, running, aborted } = await slowAxon({ graceMs: 1 });
  using client = new Client(server.port);
  const asked = client.code();
  await running.promise;
  await server.stop();
  assert.equal((await aborted.promise).name, "AbortError");
  assert.equal(await asked, "NotServingNucleus");
});

Deno.test("Axon.stop() answers the requests that wait", async () => {
  const { server, running } = await slowAxon({ graceMs: 1, maximumRunning: 1 });
  using client = new Client(server.port);
  const asked = [client.code()];
  await running.promise;
  asked.push(client.code(), client.code(), client.code());
  while (server.statistics().queued < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  await server.stop();
  assert.deepEqual(await Promise.all(asked), Array(4).fill("NotServingNucleus"));
  assert.equal(server.statistics().refused.stopping, 3);
});

Deno.test("Axon.stop() lets waiting requests run within the grace", async () => {
  const { server, running, release } = await slowAxon({ graceMs: 600_000, maximumRunning: 1 });
  using client = new Client(server.port);
  const asked = [client.code()];
  await running.promise;
  asked.push(client.code(), client.code());
  while (server.statistics().queued < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  const stopped = server.stop();
  release.resolve(zeros([1, 2, NETWORK_DIM]));
  assert.deepEqual(await Promise.all(asked), Array(3).fill("Success"));
  await stopped;
});

Deno.test("Axon.stop() refuses requests that still come", async () => {
  const { server, running, release } = await slowAxon({ graceMs: 600_000 });
  using client = new Client(server.port);
  const asked = client.code();
  await running.promise;
  const stopped = server.stop();
  // The stop takes effect when the promises of the start have settled.
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(await client.code(), "NotServingNucleus");
  release.resolve(zeros([1, 2, NETWORK_DIM]));
  assert.equal(await asked, "Success");
  await stopped;
});

Deno.test("Axon.start() serves again although a callback of before never ended", async () => {
  const { server, running, release } = await slowAxon({ graceMs: 1, maximumRunning: 1 });
  {
    using client = new Client(server.port);
    const asked = client.code();
    await running.promise;
    await server.stop();
    await asked;
  }
  await server.start();
  using client = new Client(server.port);
  const asked = client.code();
  while (server.statistics().running < 1) await new Promise((resolve) => setTimeout(resolve, 1));
  release.resolve(zeros([1, 2, NETWORK_DIM]));
  assert.equal(await asked, "Success");
  await server.stop();
});
