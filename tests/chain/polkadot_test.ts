import assert from "node:assert/strict";
import type { Hex } from "../../lib/chain/chain.ts";
import { allFromHex } from "../../lib/chain/hex.ts";
import { connectChain } from "../../lib/chain/polkadot.ts";
import { devchain } from "../../lib/devchain/devchain.ts";
import { type Address, encodeAddress } from "../../lib/domain/address.ts";
import { type Rao, rao } from "../../lib/domain/balance.ts";
import { CuttingProxy } from "../faults/cutting_proxy.ts";

/** More accounts than a node serves at once. */
const ACCOUNTS = Array.from({ length: 2_300 }, (_, index): [Address, Rao] => {
  const publicKey = new Uint8Array(32);
  new DataView(publicKey.buffer).setUint32(0, index + 1);
  return [encodeAddress(publicKey), rao(1_000n + BigInt(index))];
});

Deno.test("entries() reads a map of several pages, each entry once", async () => {
  await using devChain = await devchain({ genesis: { balances: Object.fromEntries(ACCOUNTS) } });
  await using chain = await connectChain([devChain.endpoint]);
  const { hash } = await chain.block();
  const entries = await chain.entries("System", "Account", hash);
  // Blake2_128Concat: 16 bytes of hash, then the public key.
  const found = new Set(entries.map(({ key }) => encodeAddress(key.subarray(16))));
  assert.equal(entries.length, ACCOUNTS.length);
  assert.deepEqual(found, new Set(ACCOUNTS.map(([address]) => address)));
});

Deno.test("freeBalances() keeps the order of many addresses", async () => {
  await using devChain = await devchain({ genesis: { balances: Object.fromEntries(ACCOUNTS) } });
  await using chain = await connectChain([devChain.endpoint]);
  const { hash } = await chain.block();
  const addresses = ACCOUNTS.map(([address]) => address);
  const balances = await chain.freeBalances(addresses.toReversed(), hash);
  assert.deepEqual(balances.toReversed(), ACCOUNTS.map(([, balance]) => balance));
});

Deno.test("freeBalances() takes an account twice", async () => {
  const balances = { [ACCOUNTS[0]![0]]: rao(1_000n), [ACCOUNTS[1]![0]]: rao(2_000n) };
  await using devChain = await devchain({ genesis: { balances } });
  await using chain = await connectChain([devChain.endpoint]);
  const { hash } = await chain.block();
  const addresses = [0, 0, 1, 2, 0].map((index) => ACCOUNTS[index]![0]);
  assert.deepEqual(
    await chain.freeBalances(addresses, hash),
    [1_000n, 1_000n, 2_000n, 0n, 1_000n],
  );
});

Deno.test("freeBalances() asks once for a few addresses, and page by page for many", async () => {
  await using devChain = await devchain({ genesis: { balances: Object.fromEntries(ACCOUNTS) } });
  await using proxy = new CuttingProxy(devChain.endpoint);
  await using chain = await connectChain([proxy.endpoint]);
  const { hash } = await chain.block();
  const requests = async (count: number) => {
    const before = proxy.messages;
    await chain.freeBalances(ACCOUNTS.slice(0, count).map(([address]) => address), hash);
    return (proxy.messages - before) / 2;
  };
  assert.equal(await requests(1), 1);
  assert.equal(await requests(128), 1);
  assert.equal(await requests(129), 2);
  assert.equal(await requests(1128), 2);
  assert.equal(await requests(2300), 4);
});

Deno.test("allFromHex() reads what nodes write, and nothing else", () => {
  assert.deepEqual(
    allFromHex(["0x00ff", null, "0x", "0x01"]),
    [Uint8Array.of(0, 255), undefined, new Uint8Array(), Uint8Array.of(1)],
  );
  const wrong: readonly unknown[] = ["0x0", "0xzz", 1, { length: 1e12 }, ["0x00"]];
  for (const text of wrong) {
    const read = () => allFromHex(["0x00", text as Hex]);
    assert.throws(read, { code: "chain/malformed-storage" }, JSON.stringify(text));
  }
});
