import assert from "node:assert/strict";
import type { Tensor } from "../../lib/base/tensor.ts";
import type { AxonOptions } from "../../lib/axon/axon_options.ts";
import { stakePriority } from "../../lib/axon/priority.ts";
import { address } from "../../lib/domain/address.ts";
import { ndarray } from "../../lib/metagraph/arrays.ts";
import { keypairFromUri } from "../../lib/wallet/keypair.ts";
import { Client, forwardText, isSample, localAxon, textRequest } from "./local_axon.ts";

/** The order in which callers are served who wait behind one that runs; each comes after the last. */
async function servedOrder(callers: string[], options: Partial<AxonOptions>): Promise<string[]> {
  const order: string[] = [];
  const running = Promise.withResolvers<void>();
  const release = Promise.withResolvers<Tensor | null>();
  await using server = await localAxon({
    maximumRunning: 1,
    ...options,
    forwardText: (caller, inputs, context) => {
      if (isSample(inputs)) return null;
      running.resolve();
      if (caller === "first") return release.promise;
      order.push(caller);
      return forwardText(caller, inputs, context);
    },
  }).start();
  using client = new Client(server.port);
  const asked = [client.code(textRequest("first"))];
  await running.promise;
  for (const [index, caller] of callers.entries()) {
    asked.push(client.code(textRequest(caller)));
    while (server.statistics().queued <= index) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  release.resolve(null);
  await Promise.all(asked);
  return order;
}

Deno.test("Axon serves waiting requests by the priority of their callers", async () => {
  const order = await servedOrder(["1", "3", "2"], { priority: ({ hotkey }) => Number(hotkey) });
  assert.deepEqual(order, ["3", "2", "1"]);
});

Deno.test("Axon takes 0 for a priority that is none", async () => {
  const priority = ({ hotkey }: { hotkey: string }) => {
    if (hotkey === "throws") throw new Error("no idea");
    return Promise.resolve(Number(hotkey));
  };
  const order = await servedOrder(["-1", "NaN", "throws", "1"], { priority });
  assert.deepEqual(order, ["1", "NaN", "throws", "-1"]);
});

Deno.test("Axon answers NucleusFull at once when as many wait as may", async () => {
  const running = Promise.withResolvers<void>();
  const release = Promise.withResolvers<null>();
  await using server = await localAxon({
    maximumRunning: 1,
    maximumQueued: 1,
    forwardText: (_caller, inputs) => {
      if (isSample(inputs)) return null;
      running.resolve();
      return release.promise;
    },
  }).start();
  using client = new Client(server.port);
  const first = client.code();
  await running.promise;
  const second = client.code();
  while (server.statistics().queued < 1) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(await client.code(), "NucleusFull");
  assert.deepEqual(server.statistics().refused, { "queue-full": 1 });
  release.resolve(null);
  assert.deepEqual(await Promise.all([first, second]), ["EmptyResponse", "EmptyResponse"]);
});

Deno.test("Axon gives up a request whose priority never comes", async () => {
  const running = Promise.withResolvers<void>();
  const release = Promise.withResolvers<null>();
  await using server = await localAxon({
    maximumRunning: 1,
    timeoutMs: 50,
    priority: () => new Promise(() => {}),
    forwardText: (_caller, inputs) => {
      if (isSample(inputs)) return null;
      running.resolve();
      return release.promise;
    },
  }).start();
  using client = new Client(server.port);
  const first = client.code();
  await running.promise;
  assert.equal(await client.code(), "NucleusTimeout");
  release.resolve(null);
  await first;
});

Deno.test("stakePriority() is the stake of verified callers, as of the latest sync", async () => {
  const [alice, bob] = [keypairFromUri("//Alice").address, keypairFromUri("//Bob").address];
  let reads = 0;
  let stake = [2.5, 0];
  const graph = {
    block: 7,
    n: 2,
    hotkeys: [address(alice), address(bob)],
    get stake() {
      reads++;
      return ndarray(Float64Array.from(stake));
    },
  };
  const priority = stakePriority(graph);
  assert.equal(await priority({ hotkey: alice, verified: true }), 2.5);
  assert.equal(await priority({ hotkey: alice, verified: false }), 0);
  assert.equal(await priority({ hotkey: bob, verified: true }), 0);
  assert.equal(await priority({ hotkey: "5Stranger", verified: true }), 0);
  assert.equal(reads, 1);
  stake = [2.5, 4];
  graph.block = 8;
  assert.equal(await priority({ hotkey: bob, verified: true }), 4);
  assert.equal(reads, 2);
});
