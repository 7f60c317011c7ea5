import assert from "node:assert/strict";
import fc from "fast-check";
import { BittensorError } from "../../lib/base/errors.ts";
import { devchain } from "../../lib/devchain/devchain.ts";
import type { Genesis } from "../../lib/devchain/genesis/genesis.ts";
import { readGenesis } from "../../lib/devchain/genesis/read_genesis.ts";
import { tutorialGenesis } from "../../lib/devchain/genesis/tutorial.ts";
import { cryptoReady } from "../../lib/devchain/scale/crypto.ts";
import { testStockClient } from "./stock_client.ts";

const ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

const NEURON = { hotkey: "//Hot", coldkey: "//Alice" };

const INVALID: readonly (readonly [genesis: unknown, message: string, hint?: RegExp])[] = [
  [[], "it is []: expected an object"],
  [{ neuron: [] }, "neuron is not known here", /balances, neurons, parameters/],
  [{ balances: { "//Alice": 5 } }, 'balances["//Alice"] is 5: expected an amount', /1\.5 tao/],
  [{ balances: { "//Alice": "5" } }, 'balances["//Alice"] is "5": expected an amount'],
  [{ balances: { "//Alice": "1.5 rao" } }, 'balances["//Alice"] is "1.5 rao": expected an amount'],
  [
    { balances: { "//Alice": "499 rao" } },
    'balances["//Alice"] is "499 rao": expected at least 500 rao',
  ],
  [
    { balances: { "//Alice": "1 tao", [ALICE]: "1 tao" } },
    `balances.${ALICE} is "1 tao": expected no second balance of the same account`,
  ],
  [
    { balances: { Alice: "1 tao" } },
    'balances.Alice is "1 tao": expected an account: Cannot read the address Alice: its length is 5',
    /\/\/Alice/,
  ],
  [
    { balances: { "//Alice": "10000000000 tao" } },
    'balances["//Alice"] is "10000000000 tao": expected no more than 9223372036854775808 rao in all',
  ],
  [{ neurons: {} }, "neurons is {}: expected a list"],
  [{ neurons: [{ coldkey: "//Alice" }] }, "neurons[0].hotkey is missing: expected a text"],
  [{ neurons: [{ ...NEURON, stak: "1 tao" }] }, "neurons[0].stak is not known here", /stake/],
  [
    { neurons: [NEURON, NEURON] },
    'neurons[1].hotkey is "//Hot": expected a hotkey that no other neuron has',
  ],
  [
    { neurons: [{ ...NEURON, ip: "localhost" }] },
    'neurons[0].ip is "localhost": expected an IP address',
  ],
  [
    { neurons: [{ ...NEURON, port: 65_536 }] },
    "neurons[0].port is 65536: expected a whole number from 0 to 65535",
  ],
  [
    { neurons: [{ ...NEURON, lastEmit: -1 }] },
    "neurons[0].lastEmit is -1: expected a whole number from 0 to 4294967295",
  ],
  [
    { neurons: [{ ...NEURON, weights: [[1, 1]] }] },
    "neurons[0].weights[0][0] is 1: expected the uid of a neuron, from 0 to 0",
  ],
  [
    { neurons: [{ ...NEURON, weights: [[0]] }] },
    "neurons[0].weights[0] is [0]: expected a pair of a uid and its weight",
  ],
  [
    { neurons: [{ ...NEURON, weights: [[0, 0.5]] }] },
    "neurons[0].weights[0][1] is 0.5: expected a whole number from 0 to 4294967295",
    /for 1\/4 and 3\/4 write 1 and 3/,
  ],
  [
    { neurons: [{ ...NEURON, weights: [[0, 1], [0, 1]] }] },
    "neurons[0].weights[1][0] is 0: expected a uid that is not yet in the list",
  ],
  [
    { parameters: { blockReward: "1001 tao" } },
    'parameters.blockReward is "1001 tao": expected at most 1000 tao',
  ],
  [
    { parameters: { halvingInterval: 0 } },
    "parameters.halvingInterval is 0: expected a whole number from 1 to 4294967295",
  ],
];

Deno.test("devchain() says which field of a genesis is wrong, and how", async () => {
  for (const [genesis, message, hint] of INVALID) {
    await assert.rejects(devchain({ genesis: genesis as Genesis }), (error) => {
      assert(error instanceof BittensorError);
      assert.equal(error.code, "devchain/invalid-genesis");
      assert.equal(error.message, `Cannot read the genesis: ${message}`);
      if (hint !== undefined) assert.match(error.hint ?? "", hint);
      return true;
    });
  }
});

Deno.test("devchain() shows no more than the start of a long value", async () => {
  const genesis = { neurons: "x".repeat(1000) } as unknown as Genesis;
  await assert.rejects(devchain({ genesis }), ({ message }) => message.length < 150);
});

Deno.test("readGenesis() reads any JSON, or says what is wrong", async () => {
  await cryptoReady();
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom("//Alice", "1 tao", "2 rao", ALICE, 0, 1, [[0, 1]], "1.2.3.4"),
  );
  const neuron = fc.record({
    hotkey: value,
    coldkey: value,
    stake: value,
    weights: value,
    ip: value,
    port: value,
  }, { requiredKeys: [] });
  const genesis = fc.oneof(
    fc.jsonValue(),
    fc.record({
      balances: fc.oneof(value, fc.dictionary(fc.constantFrom("//Alice", ALICE, "x"), value)),
      neurons: fc.oneof(value, fc.array(neuron, { maxLength: 3 })),
      parameters: value,
    }, { requiredKeys: [] }),
  );
  fc.assert(
    fc.property(genesis, (document) => {
      try {
        readGenesis(document as Genesis);
      } catch (error) {
        assert(error instanceof BittensorError, String(error));
        assert.equal(error.code, "devchain/invalid-genesis");
      }
    }),
    { seed: 37, numRuns: 150 },
  );
});

Deno.test("tutorialGenesis() has the shape of the tutorial's network, the same for each seed", async () => {
  assert.deepEqual(tutorialGenesis({ seed: 3 }), tutorialGenesis({ seed: 3 }));
  assert.notDeepEqual(tutorialGenesis({ seed: 3 }), tutorialGenesis());
  for (const seed of [-1, 0.5, NaN]) assert.throws(() => tutorialGenesis({ seed }), RangeError);
  await cryptoReady();
  const { neurons } = readGenesis(tutorialGenesis());
  assert.equal(neurons.length, 37);
  const stakes = neurons.map(({ stake }) => stake).sort((a, b) => a < b ? 1 : -1);
  const [rich, ...others] = stakes;
  assert(rich! > 9n * others.reduce((sum, stake) => sum + stake, 0n));
  assert.equal(others.filter((stake) => stake > 0n).length, 11);
  for (const { stake, weightUids, weightVals } of neurons) {
    assert(stake > 0n || weightUids.length === 1);
    assert(weightVals.reduce((sum, weight) => sum + weight, 0) > 4_294_967_000);
  }
  await using chain = await devchain({ genesis: tutorialGenesis() });
  await using again = await devchain({ genesis: tutorialGenesis({ seed: 0 }) });
  assert.equal(chain.genesisHash, again.genesisHash);
});

// Last, as the stock client keeps timers for a while that the tests above would be blamed for.

testStockClient("devchain() starts with what its genesis says", async (client) => {
  const { chain } = client;
  assert.equal(chain.balanceOf(ALICE), 1_500_000_000n);
  assert.equal(chain.balanceOf("//Nobody"), 0n);
  assert.deepEqual(chain.accounts.map(({ uri }) => uri), ["//Bob//stash"]);
  const read = (item: string, key?: number) =>
    client.read("subtensorModule", item, ...key === undefined ? [] : [key]);
  assert.equal(await read("nextUID"), 2);
  assert.equal(await read("totalStake"), 2_000_000_001);
  assert.deepEqual(await read("neurons", 1), {
    ip: 0x01020304,
    port: 8091,
    ipType: 4,
    uid: 1,
    modality: 0,
    hotkey: client.account("//Hot1").address,
    coldkey: ALICE,
  });
  assert.equal(await read("lastEmit", 1), 7);
  assert.equal(await read("pendingEmission", 1), 5);
  assert.deepEqual(await read("weightUids", 0), [1, 0]);
  assert.deepEqual(await read("weightVals", 0), [3_221_225_471, 1_073_741_823]);
  assert.deepEqual(await read("weightUids", 1), [1]);
  assert.deepEqual(await read("weightVals", 1), [4_294_967_295]);
  assert.deepEqual(await client.read("devChain", "parameters"), {
    blockReward: 1_000_000_000,
    halvingInterval: 2,
    subscriptionsPerBlock: 1,
  });
  await chain.mine(3);
  const paid = [0, 1].map(async (uid) => Number(await read("pendingEmission", uid)));
  // A block of 1 tao with 9 rao of fees, then two of half a tao.
  const [zero, one] = await Promise.all(paid);
  assert.equal(zero! + one!, 5 + 1_000_000_009 + 500_000_000 + 500_000_000 - 3);
}, {
  seal: "manual",
  genesis: {
    balances: { [ALICE]: "1.5 tao", "//Bob//stash": "500 rao" },
    neurons: [
      { hotkey: "//Hot0", coldkey: "//Alice", stake: "2 tao", weights: [[1, 3], [0, 1]] },
      {
        hotkey: "//Hot1",
        coldkey: ALICE,
        stake: 1n,
        pendingEmission: "5 rao",
        lastEmit: 7,
        ip: "1.2.3.4",
        port: 8091,
      },
    ],
    parameters: {
      blockReward: "1 tao",
      halvingInterval: 2,
      subscriptionsPerBlock: 1,
      transactionFeePool: "9 rao",
    },
  },
});
