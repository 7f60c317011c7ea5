import assert from "node:assert/strict";
import stockRpc from "@polkadot/types/interfaces/jsonrpc";
import { devchain } from "../../lib/devchain/devchain.ts";
import { type Message, RpcSocket } from "./rpc_socket.ts";

function testRpc(name: string, test: (rpc: RpcSocket, endpoint: string) => Promise<void>): void {
  Deno.test(name, async () => {
    await using chain = await devchain();
    await using rpc = await RpcSocket.open(chain.endpoint);
    await test(rpc, chain.endpoint);
  });
}

/** Sends a text and gives the code of the error answer. */
async function errorCode(rpc: RpcSocket, text: string | Uint8Array<ArrayBuffer>) {
  rpc.send(text);
  return (await rpc.next() as Message).error?.code;
}

testRpc("malformed JSON is answered and disturbs nobody", async (rpc, endpoint) => {
  await using other = await RpcSocket.open(endpoint);
  for (const text of ["", "{", "nonsense", '{"jsonrpc":"2.0"', "\u0000"]) {
    assert.equal(await errorCode(rpc, text), -32700);
  }
  assert.equal(await errorCode(rpc, Uint8Array.of(255, 0, 1)), -32700);
  assert.equal(await other.result("system_chain"), "Development");
  assert.equal(await rpc.result("system_chain"), "Development");
});

testRpc("JSON that is no request is refused", async (rpc) => {
  const requests = [1, null, "x", [], {}, { jsonrpc: "1.0", id: 1, method: "system_name" }, [1]];
  for (const request of requests) {
    rpc.send(JSON.stringify(request));
    const [answer] = [await rpc.next()].flat() as Message[];
    assert.equal(answer?.error?.code, -32600);
    assert.equal(answer?.id, null);
  }
});

testRpc("an unknown method is refused, names of object members too", async (rpc) => {
  for (const method of ["system_nonsense", "", "constructor", "__proto__"]) {
    assert.equal((await rpc.ask(method)).error?.code, -32601);
  }
});

testRpc("wrong arguments are refused", async (rpc) => {
  const hash = `0x${"00".repeat(32)}`;
  const requests: [method: string, ...params: unknown[]][] = [
    ["state_getStorage"],
    ["state_getStorage", "0x1"],
    ["state_getStorage", 1],
    ["state_getKeysPaged", "0x"],
    ["state_getKeysPaged", "0x", -1],
    ["state_getKeysPaged", "0x", 1.5],
    ["state_queryStorageAt", "0x"],
    ["state_queryStorageAt", ["nonsense"]],
    ["state_subscribeStorage"],
    ["state_call", "Core_nonsense", "0x"],
    ["state_call", "Core_version"],
    ["state_call", "Core_version", "0x00"],
    ["chain_getHeader", "0x00"],
    ["chain_getBlockHash", "one"],
    ["system_accountNextIndex", "5Grw"],
    ["chain_unsubscribeNewHeads", 1],
  ];
  for (const [method, ...params] of requests) {
    assert.equal((await rpc.ask(method, ...params)).error?.code, -32602, method);
  }
  assert.equal((await rpc.ask("state_getStorage", "0x00", hash)).error?.code, 4003);
  assert.equal((await rpc.ask("state_getKeysPaged", "0x", 1001)).error?.code, 4002);
  assert.equal(await rpc.result("chain_getHeader", hash), null);
  assert.equal(await rpc.result("chain_getBlock", hash), null);
});

testRpc("rpc_methods lists every method, and only those", async (rpc) => {
  const { methods } = await rpc.result("rpc_methods") as { methods: string[] };
  assert.deepEqual(methods, [...new Set(methods)].sort());
  for (const method of new Set([...methods, ...stockMethods()])) {
    const { error } = await rpc.answer(method);
    assert.equal(error?.code !== -32601, methods.includes(method), method);
  }
});

testRpc("every method of the stock client's groups is served, but for a few", async (rpc) => {
  const { methods } = await rpc.result("rpc_methods") as { methods: string[] };
  const missing = stockMethods().filter((method) =>
    /^(author|chain|payment|state|system)_/.test(method) && !methods.includes(method)
  );
  assert.deepEqual(missing.sort(), [
    // Keys of validators: this chain has none.
    "author_hasKey",
    "author_hasSessionKeys",
    "author_insertKey",
    "author_rotateKeys",
    // Proofs need tries, children of tries too, and traces need the node's own log.
    "state_getChildKeys",
    "state_getChildReadProof",
    "state_getChildStorage",
    "state_getChildStorageHash",
    "state_getChildStorageSize",
    "state_getReadProof",
    "state_traceBlock",
    "state_trieMigrationStatus",
    // The network of nodes: this one is alone.
    "system_addLogFilter",
    "system_addReservedPeer",
    "system_networkState",
    "system_removeReservedPeer",
    "system_reservedPeers",
    "system_resetLogFilter",
    "system_unstable_networkState",
  ]);
});

/** Every method that the stock client knows, also those that end subscriptions. */
function stockMethods(): string[] {
  return Object.values(stockRpc).flatMap((group) =>
    Object.values(group).flatMap(({ jsonrpc, section, pubsub, alias = [] }) => [
      ...pubsub === undefined ? [jsonrpc] : pubsub.slice(1).map((name) => `${section}_${name}`),
      ...alias,
    ])
  );
}

testRpc("a batch is answered together, without its notifications", async (rpc) => {
  const request = (method: string, id?: number) => ({ jsonrpc: "2.0", method, id });
  rpc.send(JSON.stringify([
    request("system_chain", 1),
    request("system_chain"),
    request("nonsense", 2),
  ]));
  assert.deepEqual(await rpc.next(), [
    { jsonrpc: "2.0", result: "Development", id: 1 },
    { jsonrpc: "2.0", error: { code: -32601, message: "Method not found" }, id: 2 },
  ]);
  const large = Array.from({ length: 101 }, (_, id) => request("state_getMetadata", id));
  assert.equal(await errorCode(rpc, JSON.stringify(large)), -32010);
  rpc.send(JSON.stringify(request("system_chain")));
  assert.equal(await rpc.result("system_chain"), "Development");
});

testRpc("a subscription is answered before it speaks, and ends on demand", async (rpc) => {
  for (
    const [kind, notification] of Object.entries({
      NewHead: "chain_newHead",
      NewHeads: "chain_newHead",
      AllHeads: "chain_allHead",
      FinalizedHeads: "chain_finalizedHead",
      FinalisedHeads: "chain_finalizedHead",
      RuntimeVersion: "state_runtimeVersion",
    })
  ) {
    const id = await rpc.result(`chain_subscribe${kind}`);
    const { method, params } = await rpc.next() as Message;
    assert.equal(method, notification);
    assert.equal(params?.subscription, id);
    assert.equal(await rpc.result(`chain_unsubscribe${kind}`, id), true);
    assert.equal(await rpc.result(`chain_unsubscribe${kind}`, id), false);
  }
});

testRpc("a client may have only so many subscriptions", async (rpc) => {
  for (let count = 0; count < 1024; count++) {
    await rpc.result("state_subscribeStorage", []);
    await rpc.next();
  }
  assert.equal((await rpc.ask("state_subscribeStorage", [])).error?.code, -32006);
});

testRpc("storage is read as value, hash and size", async (rpc) => {
  const nextFeeMultiplier = "0x3f1467a096bcd71a5b6a0c8155e208103f2edf3bdf381debe331ab7446addfdc";
  assert.equal(await rpc.result("state_getStorage", nextFeeMultiplier), `0x${"00".repeat(16)}`);
  assert.equal(await rpc.result("state_getStorageSize", nextFeeMultiplier), 16);
  assert.match(
    await rpc.result("state_getStorageHash", nextFeeMultiplier) as string,
    /^0x[0-9a-f]{64}$/,
  );
  for (const method of ["state_getStorage", "state_getStorageSize", "state_getStorageHash"]) {
    assert.equal(await rpc.result(method, "0x00"), null);
  }
});

testRpc("the node says what it is", async (rpc) => {
  assert.deepEqual(await rpc.result("system_properties"), {
    ss58Format: 42,
    tokenDecimals: 9,
    tokenSymbol: "TAO",
  });
  const version = await rpc.result("state_getRuntimeVersion") as Record<string, unknown>;
  assert.equal(version.specName, "node-subtensor");
  assert.equal(version.specVersion, 100);
  assert.deepEqual(await rpc.result("chain_getBlockHash", [0, 7]), [
    await rpc.result("chain_getBlockHash", "0x0"),
    null,
  ]);
});
