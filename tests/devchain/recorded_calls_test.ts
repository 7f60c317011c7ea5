/** Replays calls that were recorded from the real runtime: lengths, fees, events, errors. */

import assert from "node:assert/strict";
import { Keyring } from "@polkadot/api";
import { address } from "../../lib/domain/address.ts";
import { rao } from "../../lib/domain/balance.ts";
import vectors from "../vectors/emission_akatsuki.json" with { type: "json" };
import { eventsOf, type StockClient, testStockClient } from "./stock_client.ts";

interface RecordedCall {
  readonly signer: string;
  readonly call: string;
  readonly args: Readonly<Record<string, string | number>>;
  readonly tip?: string;
  readonly len: number;
  readonly result: string;
  readonly fee?: string;
  readonly events: readonly unknown[];
}

interface Scenario {
  readonly name: string;
  readonly genesis: {
    readonly balances: Readonly<Record<string, string>>;
    readonly neurons?: readonly { readonly hotkey: string; readonly coldkey: string }[];
  };
  readonly blocks: readonly { readonly calls?: readonly RecordedCall[] }[];
}

/** Scenarios whose supported calls do not depend on the calls that are left out. */
const SCENARIOS = [
  "cannot-pay",
  "fees-by-call",
  "fee-pool-without-stake",
  "resubscribe",
  "subscribe-errors",
  "weights-and-stake-errors",
];

const SUPPORTED: Readonly<Record<string, readonly [pallet: string, call: string]>> = {
  "subscribe": ["subtensorModule", "subscribe"],
  "balances.transfer": ["balances", "transfer"],
  "balances.transfer_keep_alive": ["balances", "transferKeepAlive"],
  "system.remark": ["system", "remark"],
};

for (const scenario of vectors.vectors as unknown as Scenario[]) {
  if (!SCENARIOS.includes(scenario.name)) continue;
  const keyring = new Keyring({ type: "sr25519" });
  const balances = Object.entries(scenario.genesis.balances)
    .map(([uri, free]) => [address(keyring.addFromUri(uri).address), rao(BigInt(free))] as const);
  testStockClient(
    `devchain() executes the recorded calls of ${scenario.name} like the real runtime`,
    (client) => replay(client, scenario),
    { balances, finalityDelayMs: 10 },
  );
}

async function replay(client: StockClient, { genesis, blocks }: Scenario): Promise<void> {
  for (const { hotkey, coldkey } of genesis.neurons ?? []) {
    const call = client.call(
      "subtensorModule",
      "subscribe",
      1,
      1,
      4,
      0,
      addressOf(client, coldkey),
    );
    await client.submit(call, client.account(hotkey));
  }
  const calls = blocks.flatMap(({ calls = [] }) => calls)
    .filter(({ call, result }) => call in SUPPORTED && result !== "refused");
  assert.notEqual(calls.length, 0);
  for (const recorded of calls) await replayCall(client, recorded);
}

async function replayCall(client: StockClient, recorded: RecordedCall): Promise<void> {
  const [pallet, name] = SUPPORTED[recorded.call]!;
  const args = Object.values(recorded.args).map((value) => argumentOf(client, value));
  const call = client.call(pallet, name, ...args);
  const signer = client.account(recorded.signer);
  const before = await client.free(signer);
  const result = await client.submit(call, signer, { era: 0, tip: recorded.tip ?? 0 });
  assert.deepEqual(eventsOf(result).map((event) => named(client, event)), recorded.events);
  assert.equal(call.encodedLength, recorded.len);
  if (recorded.fee === undefined) return;
  const moved = recorded.result === "ok" ? BigInt(recorded.args.value ?? 0) : 0n;
  assert.equal(before - await client.free(signer) - moved, BigInt(recorded.fee));
}

function addressOf(client: StockClient, uri: string): string {
  return client.account(uri).address;
}

function argumentOf(client: StockClient, value: string | number): unknown {
  return typeof value === "string" && value.startsWith("//") ? addressOf(client, value) : value;
}

/** Events as the recording writes them: accounts by their names, amounts as text. */
function named(client: StockClient, [name, ...data]: readonly unknown[]): unknown[] {
  const uris = ["//Cold0", "//Cold1", "//Cold2", "//Cold8", "//Hot0", "//Hot1", "//New0"];
  const names = new Map(uris.map((uri) => [addressOf(client, uri), uri]));
  return [
    name,
    ...data.map((value) => {
      if (typeof value === "number") return String(value);
      return typeof value === "string" ? names.get(value) ?? value : value;
    }),
  ];
}
