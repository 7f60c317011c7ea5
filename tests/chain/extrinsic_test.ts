import assert from "node:assert/strict";
import { type ExtrinsicProgress, submitExtrinsic } from "../../lib/chain/extrinsic.ts";
import { ExtrinsicError } from "../../lib/chain/extrinsic_error.ts";
import { transferCall } from "../../lib/chain/pallets/seed_era_calls.ts";
import { connectChain } from "../../lib/chain/polkadot.ts";
import { type Subtensor, subtensor } from "../../lib/chain/subtensor.ts";
import { type DevChain, devchain } from "../../lib/devchain/devchain.ts";
import { type Rao, rao, tao } from "../../lib/domain/balance.ts";
import { keypairFromUri } from "../../lib/wallet/keypair.ts";

const alice = keypairFromUri("//Alice");
const bob = keypairFromUri("//Bob");
const pauper = keypairFromUri("//pauper");
const hotkey = keypairFromUri("//hotkey");
const place = { hotkey, coldkey: alice.address, ip: "203.0.113.7", port: 8091 };
const stake = { coldkey: alice, hotkey: hotkey.address };

/** Runs a test with a client of a fresh chain. */
function testClient(
  name: string,
  run: (client: Subtensor, chain: DevChain) => Promise<void>,
): void {
  Deno.test(name, async () => {
    await using chain = await devchain({ finalityDelayMs: 10 });
    await using client = await subtensor({ network: chain.endpoint });
    await run(client, chain);
  });
}

testClient("transfer() moves a balance, and says what it cost", async (client) => {
  const [before, received] = await balances(client);
  const amount = tao("1.5");
  const receipt = await client.transfer({ coldkey: alice, dest: bob.address, amount });
  const [after, now] = await balances(client);
  assert.equal(now! - received!, amount);
  assert.ok(receipt.fee > 0n);
  assert.ok(before! - after! >= amount + receipt.fee, "the fee is paid");
  assert.ok(receipt.events.includes("Balances.Transfer"), receipt.events.join());
  assert.equal(receipt.finalized, true);
  assert.match(receipt.blockHash ?? "", /^0x[0-9a-f]{64}$/);
  assert.equal((await client.at(1)).hash, receipt.blockHash);
});

testClient("addStake() and removeStake() move value to a neuron and back", async (client) => {
  await client.subscribe(place);
  const added = await client.addStake({ ...stake, amount: tao("3") });
  assert.deepEqual(added.events.slice(0, 1), ["SubtensorModule.StakeAdded"]);
  assert.equal(await client.getStakeForUid(0), tao("3"));
  assert.deepEqual(await client.getStake(), BigUint64Array.of(tao("3")));
  const removed = await client.removeStake({ ...stake, amount: tao("1") });
  assert.ok(removed.events.includes("SubtensorModule.StakeRemoved"));
  // It pays out to the neuron first what it has emitted.
  const rest = await client.getStakeForUid(0);
  assert.ok(rest >= tao("2") && rest < tao("3"), `${rest}`);
  assert.equal(await client.getStakeForUid(0, { block: 2 }), tao("3"));
});

testClient("setWeights() stores normalised weights", async (client) => {
  const hotkeys = ["//hotkey", "//two", "//three"].map((uri) => keypairFromUri(uri));
  for (const hotkey of hotkeys) await client.subscribe({ ...place, hotkey });
  await client.setWeights({ hotkey, uids: [2, 0], weights: [3, 1] });
  assert.deepEqual(await client.weightUidsForUid(0), Uint32Array.of(2, 0));
  assert.deepEqual(await client.weightValsForUid(0), Uint32Array.of(3_221_225_471, 1_073_741_824));
  assert.deepEqual(await client.getWeightUids(), [
    Uint32Array.of(2, 0),
    Uint32Array.of(1),
    Uint32Array.of(2),
  ]);
  assert.deepEqual((await client.getWeightVals())[0], await client.weightValsForUid(0));
  assert.deepEqual(await client.weightValsForUid(99), new Uint32Array());
});

testClient("subscribe() sends nothing when the neuron is there already", async (client, chain) => {
  await client.subscribe(place);
  const block = chain.block;
  const again = await client.subscribe({ ...place, ip: "203.0.113.7" });
  assert.deepEqual(again, { fee: 0n, finalized: false, events: [] });
  assert.equal(chain.block, block);
  assert.equal(await client.isSubscribed({ ...place, hotkey: hotkey.address }), true);
  const elsewhere = { hotkey: hotkey.address, ip: "203.0.113.8", port: 8091 };
  assert.equal(await client.isSubscribed(elsewhere), false);
  assert.equal(await client.isSubscribed({ ...elsewhere, hotkey: bob.address }), false);
});

testClient("an extrinsic reports its stages in order", async (client) => {
  const seen: ExtrinsicProgress[] = [];
  const { hash, fee } = await client.transfer({
    coldkey: alice,
    dest: bob.address,
    amount: tao("1"),
    onProgress: (progress) => seen.push(progress),
  });
  assert.deepEqual(seen, [
    { stage: "signed", hash, fee },
    { stage: "submitted", hash, fee },
    { stage: "inBlock", hash, fee, block: 1 },
    { stage: "finalized", hash, fee, block: 1 },
  ]);
});

testClient("extrinsics of one signer at once are all included", async (client) => {
  const [, before] = await balances(client);
  await Promise.all(
    Array.from(
      { length: 5 },
      () => client.transfer({ coldkey: alice, dest: bob.address, amount: tao("1") }),
    ),
  );
  const [, after] = await balances(client);
  assert.equal(after! - before!, tao("5"));
});

testClient("an extrinsic that cannot be paid is not sent", async (client, chain) => {
  const attempts = [
    () => client.transfer({ coldkey: alice, dest: bob.address, amount: tao("1000") }),
    () => client.transfer({ coldkey: pauper, dest: bob.address, amount: tao("1") }),
    () => client.addStake({ ...stake, amount: tao("1000") }),
    () => client.removeStake({ ...stake, coldkey: pauper, amount: tao("1") }),
  ];
  for (const attempt of attempts) {
    await assert.rejects(attempt, {
      code: "chain/insufficient-balance",
      message: /has τ.*and it takes .*a fee of τ/,
      hint: /transfer tao to 5/,
    });
  }
  assert.equal(chain.block, 0);
});

testClient("extrinsics refuse bad arguments before anything is sent", async (client, chain) => {
  const dest = bob.address;
  for (const amount of [rao(0n), rao(-1n), rao(2n ** 64n)]) {
    const invalid = { code: "chain/invalid-amount" };
    await assert.rejects(client.transfer({ coldkey: alice, dest, amount }), invalid);
    await assert.rejects(client.addStake({ ...stake, amount }), invalid);
    await assert.rejects(client.removeStake({ ...stake, amount }), invalid);
  }
  const float = 1.5 as unknown as Rao;
  await assert.rejects(client.transfer({ coldkey: alice, dest, amount: float }), TypeError);
  const typo = dest.replace("5", "6") as typeof dest;
  await assert.rejects(client.transfer({ coldkey: alice, dest: typo, amount: tao("1") }), {
    code: "address/invalid",
  });
  for (const uids of [[], [0, 1], [-1]]) {
    await assert.rejects(client.setWeights({ hotkey, uids, weights: [1] }), {
      code: "chain/invalid-weights",
    });
  }
  await assert.rejects(client.setWeights({ hotkey, uids: [0, 0], weights: [1, 1] }), {
    code: "chain/invalid-weights",
    message: /twice/,
  });
  assert.equal(chain.block, 0);
});

testClient(
  "an extrinsic that fails says the chain's error, its docs, the fee and what to do",
  async (client) => {
    await client.subscribe(place);
    const failures: readonly [
      attempt: () => Promise<unknown>,
      chainError: string,
      paid: boolean,
    ][] = [
      [
        () => client.setWeights({ hotkey, uids: [7], weights: [1] }),
        "SubtensorModule.InvalidUid",
        false,
      ],
      [
        () => client.setWeights({ hotkey: bob, uids: [0], weights: [1] }),
        "SubtensorModule.NotActive",
        false,
      ],
      [
        () => client.addStake({ ...stake, hotkey: bob.address, amount: tao("1") }),
        "SubtensorModule.NotActive",
        true,
      ],
      [
        () => client.addStake({ ...stake, coldkey: bob, amount: tao("1") }),
        "SubtensorModule.NonAssociatedColdKey",
        true,
      ],
      [
        () => client.removeStake({ ...stake, amount: tao("1") }),
        "SubtensorModule.NotEnoughStaketoWithdraw",
        true,
      ],
      [
        () => client.transfer({ coldkey: alice, dest: pauper.address, amount: rao(499n) }),
        "Balances.ExistentialDeposit",
        true,
      ],
    ];
    for (const [attempt, chainError, paid] of failures) {
      await assert.rejects(attempt, (error) => {
        assert.ok(error instanceof ExtrinsicError, String(error));
        assert.equal(error.code, "chain/extrinsic-failed");
        assert.equal(error.chainError, chainError);
        assert.ok(error.docs.length > 0);
        assert.ok(error.message.includes(`${chainError} (${error.docs})`), error.message);
        assert.equal(error.fee > 0n, paid);
        assert.equal(/the fee of τ[\d.]+ is paid/.test(error.message), paid, error.message);
        assert.ok(error.hint);
        return true;
      });
    }
  },
);

testClient(
  "an aborted wait ends with the caller's reason, and the extrinsic goes on",
  async (client) => {
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    const [, before] = await balances(client);
    const transferring = client.transfer({
      coldkey: alice,
      dest: bob.address,
      amount: tao("1"),
      signal: controller.signal,
      onProgress: ({ stage }) => stage === "submitted" && controller.abort(reason),
    });
    await assert.rejects(transferring, (error) => error === reason);
    await client.subscribe(place);
    const [, after] = await balances(client);
    assert.equal(after! - before!, tao("1"));
  },
);

Deno.test("an extrinsic whose time is up may be in a block or not, and the error says so", async () => {
  await using chain = await devchain({ seal: "manual" });
  await using client = await subtensor({ network: chain.endpoint });
  await assert.rejects(
    client.transfer({ coldkey: alice, dest: bob.address, amount: tao("1"), timeoutMs: 300 }),
    { code: "chain/extrinsic-unknown", hint: /look for the extrinsic 0x[0-9a-f]{64}/ },
  );
});

Deno.test("submitExtrinsic() signs with the next nonce, behind what waits in the node", async () => {
  await using devChain = await devchain({ seal: "manual" });
  await using chain = await connectChain([devChain.endpoint]);
  const call = transferCall(bob.address, tao("1"));
  const nonces: number[] = [];
  for (let count = 0; count < 3; count++) {
    nonces.push((await submitExtrinsic(chain, call, alice)).nonce);
  }
  assert.deepEqual(nonces, [0, 1, 2]);
});

async function balances(client: Subtensor): Promise<readonly Rao[]> {
  return await (await client.at()).balances([alice.address, bob.address]);
}
