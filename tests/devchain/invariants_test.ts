/**
 * Random sequences of calls: every rao that appears or vanishes is emission, a burned fee, dust,
 * rounding, or a quirk of the 2021 runtime that its reference documents.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { DevChain } from "../../lib/devchain/devchain.ts";
import type { Genesis } from "../../lib/devchain/genesis/genesis.ts";
import { totalBalances } from "../../lib/devchain/runtime/balances.ts";
import * as storage from "../../lib/devchain/runtime/subtensor/storage.ts";
import { accountOf } from "../../lib/devchain/runtime/system.ts";
import { fromHex, type Hex, toHex } from "../../lib/devchain/scale/hex.ts";
import type { ReadableState } from "../../lib/devchain/state/overlay.ts";
import { type Message, RpcSocket } from "./rpc_socket.ts";
import { type Account, type StockClient, testStockClient } from "./stock_client.ts";

const SEED = 20210823;

const COLDKEYS = ["//Cold0", "//Cold1", "//Cold2", "//Cold3"];
const HOTKEYS = ["//Hot0", "//Hot1", "//Hot2", "//Hot3"];

const BLOCK_REWARD = 500_000_000n;
const BASE_FEE = 125_000_000n;
const EXISTENTIAL_DEPOSIT = 500n;
const FULL_WEIGHT = 4_294_967_295n;

/** Neurons of little and of much stake, one with weights of 0; and coldkeys that can pay few fees. */
const GENESIS: Genesis = {
  balances: {
    "//Cold0": "1000 tao",
    "//Cold1": "20 tao",
    "//Cold2": "0.4 tao",
    "//Cold3": "125015300 rao",
  },
  neurons: [
    { hotkey: "//Hot0", coldkey: "//Cold0", stake: "100 tao" },
    { hotkey: "//Hot1", coldkey: "//Cold1", stake: "3 rao", weights: [[0, 1], [1, 2]] },
    { hotkey: "//Hot2", coldkey: "//Cold1", stake: "50 tao", weights: [[0, 0]] },
  ],
};

interface Step {
  readonly pallet: string;
  readonly call: string;
  readonly args: readonly unknown[];
  readonly signer: string;
  readonly tip: number;
}

const coldkey = fc.constantFrom(...COLDKEYS);
const hotkey = fc.constantFrom(...HOTKEYS);
/** An amount that leaves about so many rao after the fee. */
interface AllBut {
  readonly leave: bigint;
}
const amount = fc.oneof(
  fc.record({ leave: fc.bigInt({ min: 0n, max: 600n }) }),
  fc.bigInt({ min: 0n, max: 1_500n }),
  fc.bigInt({ min: 0n, max: 1_000_000_000n }),
  fc.bigInt({ min: 0n, max: 2_000_000_000_000n }),
);
const weights = fc.uniqueArray(fc.nat(4), { maxLength: 4 }).chain((uids) =>
  fc.tuple(
    fc.constant(uids),
    fc.array(fc.oneof(fc.constant(0), fc.nat(10), fc.nat(4_294_967_295)), {
      minLength: uids.length,
      maxLength: uids.length,
    }),
  )
);
const step = fc.oneof(
  steps("balances", "transfer", coldkey, fc.tuple(coldkey, amount)),
  steps("balances", "transferKeepAlive", coldkey, fc.tuple(hotkey, amount)),
  steps("system", "remark", coldkey, fc.tuple(fc.constant("0x01"))),
  steps("subtensorModule", "addStake", coldkey, fc.tuple(hotkey, amount)),
  steps("subtensorModule", "removeStake", coldkey, fc.tuple(hotkey, amount)),
  steps("subtensorModule", "setWeights", hotkey, weights),
  steps("subtensorModule", "subscribe", hotkey, endpoint()),
);
const blocks = fc.array(fc.array(step, { maxLength: 5 }), { minLength: 1, maxLength: 8 });

function steps(
  pallet: string,
  call: string,
  signer: fc.Arbitrary<string>,
  args: fc.Arbitrary<readonly unknown[]>,
): fc.Arbitrary<Step> {
  const tip = fc.constantFrom(0, 0, 0, 777);
  return fc.record({
    pallet: fc.constant(pallet),
    call: fc.constant(call),
    signer,
    args,
    tip,
  });
}

function endpoint(): fc.Arbitrary<readonly unknown[]> {
  return coldkey.map((owner) => [0x08080808, 8091, 4, 0, owner]);
}

/** Rare enough to be tried for certain. */
const LEAVES_DUST: Step = {
  pallet: "balances",
  call: "transfer",
  args: ["//Cold0", { leave: 100n }],
  signer: "//Cold1",
  tip: 0,
};

testInvariants("from neurons with stake", {
  genesis: GENESIS,
  runs: 15,
  met: ["emission", "lost", "dust", "uncollected", "weights fee"],
});
testInvariants("from an empty network", {
  genesis: { balances: GENESIS.balances },
  runs: 5,
  met: ["no stake"],
});

interface InvariantsOptions {
  readonly genesis: Genesis;
  readonly runs: number;
  /** What the sequences must come upon for the property to say something. */
  readonly met: readonly string[];
}

function testInvariants(start: string, { genesis, runs, met }: InvariantsOptions): void {
  testStockClient(
    `the chain accounts for every rao over random sequences of calls, ${start}`,
    async (client) => {
      await using socket = await RpcSocket.open(client.chain.endpoint);
      const snapshot = client.chain.snapshot();
      const seen = new Set<string>();
      const property = fc.asyncProperty(blocks, async (sequence) => {
        client.chain.revert(snapshot);
        const run = new Run(client, socket, seen);
        for (const block of sequence) await run.block(block);
      });
      await fc.assert(property, {
        seed: SEED,
        numRuns: runs,
        endOnFailure: true,
        examples: [[[[LEAVES_DUST]]]],
      });
      for (const what of met) assert(seen.has(what), `no sequence had: ${what}`);
    },
    { genesis, seal: "manual", finalityDelayMs: 0 },
  );
}

/** An extrinsic that the pool took. */
interface Submitted {
  readonly hex: string;
  readonly signer: Hex;
  readonly tip: bigint;
  readonly paysFee: boolean;
}

class Run {
  readonly #client: StockClient;
  readonly #socket: RpcSocket;
  readonly #seen: Set<string>;
  readonly #nonces = new Map<string, number>();

  constructor(client: StockClient, socket: RpcSocket, seen: Set<string>) {
    this.#client = client;
    this.#socket = socket;
    this.#seen = seen;
  }

  async block(steps: readonly Step[]): Promise<void> {
    const { chain } = this.#client;
    const before = Totals.of(chain);
    const submitted: Submitted[] = [];
    for (const step of steps) submitted.push(...await this.#submit(step));
    await chain.mine();
    const after = Totals.of(chain);
    assert.equal(after.balances, after.issuance, "issuance is the sum of balances");
    assert.equal(after.stakes, after.totalStake, "total stake is the sum of stakes");
    await this.#explain(before, after, submitted);
  }

  /** Says where the difference between two blocks comes from, to the last rao but for rounding. */
  async #explain(before: Totals, after: Totals, submitted: readonly Submitted[]): Promise<void> {
    const flows = await this.#flows(submitted);
    const leftIssuance = before.issuance - after.issuance;
    const collected = leftIssuance - flows.burned - flows.dust - flows.staked + flows.unstaked;
    const uncollected = flows.pooled - collected;
    assert(uncollected >= 0n, `${-uncollected} rao too many were collected`);
    if (uncollected > 0n) {
      this.#note("uncollected");
      assert(
        flows.payers.some(({ signer, fee }) => after.free(signer) < fee + EXISTENTIAL_DEPOSIT),
        "who can pay the pooled fee pays it",
      );
    }
    const weightsFees = after.feePool - flows.pooled;
    assert(weightsFees >= 0n, "all pooled fees are in the pool");
    if (weightsFees > 0n) this.#note("weights fee");

    const reward = before.totalStake === 0n ? 0n : BLOCK_REWARD + before.feePool;
    this.#note(reward === 0n ? "no stake" : "emission");
    const most = reward - before.feePool - flows.burned - flows.dust + uncollected;
    const lost = most - (after.supply - before.supply);
    const rounding = 2n * BigInt(before.neurons.length) + before.mostLostByEmission(reward);
    assert(lost >= 0n, `${-lost} rao came from nowhere`);
    assert(lost <= rounding, `${lost} rao were lost, more than ${rounding}`);
    if (lost > 2n * BigInt(before.neurons.length)) this.#note("lost");
  }

  async #flows(submitted: readonly Submitted[]) {
    const { api } = this.#client;
    const { block } = await api.rpc.chain.getBlock();
    const records = await api.query.system!.events!() as unknown as Records;
    const flows = { burned: 0n, pooled: 0n, dust: 0n, staked: 0n, unstaked: 0n };
    const payers: { signer: Hex; fee: bigint }[] = [];
    for (const { phase, event } of records) {
      const data = event.data.map((value) => value.toString());
      if (event.method === "DustLost") flows.dust += BigInt(data[1]!);
      if (event.method === "StakeAdded") flows.staked += BigInt(data[1]!);
      if (event.method === "StakeRemoved") flows.unstaked += BigInt(data[1]!);
      const hex = block.extrinsics[phase.asApplyExtrinsic.toNumber()]!.toHex();
      const extrinsic = submitted.find((one) => one.hex === hex);
      if (extrinsic === undefined || !event.method.startsWith("Extrinsic")) continue;
      const length = BigInt(fromHex(extrinsic.hex as Hex).length);
      flows.burned += extrinsic.tip + (extrinsic.paysFee ? BASE_FEE + length : 0n);
      if (event.method !== "ExtrinsicSuccess" || !extrinsic.paysFee) continue;
      flows.pooled += 100n * length;
      payers.push({ signer: extrinsic.signer, fee: 100n * length });
    }
    if (flows.dust > 0n) this.#note("dust");
    return { ...flows, payers };
  }

  /** Nothing if the pool refuses it. */
  async #submit({ pallet, call, args, signer, tip }: Step): Promise<readonly Submitted[]> {
    const account = this.#client.account(signer);
    const nonce = this.#nonces.get(signer) ?? 0;
    const free = await this.#client.free(account);
    const values = args.map((value) => this.#argument(value, free));
    const extrinsic = this.#client.call(pallet, call, ...values);
    const hex = await this.#client.sign(extrinsic, account, { nonce, tip });
    const { error }: Message = await this.#socket.ask("author_submitExtrinsic", hex);
    if (error !== undefined) {
      // An account that was removed starts again at nonce 0.
      if (error.data === "Transaction is outdated" || nonce > 0) {
        await this.#findNonce(account, signer);
      }
      return [];
    }
    this.#nonces.set(signer, nonce + 1);
    const paysFee = !["setWeights", "subscribe"].includes(call);
    return [{ hex, signer: toHex(account.publicKey), tip: BigInt(tip), paysFee }];
  }

  async #findNonce(account: Account, signer: string): Promise<void> {
    const nonce = await this.#socket.ask("system_accountNextIndex", account.address);
    this.#nonces.set(signer, nonce.result as number);
  }

  #argument(value: unknown, free: bigint): unknown {
    if (isAllBut(value)) return max(free - BASE_FEE - 150n - value.leave, 0n);
    return typeof value === "string" && value.startsWith("//")
      ? this.#client.account(value).address
      : value;
  }

  #note(what: string): void {
    this.#seen.add(what);
  }
}

type Records = readonly {
  readonly phase: { readonly asApplyExtrinsic: { toNumber(): number } };
  readonly event: { readonly method: string; readonly data: readonly { toString(): string }[] };
}[];

/** All the rao of a chain, after one block. */
class Totals {
  readonly issuance: bigint;
  readonly balances: bigint;
  readonly totalStake: bigint;
  readonly feePool: bigint;
  readonly neurons: readonly {
    readonly stake: bigint;
    readonly pending: bigint;
    readonly row: Row;
  }[];
  readonly #state: ReadableState;

  static of(chain: DevChain): Totals {
    const entries = Object.entries(chain.exportState().storage) as [Hex, Hex][];
    return new Totals(new Map(entries.map(([key, value]) => [key, fromHex(value)])));
  }

  private constructor(state: ReadonlyMap<Hex, Uint8Array>) {
    this.#state = state;
    const accounts = state.keys().filter((key) => key.startsWith(ACCOUNT_PREFIX))
      .map((key): Hex => `0x${key.slice(-64)}`);
    this.issuance = totalBalances(state);
    this.balances = sum(accounts.map((account) => this.free(account)));
    this.totalStake = storage.totalStake.get(state);
    this.feePool = storage.transactionFeePool.get(state);
    const count = Number(storage.nextUid.get(state));
    this.neurons = Array.from({ length: count }, (_, index) => {
      const uid = BigInt(index);
      return {
        stake: storage.stake.get(state, uid),
        pending: storage.pendingEmission.get(state, uid),
        row: storage.weightVals.get(state, uid),
      };
    });
  }

  get stakes(): bigint {
    return sum(this.neurons.map(({ stake }) => stake));
  }

  get supply(): bigint {
    const pending = sum(this.neurons.map(({ pending }) => pending));
    return this.issuance + this.totalStake + pending + this.feePool;
  }

  free(account: Hex): bigint {
    return accountOf(this.#state, account).data.free;
  }

  /** The most that is lost if every neuron pays out in the next block, by the rows that it has now. */
  mostLostByEmission(reward: bigint): bigint {
    return sum(this.neurons.map(({ pending, row }) => {
      if (row.length === 0) return 0n;
      const given = sum(row.map(BigInt));
      const notGiven = (pending + reward) * (FULL_WEIGHT - given) / FULL_WEIGHT;
      return notGiven + BigInt(row.length) + 1n;
    }));
  }
}

type Row = readonly number[];

/** Keys of System.Account. */
const ACCOUNT_PREFIX = "0x26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9";

function isAllBut(value: unknown): value is AllBut {
  return typeof value === "object" && value !== null && "leave" in value;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function sum(values: Iterable<bigint>): bigint {
  let total = 0n;
  for (const value of values) total += value;
  return total;
}
