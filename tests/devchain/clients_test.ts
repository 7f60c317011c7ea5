/** Many clients at once, clients that misbehave, and clients that come by HTTP. */

import assert from "node:assert/strict";
import { type DevChain, devchain } from "../../lib/devchain/devchain.ts";
import { type Message, RpcSocket } from "./rpc_socket.ts";
import { testStockClient } from "./stock_client.ts";

const MAX_MESSAGE = 8 * 1024 * 1024;
const CLIENTS = 50;

/** A batch with an answer of hundreds of kilobytes. */
const LARGE_REQUEST = JSON.stringify(
  Array.from({ length: 10 }, () => ({ jsonrpc: "2.0", id: 0, method: "state_getMetadata" })),
);

interface Head {
  readonly number: string;
  readonly parentHash: string;
}

Deno.test("a client that sends too much at once is dropped, and the others are served", async () => {
  await using chain = await devchain();
  await using other = await RpcSocket.open(chain.endpoint);
  await using greedy = await RpcSocket.open(chain.endpoint);
  greedy.send("x".repeat(MAX_MESSAGE + 1));
  assert.equal(await other.result("system_chain"), "Development");
  assert.equal((await greedy.closed).code, 1009);
  assert.equal(await other.result("system_chain"), "Development");
});

Deno.test("a client that breaks the WebSocket protocol is dropped, and the others are served", async () => {
  await using chain = await devchain();
  await using other = await RpcSocket.open(chain.endpoint);
  // Reserved bits set; a frame of the greatest length there is; text that is not UTF-8.
  for (const hex of ["f1850000000000", `81ff7fffffffffffffff00000000`, "81810000000080"]) {
    using broken = await openByHand(chain.endpoint);
    await broken.write(Uint8Array.fromHex(hex));
    assert.equal(await other.result("system_chain"), "Development");
    await readAll(broken);
  }
  assert.equal(await other.result("system_chain"), "Development");
});

Deno.test("a client that does not read is dropped, and the others are served", async () => {
  await using chain = await devchain();
  using silent = await openByHand(chain.endpoint);
  await using other = await RpcSocket.open(chain.endpoint);
  const metadata = await other.result("state_getMetadata") as string;
  // Twice as many answers as may wait.
  const requests = Math.ceil((128 * 1024 * 1024) / metadata.length);
  const request = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "state_getMetadata" });
  const frame = [0x81, 0x80 | request.length, 0, 0, 0, 0, ...new TextEncoder().encode(request)];
  const frames = new Uint8Array(requests * frame.length);
  for (let at = 0; at < frames.length; at += frame.length) frames.set(frame, at);
  for (let sent = 0; sent < frames.length;) sent += await silent.write(frames.subarray(sent));
  assert.equal(await other.result("system_chain"), "Development");
  const received = await readAll(silent);
  assert(received < requests * metadata.length, `${received} of ${requests * metadata.length}`);
});

Deno.test("a large answer leaves before the requests behind it are served", async () => {
  await using chain = await devchain({ seal: "manual" });
  await using client = await RpcSocket.open(chain.endpoint);
  const rounds = 50;
  for (let id = 1; id <= rounds; id++) {
    client.send(LARGE_REQUEST);
    client.send(JSON.stringify({ jsonrpc: "2.0", id, method: "dev_mine" }));
  }
  assert(Array.isArray(await client.next()));
  assert(chain.block < rounds, "all were served before the first answer left");
  const answers = [];
  while (answers.length < 2 * rounds - 1) answers.push(await client.next());
  const ids = answers.flatMap((message) => (message as Message).id ?? []);
  assert.deepEqual(ids, Array.from({ length: rounds }, (_, index) => index + 1), "in order");
});

Deno.test("close() does not wait for a client that says nothing", async () => {
  const chain = await devchain();
  using silent = await openByHand(chain.endpoint);
  await chain.close();
  assert.notEqual(silent, undefined);
});

Deno.test("requests and batches are answered over HTTP, subscriptions are not", async () => {
  await using chain = await devchain();
  const request = (id: number, method: string) => ({ jsonrpc: "2.0", id, method, params: [] });
  const one = await post(chain, JSON.stringify(request(1, "system_chain")));
  assert.match(one.headers.get("content-type") ?? "", /^application\/json/);
  assert.deepEqual(await one.json(), { jsonrpc: "2.0", result: "Development", id: 1 });
  const batch = [request(1, "chain_subscribeNewHeads"), request(2, "nonsense")];
  const answers = await (await post(chain, JSON.stringify(batch))).json() as Message[];
  assert.deepEqual(answers.map(({ error }) => error?.code), [-32090, -32601]);
  const malformed = await (await post(chain, "{")).json() as Message;
  assert.equal(malformed.error?.code, -32700);
  const notification = await post(
    chain,
    JSON.stringify({ jsonrpc: "2.0", method: "system_chain" }),
  );
  assert.equal(notification.status, 204);
});

Deno.test("HTTP that is no JSON-RPC is refused", async () => {
  await using chain = await devchain();
  const statusOf = async (response: Response) => {
    await response.text();
    return response.status;
  };
  assert.equal(await statusOf(await fetch(chain.endpoint.replace("ws:", "http:"))), 405);
  // What a form of any web page could send.
  assert.equal(await statusOf(await post(chain, "{}", "text/plain")), 415);
  assert.equal(await statusOf(await post(chain, "x".repeat(MAX_MESSAGE + 1))), 413);
  assert.equal(await post(chain, "x".repeat(1000)).then(statusOf), 200);
});

// Last, as timers of the stock client outlive it: see stock_client.ts.
testStockClient("fifty clients at once see one chain", async (client) => {
  const { chain, api } = client;
  const keys = Array.from({ length: CLIENTS }, (_, index) => client.account(`//Client//${index}`));
  const endow = keys.map(({ address }) => client.call("balances", "transfer", address, 10n ** 9n));
  const alice = client.account("//Alice");
  await Promise.all(endow.map((call, nonce) => client.submit(call, alice, { nonce })));
  const start = chain.block;

  const watched = await Promise.all(keys.map(async (key, index) => {
    const signed = await client.sign(client.call("system", "remark", `0x${index}`), key);
    await using rpc = await RpcSocket.open(chain.endpoint);
    await rpc.answer("chain_subscribeNewHeads");
    await rpc.answer("author_submitAndWatchExtrinsic", signed);
    return await untilFinalized(rpc);
  }));

  const heads = new Map<number, string>();
  for (const { numbers } of watched) {
    for (const [number, parent] of numbers) {
      assert.equal(heads.get(number) ?? parent, parent, `parents of block ${number}`);
      heads.set(number, parent);
    }
    const seen = [...numbers.keys()];
    assert.deepEqual(seen, seen.map((_, index) => seen[0]! + index), "blocks in order");
  }
  const included = await extrinsicCounts(start + 1, chain.block);
  assert.equal(included, CLIENTS);
  for (const { status } of watched) {
    const { block } = await api.rpc.chain.getBlock(status);
    assert(block.header.number.toNumber() > start);
  }

  async function extrinsicCounts(first: number, last: number): Promise<number> {
    let count = 0;
    for (let number = first; number <= last; number++) {
      const { block } = await api.rpc.chain.getBlock(await api.rpc.chain.getBlockHash(number));
      count += block.extrinsics.filter(({ isSigned }) => isSigned).length;
    }
    return count;
  }
}, { finalityDelayMs: 20 });

/** Collects heads until the extrinsic that the client watches is final. */
async function untilFinalized(rpc: RpcSocket) {
  const numbers = new Map<number, string>();
  while (true) {
    const { method, params } = await rpc.next() as Message;
    if (method === "chain_newHead") {
      const { number, parentHash } = params!.result as Head;
      numbers.set(Number(number), parentHash);
    } else if (method === "author_extrinsicUpdate") {
      const status = params!.result as { readonly finalized?: string };
      if (status.finalized !== undefined) return { numbers, status: status.finalized };
    }
  }
}

function post({ endpoint }: DevChain, body: string, type = "application/json"): Promise<Response> {
  const headers = { "content-type": type };
  return fetch(endpoint.replace("ws:", "http:"), { method: "POST", headers, body });
}

/** Opens a WebSocket by hand, which then neither reads nor answers. */
async function openByHand(endpoint: string): Promise<Deno.Conn> {
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

/** Reads until the other side ends the connection. @returns how many bytes there were. */
async function readAll(connection: Deno.Conn): Promise<number> {
  const chunk = new Uint8Array(64 * 1024);
  for (let total = 0;;) {
    const length = await connection.read(chunk).catch(() => null);
    if (length === null) return total;
    total += length;
  }
}
