import assert from "node:assert/strict";
import { delay } from "../../lib/base/deadline.ts";
import { devchain } from "../../lib/devchain/devchain.ts";
import { address } from "../../lib/domain/address.ts";
import { rao } from "../../lib/domain/balance.ts";
import { RpcSocket } from "./rpc_socket.ts";

const ALICE = address("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");

Deno.test("devchain() endows the well-known accounts and starts at block 0", async () => {
  await using chain = await devchain();
  assert.deepEqual(chain.accounts.map(({ uri }) => uri), [
    "//Alice",
    "//Bob",
    "//Charlie",
    "//Dave",
    "//Eve",
    "//Ferdie",
  ]);
  assert.equal(chain.accounts[0]?.address, ALICE);
  assert.equal(chain.block, 0);
  assert.match(chain.endpoint, /^ws:\/\/127\.0\.0\.1:\d+$/);
});

Deno.test("devchain() makes the same genesis block of the same balances", async () => {
  await using first = await devchain();
  await using second = await devchain({ now: () => 0 });
  await using other = await devchain({ balances: [[ALICE, rao(500n)]] });
  assert.equal(first.genesisHash, second.genesisHash);
  assert.notEqual(first.genesisHash, other.genesisHash);
});

Deno.test("devchain() names the port that is in use", async () => {
  await using chain = await devchain();
  const port = Number(new URL(chain.endpoint).port);
  await assert.rejects(devchain({ port }), {
    code: "devchain/port-in-use",
    message: `Cannot listen on 127.0.0.1:${port}: port ${port} is in use`,
    hint: "use another port, or 0 for a free one",
  });
});

Deno.test("devchain() says why it cannot listen", async () => {
  await assert.rejects(devchain({ host: "203.0.113.1" }), {
    code: "devchain/cannot-listen",
    message: /^Cannot listen on 203\.0\.113\.1:0: /,
  });
});

Deno.test("devchain() rejects balances and times that are out of range", async () => {
  await assert.rejects(devchain({ balances: [[ALICE, rao(499n)]] }), RangeError);
  await assert.rejects(devchain({ balances: [[ALICE, rao(1n << 64n)]] }), RangeError);
  await assert.rejects(devchain({ finalityDelayMs: -1 }), RangeError);
  await assert.rejects(devchain({ finalityDelayMs: NaN }), RangeError);
  await assert.rejects(devchain({ seal: { intervalMs: 0 } }), RangeError);
  await assert.rejects(devchain({ seal: { intervalMs: 2 ** 31 } }), RangeError);
});

Deno.test("close() leaves nothing of clients, subscriptions and timers", async () => {
  const chain = await devchain({ seal: { intervalMs: 5 } });
  const clients = await Promise.all(
    Array.from({ length: 5 }, () => RpcSocket.open(chain.endpoint)),
  );
  for (const client of clients) await client.result("chain_subscribeFinalizedHeads");
  await clients[0]!.notification();
  await Promise.all([chain.close(), chain.close()]);
  await chain.close();
  for (const { closed } of clients) assert.equal((await closed).code, 1001);
  const { block } = chain;
  await delay(20);
  assert.equal(chain.block, block);
});

Deno.test("close() does not wait for a client that says nothing", async () => {
  const chain = await devchain();
  using silent = await openSilently(chain.endpoint);
  await chain.close();
  assert.notEqual(silent, undefined);
});

Deno.test("devchain() stops when its signal fires", async () => {
  const controller = new AbortController();
  const chain = await devchain({ signal: controller.signal });
  await using client = await RpcSocket.open(chain.endpoint);
  controller.abort();
  assert.equal((await client.closed).code, 1001);
  await chain.close();
  const reason = new Error("changed my mind");
  await assert.rejects(devchain({ signal: AbortSignal.abort(reason) }), reason);
});

Deno.test("devchain() answers plain HTTP with what it wants", async () => {
  await using chain = await devchain();
  const response = await fetch(chain.endpoint.replace("ws:", "http:"));
  assert.equal(response.status, 426);
  await response.text();
});

Deno.test("devchain() drops a client that sends too much at once", async () => {
  await using chain = await devchain();
  await using greedy = await RpcSocket.open(chain.endpoint);
  greedy.send("x".repeat(1024 * 1024 + 1));
  assert.equal((await greedy.closed).code, 1009);
});

Deno.test("devchain() drops a client that does not read, and serves the others", async () => {
  await using chain = await devchain();
  using silent = await openSilently(chain.endpoint);
  await using other = await RpcSocket.open(chain.endpoint);
  const request = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "state_getMetadata" });
  const requests = 5000;
  const frames = new Uint8Array(requests * (request.length + 6));
  const frame = [0x81, 0x80 | request.length, 0, 0, 0, 0, ...new TextEncoder().encode(request)];
  for (let at = 0; at < frames.length; at += frame.length) frames.set(frame, at);
  for (let sent = 0; sent < frames.length;) sent += await silent.write(frames.subarray(sent));
  assert.equal(await other.result("system_chain"), "Development");
  const metadata = await other.result("state_getMetadata") as string;
  let received = 0;
  const chunk = new Uint8Array(64 * 1024);
  for (let length: number | null = 0; length !== null; received += length ?? 0) {
    length = await silent.read(chunk).catch(() => null);
  }
  assert(
    received < requests * metadata.length,
    `received ${received} of ${requests * metadata.length}`,
  );
});

/** A WebSocket that was opened by hand and neither reads nor answers. */
async function openSilently(endpoint: string): Promise<Deno.Conn> {
  const { hostname, port, host } = new URL(endpoint);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const lines = [
    "GET / HTTP/1.1",
    `Host: ${host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec-WebSocket-Version: 13",
  ];
  await connection.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
  const answer = new Uint8Array(1024);
  await connection.read(answer);
  assert.match(new TextDecoder().decode(answer), /^HTTP\/1\.1 101 /);
  return connection;
}
