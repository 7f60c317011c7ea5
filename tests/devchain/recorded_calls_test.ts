/**
 * Replays everything that was recorded from the real runtime through a stock client: what the pool
 * is told, lengths, fees, events, errors, and storage after every block.
 */

import assert from "node:assert/strict";
import type { u64 } from "@polkadot/types";
import type { TransactionValidity } from "@polkadot/types/interfaces";
import {
  genesisOf,
  jumps,
  type RecordedBlock,
  type RecordedCall,
  type RecordedNeuron,
  type RecordedState,
  type Scenario,
  SCENARIOS,
} from "./recorded_scenarios.ts";
import { RpcSocket } from "./rpc_socket.ts";
import { type Call, type StockClient, testStockClient } from "./stock_client.ts";

const CALLS: Readonly<Record<string, readonly [pallet: string, call: string]>> = {
  "set_weights": ["subtensorModule", "setWeights"],
  "add_stake": ["subtensorModule", "addStake"],
  "remove_stake": ["subtensorModule", "removeStake"],
  "subscribe": ["subtensorModule", "subscribe"],
  "balances.transfer": ["balances", "transfer"],
  "balances.transfer_keep_alive": ["balances", "transferKeepAlive"],
  "system.remark": ["system", "remark"],
};

const MAPS = ["stake", "pendingEmission", "lastEmit", "weightUids", "weightVals", "neurons"];
const VALUES = [
  "totalStake",
  "nextUID",
  "transactionFeePool",
  "transactionFeesForBlock",
  "subscriptionsThisBlock",
  "lastSubscriptionBlock",
];

const replayed = SCENARIOS.filter((scenario) => !jumps(scenario));

Deno.test("the recording has 20 scenarios, all but 2 of which a chain can replay", () => {
  assert.equal(SCENARIOS.length, 20);
  assert.equal(replayed.length, 18);
});

for (const scenario of replayed) {
  testStockClient(
    `devchain() executes ${scenario.name} like the real runtime, to the last rao`,
    async (client) => {
      await using socket = await RpcSocket.open(client.chain.endpoint);
      await new Replay(client, socket).run(scenario);
    },
    { genesis: genesisOf(scenario), seal: "manual", finalityDelayMs: 0 },
  );
}

class Replay {
  readonly #client: StockClient;
  /** For what the stock client would write to the console. */
  readonly #socket: RpcSocket;
  readonly #names = new Map<string, string>();
  readonly #nonces = new Map<string, number>();
  #newcomers = 0;

  constructor(client: StockClient, socket: RpcSocket) {
    this.#client = client;
    this.#socket = socket;
  }

  async run({ genesis, blocks }: Scenario): Promise<void> {
    for (const { hotkey = "", coldkey = "" } of genesis.neurons ?? []) {
      this.#account(hotkey);
      this.#account(coldkey);
    }
    await this.#client.chain.mine(2);
    for (const block of blocks) await this.#replayBlock(block);
  }

  async #replayBlock(block: RecordedBlock): Promise<void> {
    const { empty = 1, calls = [], subscribers = 0, results = {}, after } = block;
    const newcomers = Array.from({ length: subscribers }, () => this.#newcomer());
    const free = new Map<string, bigint>();
    for (const { signer } of calls) free.set(signer, await this.#free(signer));
    const submitted: string[] = [];
    for (const call of [...newcomers, ...calls]) submitted.push(await this.#submit(call));
    await this.#client.chain.mine(empty);
    const events = await this.#eventsByExtrinsic();
    const ends = submitted.slice(0, subscribers).map((hex) => this.#resultOf(events.get(hex)));
    assert.deepEqual(countEach(ends), results);
    for (const [index, call] of calls.entries()) {
      const raised = events.get(submitted[subscribers + index]!);
      assert.equal(raised === undefined, call.result === "refused");
      if (raised === undefined) continue;
      assert.deepEqual(raised.map((event) => this.#readable(event)), call.events, call.call);
      assert.equal(this.#resultOf(raised), call.result);
      if (call.fee === undefined) continue;
      const lost = free.get(call.signer)! - await this.#free(call.signer);
      assert.equal(lost - moved(call), BigInt(call.fee), `fee of ${call.call}`);
    }
    await this.#compareState(after);
  }

  #newcomer(): Pick<RecordedCall, "signer" | "call" | "args"> {
    return {
      signer: `//Newcomer${this.#newcomers++}`,
      call: "subscribe",
      args: { ip: 134744072, port: 8091, ip_type: 4, modality: 0, coldkey: "//Cold1" },
    };
  }

  /** Signs a call, asks what the pool would be told, and submits it. @returns the extrinsic. */
  async #submit(
    recorded: Pick<RecordedCall, "signer" | "call" | "args"> & Partial<RecordedCall>,
  ): Promise<string> {
    const { signer, args, len, validity, tip = 0, result } = recorded;
    const [pallet, name] = CALLS[recorded.call]!;
    const values = Object.values(args).map((value) => this.#argument(value));
    const call: Call = this.#client.call(pallet, name, ...values);
    const nonce = this.#nonces.get(signer) ?? 0;
    const hex = await this.#client.sign(call, this.#client.account(signer), { nonce, tip });
    if (len !== undefined) assert.equal(call.encodedLength, len);
    if (validity !== undefined) assert.deepEqual(await this.#validity(hex), validity);
    const { error } = await this.#socket.ask("author_submitExtrinsic", hex);
    assert.equal(error?.code, result === "refused" ? 1010 : undefined);
    if (error === undefined) this.#nonces.set(signer, nonce + 1);
    return hex;
  }

  async #validity(hex: string): Promise<unknown> {
    const { api } = this.#client;
    const head = await api.rpc.chain.getBlockHash();
    const answer = await api.rpc.state.call(
      "TaggedTransactionQueue_validate_transaction",
      `0x02${hex.slice(2)}${head.toHex().slice(2)}`,
    );
    const validity = api.registry.createType<TransactionValidity>(
      "TransactionValidity",
      answer.toU8a(true),
    );
    if (validity.isErr) return { invalid: { [validity.asErr.asInvalid.type.toLowerCase()]: null } };
    const { priority, longevity } = validity.asOk;
    return { priority: priority.toString(), longevity: longevity.toString() };
  }

  /** Events of the last block, by extrinsic: the pool put these into the order of priorities. */
  async #eventsByExtrinsic(): Promise<ReadonlyMap<string, unknown[][]>> {
    const { api } = this.#client;
    const { block } = await api.rpc.chain.getBlock();
    const records = await api.query.system!.events!();
    const lists = block.extrinsics.map((): unknown[][] => []);
    for (const { phase, event } of records as unknown as EventRecords) {
      const data = event.data.toJSON() as unknown[];
      lists[phase.asApplyExtrinsic.toNumber()]!.push([`${event.section}.${event.method}`, ...data]);
    }
    return new Map(block.extrinsics.map((one, index) => [one.toHex(), lists[index]!]));
  }

  #resultOf(events: readonly unknown[][] | undefined): string {
    const [name, error] = events?.at(-1) ?? [];
    if (name === "system.ExtrinsicSuccess") return "ok";
    const { module } = error as { module: { index: number; error: number } };
    const index = this.#client.api.registry.createType("u8", module.index);
    const number = this.#client.api.registry.createType("u8", module.error);
    return this.#client.api.registry.findMetaError({ index, error: number }).name;
  }

  async #compareState({ number, neurons, free = {}, ...values }: RecordedState): Promise<void> {
    const { chain, api } = this.#client;
    assert.equal(chain.block, number);
    for (const name of VALUES.filter((name) => name in values)) {
      const value = await api.query.subtensorModule![name]!();
      assert.equal(String(value), String(values[name]), name);
    }
    const issuance = await api.query.balances!.totalIssuance!();
    assert.equal(String(issuance), values.totalIssuance, "totalIssuance");
    for (const [account, amount] of Object.entries(free)) {
      assert.equal(await this.#free(account), BigInt(amount), `free balance of ${account}`);
    }
    if (neurons !== undefined) assert.deepEqual(await this.#neurons(neurons), neurons);
  }

  /** The neurons, with as many fields as were recorded. */
  async #neurons(recorded: readonly RecordedNeuron[]): Promise<unknown[]> {
    const neurons = recorded.map(({ uid }): Record<string, unknown> => ({
      uid,
      pendingEmission: "0",
    }));
    for (const map of MAPS) {
      const entries = await this.#client.api.query.subtensorModule![map]!.entries();
      for (const [key, value] of entries) {
        const neuron = neurons[(key.args[0] as u64).toNumber()]!;
        if (map === "neurons") Object.assign(neuron, value.toJSON());
        else neuron[map] = value.toJSON();
      }
    }
    return neurons.map((neuron, index) => {
      const fields = Object.keys(recorded[index]!).map((field) => {
        const value = neuron[field === "ip_type" ? "ipType" : field];
        return [field, TEXTS.includes(field) ? BigInt(value as string) + "" : this.#named(value)];
      });
      return Object.fromEntries(fields);
    });
  }

  async #free(uri: string): Promise<bigint> {
    return await this.#client.free(this.#account(uri));
  }

  #account(uri: string) {
    const account = this.#client.account(uri);
    this.#names.set(account.address, uri);
    return account;
  }

  #argument(value: RecordedCall["args"][string]): unknown {
    return typeof value === "string" && value.startsWith("//")
      ? this.#account(value).address
      : value;
  }

  /** Events as the recording writes them: accounts by their names, amounts as text. */
  #readable([name, ...data]: readonly unknown[]): unknown[] {
    return [
      name,
      ...data.map((value) => typeof value === "number" ? String(value) : this.#named(value)),
    ];
  }

  #named(value: unknown): unknown {
    return typeof value === "string" ? this.#names.get(value) ?? value : value;
  }
}

/** Fields of neurons that were recorded as text. */
const TEXTS = ["stake", "pendingEmission", "ip"];

type EventRecords = readonly {
  readonly phase: { readonly asApplyExtrinsic: { toNumber(): number } };
  readonly event: {
    readonly section: string;
    readonly method: string;
    readonly data: { toJSON(): unknown };
  };
}[];

/** What a call that succeeded took from the free balance besides fees. */
function moved({ result, args }: RecordedCall): bigint {
  if (result !== "ok") return 0n;
  const { value = 0, ammount_staked = 0, ammount_unstaked = 0 } = args;
  return BigInt(String(value)) + BigInt(String(ammount_staked)) - BigInt(String(ammount_unstaked));
}

function countEach(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
