import assert from "node:assert/strict";
import { Keyring } from "@polkadot/api";
import { RpcSocket } from "./rpc_socket.ts";
import { type Call, type StockClient, testStockClient } from "./stock_client.ts";

/** No block is sealed while a test looks at the pool. */
const NO_BLOCKS = { seal: { intervalMs: 1_000_000 } };
const FAST = { finalityDelayMs: 10 };

function transfer(client: StockClient, value = 1): Call {
  return client.call("balances", "transfer", client.account("//Bob").address, value);
}

function subscribe(client: StockClient): Call {
  const coldkey = client.account("//Alice").address;
  return client.call("subtensorModule", "subscribe", 2, 1, 4, 0, coldkey);
}

/** Submits an extrinsic that must be refused. */
async function refusal(client: StockClient, extrinsic: string) {
  await using rpc = await RpcSocket.open(client.chain.endpoint);
  const { error } = await rpc.ask("author_submitExtrinsic", extrinsic);
  return error;
}

/** Submits extrinsics in one message, so that they share a block. */
async function submitTogether(rpc: RpcSocket, extrinsics: readonly string[]): Promise<void> {
  rpc.send(JSON.stringify(extrinsics.map((extrinsic, id) => ({
    jsonrpc: "2.0",
    id,
    method: "author_submitAndWatchExtrinsic",
    params: [extrinsic],
  }))));
  await rpc.next();
}

function invalid(data: string) {
  return { code: 1010, message: "Invalid Transaction", data };
}

testStockClient("author_submitExtrinsic refuses a wrong signature", async (client) => {
  const signed = await client.sign(transfer(client), client.account("//Alice"));
  const bytes = Uint8Array.fromHex(signed.slice(2));
  const signatureAt = 2 + 1 + 33 + 1;
  for (const position of [signatureAt + 5, bytes.length - 1]) {
    const changed = bytes.slice();
    changed[position]! ^= 4;
    assert.deepEqual(
      await refusal(client, `0x${changed.toHex()}`),
      invalid("Transaction has a bad signature"),
    );
  }
  const foreign = { genesisHash: `0x${"11".repeat(32)}` };
  assert.deepEqual(
    await refusal(client, await client.sign(transfer(client), client.account("//Alice"), foreign)),
    invalid("Transaction has a bad signature"),
  );
}, NO_BLOCKS);

testStockClient("author_submitExtrinsic refuses a used nonce", async (client) => {
  const alice = client.account("//Alice");
  await client.submit(transfer(client), alice);
  const again = await client.sign(transfer(client, 2), alice, { nonce: 0 });
  assert.deepEqual(await refusal(client, again), invalid("Transaction is outdated"));
  assert.equal((await client.api.rpc.system.accountNextIndex(alice.address)).toNumber(), 1);
}, FAST);

testStockClient("author_submitExtrinsic refuses unknown calls and broken bytes", async (client) => {
  const alice = client.account("//Alice");
  const signed = await client.sign(transfer(client), alice);
  const body = Uint8Array.fromHex(signed.slice(2)).subarray(2);
  const callAt = 1 + 33 + 65 + 3;
  const withCall = (...indices: number[]) => {
    const changed = body.slice();
    changed.set(indices, callAt);
    return changed;
  };
  const addStake = 1;
  const broken = [
    withCall(9, addStake),
    withCall(77, 0),
    body.subarray(0, -1),
    Uint8Array.of(...body, 0),
    Uint8Array.of(0x85, ...body.subarray(1)),
  ].map((bytes) => client.api.createType("Bytes", bytes).toHex());
  for (const extrinsic of ["0x", "0x00", "0x04", `${signed}00`, signed.slice(0, -2), ...broken]) {
    assert.equal((await refusal(client, extrinsic))?.code, 1002, extrinsic);
  }
}, NO_BLOCKS);

testStockClient(
  "author_submitExtrinsic refuses what is unsigned or not for users",
  async (client) => {
    const set = client.call("timestamp", "set", 1);
    assert.deepEqual(await refusal(client, set.toHex()), {
      code: 1011,
      message: "Unknown Transaction Validity",
      data: "Could not find an unsigned validator for the unsigned transaction",
    });
    const signed = await client.sign(set, client.account("//Alice"));
    assert.deepEqual(
      await refusal(client, signed),
      invalid(
        "Transaction dispatch is mandatory; transactions may not have mandatory dispatches.",
      ),
    );
  },
  NO_BLOCKS,
);

testStockClient("author_submitExtrinsic refuses a signer who cannot pay", async (client) => {
  const poor = await client.sign(transfer(client), client.account("//Poor"));
  const reason = invalid("Inability to pay some fees (e.g. account balance too low)");
  assert.deepEqual(await refusal(client, poor), reason);
  const tipped = await client.sign(subscribe(client), client.account("//Poor"), { tip: 1 });
  assert.deepEqual(await refusal(client, tipped), reason);
}, NO_BLOCKS);

testStockClient(
  "author_submitExtrinsic refuses eras that are over or yet to come",
  async (client) => {
    const { api } = client;
    const alice = client.account("//Alice");
    const bornAt = (current: number) => api.createType("ExtrinsicEra", { current, period: 4 });
    const genesis = { blockHash: api.genesisHash };
    const future = await client.sign(transfer(client), alice, { ...genesis, era: bornAt(3) });
    assert.deepEqual(
      await refusal(client, future),
      invalid("Transaction has an ancient birth block"),
    );
    const short = { era: bornAt(0), ...genesis, nonce: 6 };
    const expiring = await client.sign(transfer(client), alice, short);
    for (let block = 0; block < 4; block++) {
      await client.submit(transfer(client), alice, { nonce: block });
    }
    assert.deepEqual(await refusal(client, expiring), invalid("Transaction has a bad signature"));
  },
  FAST,
);

testStockClient("author_submitExtrinsic takes ed25519 and ECDSA signatures too", async (client) => {
  for (const type of ["ed25519", "ecdsa"] as const) {
    const account = new Keyring({ type }).addFromUri("//Hotkey");
    const result = await client.submit(subscribe(client), account);
    assert.equal(result.dispatchError, undefined);
  }
  assert.equal(await client.read("subtensorModule", "nextUID"), 2);
}, FAST);

testStockClient("a payload longer than 256 bytes is signed as its hash", async (client) => {
  const remark = client.call("system", "remark", `0x${"ab".repeat(600)}`);
  const result = await client.submit(remark, client.account("//Alice"));
  assert.equal(result.dispatchError, undefined);
}, FAST);

testStockClient("the pool refuses duplicates and second extrinsics of a nonce", async (client) => {
  await using rpc = await RpcSocket.open(client.chain.endpoint);
  const alice = client.account("//Alice");
  const first = await client.sign(transfer(client), alice, { nonce: 0 });
  await rpc.result("author_submitExtrinsic", first);
  assert.equal((await refusal(client, first))?.code, 1013);
  const second = await client.sign(transfer(client, 2), alice, { nonce: 0 });
  assert.equal((await refusal(client, second))?.code, 1014);
  assert.deepEqual(await rpc.result("author_pendingExtrinsics"), [first]);
}, NO_BLOCKS);

testStockClient("an extrinsic with a later nonce waits for those before it", async (client) => {
  await using rpc = await RpcSocket.open(client.chain.endpoint);
  const alice = client.account("//Alice");
  const signed = await Promise.all(
    [0, 1, 2].map((nonce) => client.sign(transfer(client), alice, { nonce })),
  );
  const id = await rpc.result("author_submitAndWatchExtrinsic", signed[2]);
  assert.equal(await rpc.notification(), "future");
  await rpc.result("author_submitExtrinsic", signed[1]);
  assert.deepEqual(await rpc.result("author_pendingExtrinsics"), []);
  assert.equal(await rpc.result("system_accountNextIndex", alice.address), 0);
  // Nobody listens any more, so the next message is the answer.
  assert.equal(await rpc.result("author_unwatchExtrinsic", id), true);
  await rpc.result("author_submitExtrinsic", signed[0]);
  assert.deepEqual(await rpc.result("author_pendingExtrinsics"), signed);
  assert.equal(await rpc.result("system_accountNextIndex", alice.address), 3);
}, NO_BLOCKS);

testStockClient(
  "extrinsics that arrive together share a block, in the order of nonces",
  async (client) => {
    await using rpc = await RpcSocket.open(client.chain.endpoint);
    const [alice, bob] = [client.account("//Alice"), client.account("//Bob")];
    const signed = await Promise.all([
      client.sign(transfer(client), alice, { nonce: 1 }),
      client.sign(transfer(client), bob, { nonce: 0 }),
      client.sign(transfer(client), alice, { nonce: 0 }),
    ]);
    await submitTogether(rpc, signed);
    while (client.chain.block === 0) await client.api.rpc.system.health();
    const { block } = await client.api.rpc.chain.getBlock();
    const extrinsics = block.extrinsics.map((extrinsic) => extrinsic.toHex());
    assert.deepEqual(extrinsics.slice(1), [signed[1], signed[2], signed[0]]);
    assert.equal(client.chain.block, 1);
  },
  FAST,
);

testStockClient("25 subscriptions fit into a block, repeated ones included", async (client) => {
  await using rpc = await RpcSocket.open(client.chain.endpoint);
  const known = client.account("//Hotkey");
  const signed = await Promise.all([
    ...Array.from(
      { length: 24 },
      (_, hotkey) => client.sign(subscribe(client), client.account(`//H${hotkey}`), { nonce: 0 }),
    ),
    ...[0, 1, 2].map((nonce) => client.sign(subscribe(client), known, { nonce })),
  ]);
  await submitTogether(rpc, signed);
  while (client.chain.block === 0) await client.api.rpc.system.health();
  const read = (item: string) => client.read("subtensorModule", item);
  assert.equal(await read("nextUID"), 25);
  assert.equal(await read("subscriptionsThisBlock"), 25);
  const events = await client.read("system", "events") as { event: { data: unknown[] } }[];
  const failures = events.filter(({ event }) => JSON.stringify(event.data).includes('"error":5'));
  assert.equal(failures.length, 2);
  await client.submit(subscribe(client), known);
  assert.equal(await read("subscriptionsThisBlock"), 1);
  assert.equal(await read("lastSubscriptionBlock"), 2);
}, FAST);

testStockClient(
  "an extrinsic that the block before made unpayable is dropped as invalid",
  async (client) => {
    await using rpc = await RpcSocket.open(client.chain.endpoint);
    const alice = client.account("//Alice");
    const all = client.call(
      "balances",
      "transfer",
      client.account("//Bob").address,
      999_874_000_000,
    );
    const signed = await Promise.all([
      client.sign(all, alice, { nonce: 0 }),
      client.sign(transfer(client), alice, { nonce: 1 }),
    ]);
    await submitTogether(rpc, signed);
    assert.equal(await rpc.notification(), "ready");
    assert.equal(await rpc.notification(), "ready");
    assert.equal(await rpc.notification(), "invalid");
    assert.deepEqual(Object.keys(await rpc.notification() as object), ["inBlock"]);
    assert.equal((await client.api.rpc.author.pendingExtrinsics()).length, 0);
  },
  FAST,
);

testStockClient(
  "an extrinsic whose era ends while it waits is dropped as invalid",
  async (client) => {
    await using rpc = await RpcSocket.open(client.chain.endpoint);
    const { api } = client;
    const alice = client.account("//Alice");
    const signed = await client.sign(transfer(client), alice, {
      era: api.createType("ExtrinsicEra", { current: 0, period: 4 }),
      blockHash: api.genesisHash,
      nonce: 10,
    });
    await rpc.result("author_submitAndWatchExtrinsic", signed);
    assert.equal(await rpc.notification(), "future");
    for (let nonce = 0; nonce < 4; nonce++) {
      await client.submit(transfer(client), alice, { nonce });
    }
    assert.equal(await rpc.notification(), "invalid");
  },
  FAST,
);
