import assert from "node:assert/strict";
import { delay } from "../../lib/base/deadline.ts";
import { devchain } from "../../lib/devchain/devchain.ts";
import { address } from "../../lib/domain/address.ts";
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
  await using other = await devchain({ genesis: { balances: { [ALICE]: "500 rao" } } });
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

Deno.test("devchain() rejects numbers that are out of range", async () => {
  await assert.rejects(devchain({ keepBlocks: 0 }), RangeError);
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
