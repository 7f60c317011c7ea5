import assert from "node:assert/strict";
import { devchain, rao, subtensor, wallet } from "bittensor";
import { temporaryFolder } from "./folder.ts";

Deno.test("getBalance(), getStake() and getUid() read the chain, with public files alone", async () => {
  await using folder = await temporaryFolder();
  await using chain = await devchain();
  await using client = await subtensor({ network: chain.endpoint });
  const { path } = folder;
  using alice = wallet({ path, name: "alice" });
  await alice.regenerateColdkey({ uri: "//Alice", password: null });
  await alice.createNewHotkey();

  assert.equal(await alice.getUid({ subtensor: client }), undefined);
  assert.equal(await alice.getStake({ subtensor: client }), 0n);
  const balance = await alice.getBalance({ subtensor: client });
  assert(balance > 0n);

  const [coldkey, hotkey] = [await alice.coldkey(), await alice.hotkey()];
  const { address } = coldkey;
  await client.subscribe({ hotkey, coldkey: address, ip: "192.0.2.1", port: 8091 });
  await client.addStake({ coldkey, hotkey: hotkey.address, amount: rao(5_000_000_000n) });

  using watcher = wallet({ path, name: "watcher" });
  await watcher.regenerateColdkeypub({ address });
  await watcher.regenerateHotkeypub({ address: hotkey.address });
  assert.equal(await watcher.getUid({ subtensor: client }), 0);
  assert((await watcher.getStake({ subtensor: client })) >= 5_000_000_000n);
  assert((await watcher.getBalance({ subtensor: client })) < balance);
  assert.equal(await watcher.getUid({ subtensor: client, block: 0 }), undefined);
  assert.equal(await watcher.getBalance({ subtensor: client, block: 0 }), balance);
  assert.equal(await watcher.getStake({ subtensor: client, block: 0 }), 0n);
});

Deno.test("getBalance() and getUid() say which file is missing before they ask the chain", async () => {
  await using folder = await temporaryFolder();
  using none = wallet({ path: folder.path });
  const unused = () => Promise.reject(new Error("the chain was asked"));
  const client = { at: unused, getBalance: unused, getUidForPubkey: unused };
  await assert.rejects(none.getBalance({ subtensor: client }), { code: "wallet/missing-key" });
  await assert.rejects(none.getUid({ subtensor: client }), { code: "wallet/missing-key" });
  await assert.rejects(none.getStake({ subtensor: client }), { code: "wallet/missing-key" });
});
