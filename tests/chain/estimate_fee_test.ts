import * as bittensor from "bittensor";
import assert from "node:assert/strict";

Deno.test("estimateFee() says what the calls then cost, and sends nothing", async () => {
  await using chain = await bittensor.devchain({
    genesis: bittensor.tutorialGenesis(),
    finalityDelayMs: 0,
  });
  chain.setBalance("//Alice", "1000 tao");
  await using subtensor = await bittensor.subtensor({ network: chain.endpoint });
  using alice = bittensor.keypairFromUri("//Alice");
  using hotkey = bittensor.keypairFromUri("//hot");
  const dest = bittensor.keypairFromUri("//Bob").address;
  const amount = bittensor.tao("1.5");
  const place = { coldkey: alice.address, ip: "203.0.113.7", port: 8091 };
  const weights = { uids: [0, 1, 2], weights: [1, 2, 3] };
  const stake = { coldkey: alice, hotkey: hotkey.address, amount };

  const calls: [bittensor.CallPlan, () => Promise<bittensor.ExtrinsicReceipt>][] = [
    [
      { call: "transfer", coldkey: alice.address, dest, amount },
      () => subtensor.transfer({ coldkey: alice, dest, amount }),
    ],
    [
      { call: "subscribe", hotkey: hotkey.address, ...place },
      () => subtensor.subscribe({ hotkey, ...place }),
    ],
    [
      { call: "addStake", coldkey: alice.address, hotkey: hotkey.address, amount },
      () => subtensor.addStake(stake),
    ],
    [
      { call: "removeStake", coldkey: alice.address, hotkey: hotkey.address, amount },
      () => subtensor.removeStake(stake),
    ],
    [
      { call: "setWeights", hotkey: hotkey.address, ...weights },
      () => subtensor.setWeights({ hotkey, ...weights }),
    ],
  ];
  for (const [plan, send] of calls) {
    const { block } = chain;
    const fee = await subtensor.estimateFee(plan);
    assert.equal(chain.block, block, plan.call);
    assert.equal(fee, (await send()).fee, plan.call);
  }
});

Deno.test("estimateFee() refuses what the call would refuse", async () => {
  await using chain = await bittensor.devchain();
  await using subtensor = await bittensor.subtensor({ network: chain.endpoint });
  const coldkey = bittensor.keypairFromUri("//Alice").address;
  await assert.rejects(
    subtensor.estimateFee({
      call: "transfer",
      coldkey,
      dest: coldkey,
      amount: bittensor.rao(0n),
    }),
    { code: "chain/invalid-amount" },
  );
});
