/** The cells of the tutorial's section on the subtensor, and what they print. */

import assert from "node:assert/strict";
import { publicKeyOf } from "../../lib/domain/address.ts";
import * as bittensor from "../../mod.ts";

/** Two neurons with stake and weights, of which the second one weighs only itself. */
const genesis: bittensor.Genesis = {
  balances: { "//Alice": "1000 tao", "//Bob": "20 tao" },
  neurons: [
    {
      hotkey: "//one",
      coldkey: "//Alice",
      stake: "30 tao",
      weights: [[0, 1], [1, 3]],
      ip: "203.0.113.7",
      port: 8091,
      lastEmit: 0,
    },
    { hotkey: "//two", coldkey: "//Bob", stake: "1.5 tao", ip: "2001:db8::7", port: 8092 },
  ],
};

const [alice, bob, one, two] = ["//Alice", "//Bob", "//one", "//two"].map((uri) =>
  bittensor.keypairFromUri(uri)
) as [bittensor.Keypair, bittensor.Keypair, bittensor.Keypair, bittensor.Keypair];

/** What runs a cell: the client, and the lines that the log has shown since the last look. */
interface Notebook {
  readonly subtensor: bittensor.Subtensor;
  readonly lines: () => string[];
}

/** Runs cells on a fresh chain; `print` shows values as the tutorial's cells do. */
function testCells(name: string, run: (notebook: Notebook) => Promise<void>): void {
  Deno.test(name, async () => {
    const seen: string[] = [];
    const write = (line: string) => seen.push(line.slice("YYYY-MM-DD HH:mm:ss.SSS | ".length));
    await using _ = await bittensor.logging({ color: false, write });
    seen.length = 0;
    await using chain = await bittensor.devchain({ genesis, finalityDelayMs: 10 });
    await using subtensor = await bittensor.subtensor({ network: chain.endpoint });
    await run({ subtensor, lines: () => seen.splice(0) });
  });
}

testCells("connect: the client names its network and its node", async ({ subtensor, lines }) => {
  const { endpoint } = subtensor;
  assert.equal(`${subtensor}`, `Subtensor (${endpoint})`);
  assert.equal(Deno.inspect(subtensor), `Subtensor (${endpoint})`);
  assert.deepEqual(lines(), [
    `    SUCCESS      | Network:            ${endpoint}`,
    `    SUCCESS      | Endpoint:           ${endpoint}`,
  ]);
  assert.equal(subtensor.network, endpoint);
  assert.equal((await subtensor.at()).n, 2);
});

testCells("block and balances", async ({ subtensor }) => {
  assert.equal(await subtensor.getCurrentBlock(), 0);
  const balance = await subtensor.getBalance(alice.address);
  assert.equal(bittensor.formatTao(balance), "τ1000.0");
  assert.equal(bittensor.formatTao(await subtensor.getBalance(one.address)), "τ0.0");
  assert.deepEqual(
    await subtensor.getBalances(),
    new Map([[alice.address, bittensor.tao("1000")], [bob.address, bittensor.tao("20")]]),
  );
});

testCells("neurons, by uid and by hotkey", async ({ subtensor }) => {
  const neurons = await subtensor.neurons();
  assert.deepEqual(neurons.map(bittensor.formatEndpoint), [
    "/ipv4/203.0.113.7:8091",
    "/ipv6/2001:db8::7:8092",
  ]);
  assert.deepEqual(
    await subtensor.getActive(),
    new Map([[one.address, 0], [two.address, 1]]),
  );
  assert.equal(await subtensor.getUidForPubkey(two.address), 1);
  // The seed era said 0 here, and took the stranger for the first neuron.
  assert.equal(await subtensor.getUidForPubkey(alice.address), undefined);
  assert.deepEqual(await subtensor.getNeuronForUid(1), {
    uid: 1,
    hotkey: two.address,
    ip: "2001:db8::7",
    ipType: 6,
    port: 8092,
    modality: bittensor.Modality.TEXT,
    coldkey: bob.address,
  });
  assert.equal(await subtensor.getNeuronForUid(2), undefined);
  const place = { hotkey: one.address, ip: "203.0.113.7" };
  assert.equal(await subtensor.isSubscribed({ ...place, port: 8091 }), true);
  assert.equal(await subtensor.isSubscribed({ ...place, port: 8092 }), false);
});

testCells("stake, last update and weights, of all and of one", async ({ subtensor }) => {
  assert.deepEqual(await subtensor.getStake(), BigUint64Array.of(30_000_000_000n, 1_500_000_000n));
  assert.equal(bittensor.formatTao(await subtensor.getStakeForUid(1)), "τ1.5");
  assert.equal(bittensor.formatTao(await subtensor.getStakeForUid(2)), "τ0.0");
  assert.deepEqual(await subtensor.getLastEmit(), Uint32Array.of(0, 0));
  assert.equal(await subtensor.getLastEmitDataForUid(0), 0);
  const [uids, values] = [await subtensor.getWeightUids(), await subtensor.getWeightVals()];
  assert.deepEqual(uids, [Uint32Array.of(0, 1), Uint32Array.of(1)]);
  assert.deepEqual(values.map((row) => row.length), [2, 1]);
  for (const uid of [0, 1]) {
    assert.deepEqual(await subtensor.weightUidsForUid(uid), uids[uid]);
    assert.deepEqual(await subtensor.weightValsForUid(uid), values[uid]);
    const sum = values[uid]!.reduce((sum, value) => sum + value, 0);
    assert.ok(Math.abs(sum - 4_294_967_295) <= 2, `${sum}`);
  }
});

testCells("subscribe: True, and a line that says where", async ({ subtensor, lines }) => {
  const folder = await Deno.makeTempDir();
  try {
    await using wallet = await bittensor.wallet({ path: folder }).create({ password: null });
    const [hotkey, coldkey] = [await wallet.hotkey(), await wallet.coldkeypub()];
    const place = { ip: "203.0.113.8", port: 8091, modality: bittensor.Modality.TEXT };
    lines();
    const { finalized } = await subtensor.subscribe({ hotkey, coldkey, ...place });
    assert.equal(finalized, true);
    const keys = [hotkey.address, coldkey].map(publicKeyHex);
    const where = `ip: 203.0.113.8, port: 8091, modality: 0, hotkey: ${keys[0]}, coldkey: ${
      keys[1]
    }`;
    assert.deepEqual(lines(), [`    SUCCESS      | Subscribed:         ${where}`]);

    // Running the cell again finds the neuron there.
    await subtensor.subscribe({ hotkey, coldkey, ...place });
    assert.deepEqual(lines(), [`    SUCCESS      | Subscribed with     ${where}`]);
    assert.equal(await subtensor.getUidForPubkey(hotkey.address), 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testCells(
  "stake, weights and transfers: each waits for its block",
  async ({ subtensor, lines }) => {
    lines();
    const wait = { waitForInclusion: true, waitForFinalization: false };
    const key = { coldkey: alice, hotkey: one.address };
    await subtensor.addStake({ ...key, amount: bittensor.tao("10"), ...wait });
    await subtensor.removeStake({ ...key, amount: bittensor.tao("5"), ...wait });
    await subtensor.setWeights({ hotkey: one, uids: [0, 1], weights: [0.25, 0.75], ...wait });
    await subtensor.transfer({
      coldkey: alice,
      dest: bob.address,
      amount: bittensor.tao("1"),
      ...wait,
    });
    assert.deepEqual(lines(), [
      `    SUCCESS      | Staked:             τ10.0->${one.address}`,
      `    SUCCESS      | Unstaked:           τ5.0<-${one.address}`,
      "    SUCCESS      | Set weights:        0: 0.25, 1: 0.75",
      `    SUCCESS      | Transferred:        τ1.0->${bob.address}`,
    ]);
    assert.equal(await subtensor.getBalance(bob.address), bittensor.tao("21"));
    assert.deepEqual(
      await subtensor.weightValsForUid(0),
      Uint32Array.of(1_073_741_823, 3_221_225_472),
    );
  },
);

testCells("reads at an earlier block are what they were", async ({ subtensor }) => {
  const amount = bittensor.tao("1");
  await subtensor.transfer({ coldkey: alice, dest: bob.address, amount });
  assert.equal(await subtensor.getCurrentBlock(), 1);
  assert.equal(await subtensor.getBalance(bob.address, { block: 0 }), bittensor.tao("20"));
  assert.equal(await subtensor.getBalance(bob.address, { block: 1 }), bittensor.tao("21"));
  assert.equal((await subtensor.getBalances({ block: 0 })).get(bob.address), bittensor.tao("20"));
  const state = await subtensor.at(0);
  assert.deepEqual(await state.neurons(), await subtensor.neurons({ block: 0 }));
});

testCells("what is not awaited returns at once, without a line", async ({ subtensor, lines }) => {
  lines();
  const receipt = await subtensor.transfer({
    coldkey: alice,
    dest: bob.address,
    amount: bittensor.tao("1"),
    waitForFinalization: false,
  });
  assert.equal(receipt.blockHash, undefined);
  assert.deepEqual(lines(), []);
});

/** The public key of an address, as the tutorial's lines show it. */
function publicKeyHex(address: bittensor.Address): string {
  return `0x${publicKeyOf(address).toHex()}`;
}
