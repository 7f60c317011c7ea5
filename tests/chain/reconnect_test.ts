import assert from "node:assert/strict";
import { connectChain } from "../../lib/chain/polkadot.ts";
import { type Subtensor, subtensor } from "../../lib/chain/subtensor.ts";
import { devchain } from "../../lib/devchain/devchain.ts";
import { keypairFromUri } from "../../lib/wallet/keypair.ts";
import { CuttingProxy } from "../faults/cutting_proxy.ts";

const alice = keypairFromUri("//Alice");
const hotkey = keypairFromUri("//hotkey");

/** An address of this machine where nothing listens. */
function closedEndpoint(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return `ws://127.0.0.1:${listener.addr.port}`;
}

function makeBlock(client: Subtensor, port: number) {
  return client.subscribe({ hotkey, coldkey: alice.address, ip: "203.0.113.7", port });
}

Deno.test("subtensor() takes the first of several endpoints that answers", async () => {
  await using chain = await devchain();
  const dead = closedEndpoint();
  await using client = await subtensor({ network: `${dead},${chain.endpoint}` });
  assert.equal(client.endpoint, chain.endpoint);
  assert.equal(String(client), `Subtensor (${dead}:${chain.endpoint})`);
  assert.equal(await client.getCurrentBlock(), 0);
});

Deno.test("subtensor() names all endpoints when none of them answers, and what to do", async () => {
  const endpoints = [closedEndpoint(), closedEndpoint()];
  await assert.rejects(subtensor({ network: endpoints.join() }), {
    code: "chain/unreachable",
    message: new RegExp(`at ${endpoints.join(", ")}: `),
    hint: /bt devchain/,
  });
});

Deno.test("reads go on at the next endpoint when one is lost", async () => {
  await using chain = await devchain();
  await using second = new CuttingProxy(chain.endpoint);
  const first = new CuttingProxy(chain.endpoint);
  await using client = await subtensor({ network: `${first.endpoint},${second.endpoint}` });
  assert.equal(client.endpoint, first.endpoint);
  await first[Symbol.asyncDispose]();
  assert.equal(await client.getCurrentBlock(), 0);
  assert.equal(client.endpoint, second.endpoint);
});

Deno.test("reads never go on at a node of another chain", async () => {
  await using chain = await devchain();
  await using other = await devchain({ genesis: { balances: {} } });
  const proxy = new CuttingProxy(chain.endpoint);
  await using client = await subtensor({ network: `${proxy.endpoint},${other.endpoint}` });
  await proxy[Symbol.asyncDispose]();
  await assert.rejects(client.getCurrentBlock({ timeoutMs: 1000 }), {
    code: "chain/connection-lost",
    message: /and not restored in 1000 ms: it serves another chain/,
  });
});

Deno.test("blocks() leaves no gap when the connection is lost for a while", async () => {
  await using chain = await devchain();
  await using proxy = new CuttingProxy(chain.endpoint);
  await using client = await subtensor({ network: proxy.endpoint });
  await using direct = await subtensor({ network: chain.endpoint });
  const seen: number[] = [];
  for await (const { number } of client.blocks()) {
    seen.push(number);
    if (number === 5) break;
    if (number !== 0) continue;
    proxy.cutAll();
    for (const port of [1, 2, 3, 4, 5]) await makeBlock(direct, port);
  }
  assert.deepEqual(seen, [0, 1, 2, 3, 4, 5]);
});

Deno.test("a node that falls silent counts as lost, and the next connection goes on", async () => {
  await using chain = await devchain();
  await using proxy = new CuttingProxy(chain.endpoint);
  await using client = await connectChain([proxy.endpoint], { heartbeatMs: 50 });
  await using direct = await subtensor({ network: chain.endpoint });
  const seen: number[] = [];
  for await (const { number } of client.blocks()) {
    seen.push(number);
    if (number === 1) break;
    proxy.muteAll();
    await makeBlock(direct, 1);
  }
  assert.deepEqual(seen, [0, 1]);
  assert.ok(client.connections >= 2);
});

Deno.test("subtensor() rejects in time at a WebSocket server that never answers", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => Deno.upgradeWebSocket(request).response,
  );
  const network = `ws://127.0.0.1:${server.addr.port}`;
  await assert.rejects(subtensor({ network, timeoutMs: 200 }), { code: "chain/unreachable" });
});

Deno.test("subtensor() rejects at a server that does not speak JSON-RPC", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = () => socket.send("hello");
      return response;
    },
  );
  const network = `ws://127.0.0.1:${server.addr.port}`;
  await assert.rejects(subtensor({ network, timeoutMs: 1000 }), { code: "chain/unreachable" });
});
