import assert from "node:assert/strict";
import { connectChain } from "../../lib/chain/polkadot.ts";
import { devchain } from "../../lib/devchain/devchain.ts";
import { type Address, encodeAddress } from "../../lib/domain/address.ts";
import { type Rao, rao } from "../../lib/domain/balance.ts";

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
