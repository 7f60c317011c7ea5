import * as bittensor from "bittensor";
import assert from "node:assert/strict";
import { type Shell, shell } from "./shell.ts";

const BOB = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";

interface Receipt {
  readonly hash: string | null;
  readonly fee: string;
  readonly events: readonly string[];
}

/** A dev chain, and a shell whose wallet holds `tao` there. */
async function chainAndShell(tao: `${number} tao`) {
  await using resources = new AsyncDisposableStack();
  const chain = resources.use(await bittensor.devchain({ finalityDelayMs: 0 }));
  const bt = resources.use(await shell({ BT_NETWORK: chain.endpoint }));
  const wallet = resources.use(
    await bittensor.wallet({ path: `${bt.folder}/wallets` }).create({ password: null }),
  );
  const coldkey = await wallet.coldkeypub();
  if (tao !== "0 tao") chain.setBalance(coldkey, tao);
  const owned = resources.move();
  return { chain, bt, wallet, coldkey, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** What `bt` says it would do: it must have done nothing. */
async function dryRun(bt: Shell, chain: bittensor.DevChain, ...args: readonly string[]) {
  const { block } = chain;
  const { plan } = await bt.json<{ plan: { action: string; details: Record<string, string> } }>(
    "dry-run",
    ...args,
    "--dry-run",
  );
  assert.equal(chain.block, block);
  return plan;
}

Deno.test("bt transfer shows its plan with the fee, asks, and pays", async () => {
  await using context = await chainAndShell("10 tao");
  const { bt, chain, coldkey } = context;
  const before = chain.balanceOf(BOB);
  const transfer = ["transfer", BOB, "1.5"];
  const [plan, declined, poor, typo] = await Promise.all([
    dryRun(bt, chain, ...transfer),
    bt.run(...transfer),
    bt.fails(6, "transfer", BOB, "11", "--yes"),
    bt.fails(2, "transfer", `${BOB}x`, "1"),
  ]);
  assert.equal(plan.action, "Transfer τ1.5");
  assert.equal(declined.code, 3);
  assert.equal(declined.stdout, "");
  assert.match(declined.stderr, /Cannot ask whether to go on: Transfer τ1\.5 \(cli\/declined\)/);
  assert.match(declined.stderr, /hint: pass --yes/);
  assert.equal(poor.code, "chain/insufficient-balance");
  assert.match(typo.hint ?? "", /address/);
  assert.equal(chain.block, 1);

  const { fee, events } = await bt.json<Receipt>("transfer", ...transfer, "--yes");
  assert.equal(plan.details["fee"], bittensor.formatTao(bittensor.rao(BigInt(fee))));
  assert(events.includes("Balances.Transfer"));
  assert.equal(chain.balanceOf(BOB), before + bittensor.tao("1.5"));
  assert(chain.balanceOf(coldkey) <= bittensor.tao("8.5") - BigInt(fee));
  assert.match(await bt.text(...transfer, "--yes"), /^extrinsic +0x[0-9a-f]{64}\nblock +0x/);
});

Deno.test("bt transfer declines within 5 seconds of what it takes to find out what to ask", async () => {
  await using context = await chainAndShell("10 tao");
  const { bt } = context;
  const time = async (code: number, ...args: readonly string[]) => {
    const start = performance.now();
    assert.equal((await bt.run("transfer", BOB, "1", ...args)).code, code);
    return performance.now() - start;
  };
  const planned = await time(0, "--dry-run");
  assert(await time(3) - planned < 5_000);
});

Deno.test("bt subscribe, weights, stake and neuron write and read a neuron", async () => {
  await using context = await chainAndShell("100 tao");
  const { bt, chain, coldkey, wallet } = context;
  const subscribe = ["subscribe", "--host", "203.0.113.7", "--port", "9001"];

  const [subscription, noHost, badIp, noNeuron, noSubscription] = await Promise.all([
    dryRun(bt, chain, ...subscribe),
    bt.fails(2, "subscribe"),
    bt.fails(1, "subscribe", "--host", "nowhere", "--yes"),
    bt.fails(4, "weights", "get"),
    bt.fails(3, ...subscribe),
  ]);
  assert.equal(subscription.details["fee"], "τ0.0");
  assert.match(noHost.message, /--host/);
  assert.equal(badIp.code, "ip/invalid");
  assert.match(noNeuron.hint ?? "", /bt subscribe/);
  assert.match(noSubscription.hint ?? "", /--yes/);
  const { events } = await bt.json<Receipt>("subscribe", ...subscribe, "--yes");
  assert(events.includes("SubtensorModule.NeuronAdded"));
  assert.equal(await bt.text(...subscribe, "--yes"), "Nothing to do: the chain has it already.\n");

  const add = ["stake", "add", "10"];
  const [stake, weights, lone, unknown, unweighted] = await Promise.all([
    dryRun(bt, chain, ...add),
    dryRun(bt, chain, "weights", "set", "0:1"),
    bt.fails(2, "weights", "set", "0=1"),
    bt.fails(6, "weights", "set", "7:1", "--yes"),
    bt.fails(3, "weights", "set", "0:1"),
  ]);
  assert.match(stake.action, /^Stake τ10\.0$/);
  assert.equal(weights.action, "Set the weights of 1 neuron");
  assert.match(lone.hint ?? "", /3:0\.75/);
  assert.equal(unknown.code, "chain/extrinsic-failed");
  assert.match(unweighted.hint ?? "", /--yes/);
  await bt.json("weights-set", "weights", "set", "0:2", "--yes");
  const staked = await bt.json<Receipt>("stake-add", ...add, "--yes");
  assert(staked.events.includes("SubtensorModule.StakeAdded"));

  const [shown, table, much, few, declined, neuron, neuronText, nobody] = await Promise.all([
    bt.json<{ uid: number; stake: string }>("stake-show", "stake", "show"),
    bt.text("weights", "get"),
    bt.fails(6, "stake", "add", "1000", "--yes"),
    bt.fails(2, "stake", "remove", "a little"),
    bt.fails(3, "stake", "remove", "1"),
    bt.json<{ hotkey: string; coldkey: string; ip: string; port: number }>(
      "neuron-show",
      ...["neuron", "show", "0"],
    ),
    bt.text("neuron", "show", "0"),
    bt.fails(4, "neuron", "show", "1"),
  ]);
  assert.equal(shown.uid, 0);
  assert(BigInt(shown.stake) >= bittensor.tao("10"));
  assert.match(table, /│ +0 │ 1\.000000 │/);
  assert.match(much.hint ?? "", /smaller amount/);
  assert.match(few.message, /a little/);
  assert.match(declined.message, /Unstake τ1\.0/);
  const hotkey = await wallet.hotkeypub();
  assert.deepEqual(
    [neuron.hotkey, neuron.coldkey, neuron.ip, neuron.port],
    [hotkey, coldkey, "203.0.113.7", 9001],
  );
  assert.match(neuronText, /^address +\/ipv4\/203\.0\.113\.7:9001$/m);
  assert.match(nobody.hint ?? "", /uids run from 0 to 0/);

  const removed = await bt.json<Receipt>("stake-remove", "stake", "remove", "4", "--yes");
  assert(removed.events.includes("SubtensorModule.StakeRemoved"));
  const [balance, balanceText, stakeText, document] = await Promise.all([
    bt.json<{ free: string; stake: string; uids: number[] }>("wallet-balance", "wallet", "balance"),
    bt.text("wallet", "balance"),
    bt.text("stake", "show"),
    bt.json<{ weights: unknown[] }>("weights-get", "weights", "get", "--uid", "0"),
  ]);
  assert.deepEqual(balance.uids, [0]);
  const spent = bittensor.tao("6") + BigInt(staked.fee) + BigInt(removed.fee);
  assert(BigInt(balance.free) <= bittensor.tao("100") - spent);
  assert.match(balanceText, new RegExp(`^coldkey +${coldkey}$`, "m"));
  assert.match(stakeText, /^stake +τ6\./m);
  assert.deepEqual(document.weights, [{ uid: 0, weight: 1 }]);
  for (
    const write of [["stake", "add", "1"], ["stake", "remove", "1"], ["weights", "set", "0:1"]]
  ) {
    assert.match(await bt.text(...write, "--yes"), /^extrinsic +0x[0-9a-f]{64}\nblock +0x/);
  }
});

Deno.test("bt devchain fund and mine control a dev chain, and nothing else", async () => {
  await using context = await chainAndShell("0 tao");
  const { bt, chain, coldkey } = context;
  const plan = await dryRun(bt, chain, "devchain", "fund", "2.5");
  assert.equal(plan.details["balance"], "τ2.5");
  const funded = await bt.json<{ account: string; balance: string }>(
    "devchain-fund",
    ...["devchain", "fund", "2.5"],
  );
  assert.deepEqual([funded.account, funded.balance], [coldkey, "2500000000"]);
  assert.match(
    await bt.text("devchain", "fund", "1", "--to", BOB),
    new RegExp(`^account +${BOB}\nbalance +τ1001\\.0\n$`),
  );
  assert.equal(chain.balanceOf(coldkey), bittensor.tao("2.5"));

  const { block } = chain;
  const mined = await bt.json<{ block: number }>("devchain-mine", "devchain", "mine", "4");
  assert.equal(mined.block, block + 4);
  const [text, none, nothing, unreachable] = await Promise.all([
    bt.text("devchain", "mine"),
    bt.fails(2, "devchain", "mine", "0"),
    bt.fails(2, "devchain", "fund", "-1"),
    bt.fails(5, "devchain", "mine", "--network", "ws://127.0.0.1:1", "--timeout", "5"),
  ]);
  assert.match(text, new RegExp(`^block +${block + 5}\nhash +0x`));
  assert.match(none.hint ?? "", /^pass a whole number from 1/);
  assert.match(nothing.message, /-1/);
  assert.match(unreachable.hint ?? "", /bt devchain/);
});
