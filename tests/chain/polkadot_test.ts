import assert from "node:assert/strict";
import { fromHex } from "../../lib/chain/hex.ts";
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

Deno.test("fromHex() reads what nodes write, and nothing else", () => {
  assert.deepEqual(fromHex("0x00ff"), Uint8Array.of(0, 255));
  for (const hex of ["0x0", "0xzz"] as const) {
    assert.throws(() => fromHex(hex), { code: "chain/malformed-storage" });
  }
});
