/**
 * Speed of the dev chain: through its RPC, in a process of its own, with signatures verified.
 *
 * Run with `deno task bench`. Each figure has the bar that the chain must hold on two cores.
 */

import { ApiPromise, Keyring, WsProvider } from "@polkadot/api";
import type { ApiOptions } from "@polkadot/api/types";
import * as bittensor from "bittensor";
import { verifySignature } from "../lib/devchain/scale/crypto.ts";
import { delay } from "../lib/base/deadline.ts";
import { startProcess } from "./process.ts";

type Api = ApiPromise;

/** Runs `measure` against a chain with this genesis; `loadMs` is how long it took to start it. */
async function withChain(
  genesis: bittensor.Genesis,
  measure: (endpoint: string, loadMs: number) => Promise<void>,
): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(file, JSON.stringify(genesis));
    await using process = startProcess("./devchain_server.ts", file);
    const { endpoint, loadMs } = JSON.parse(await process.read());
    await measure(endpoint, loadMs);
  } finally {
    await Deno.remove(file);
  }
}

async function withApi(endpoint: string, work: (api: Api) => Promise<void>): Promise<void> {
  const provider = new WsProvider(endpoint) as NonNullable<ApiOptions["provider"]>;
  const api = await ApiPromise.create({ provider, noInitWarn: true });
  try {
    await work(api);
  } finally {
    await api.disconnect();
  }
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Neurons that set weights for all of them, again and again: as many as the tutorial's network has. */
const SETTERS = 37;
const EXTRINSICS = 60 * SETTERS;

async function setWeights(): Promise<void> {
  const pairs = Array.from({ length: SETTERS }, (_, uid) => keyring.addFromUri(`//Hot//${uid}`));
  const neurons = pairs.map((_, uid) => ({
    hotkey: `//Hot//${uid}`,
    coldkey: "//Alice",
    stake: `${uid + 1} tao`,
  }));
  await withChain({ neurons }, (endpoint) =>
    withApi(endpoint, async (api) => {
      const signed = Array.from({ length: EXTRINSICS }, (_, index) => {
        const weights = pairs.map((_, uid) => 1 + (uid * 7 + index) % 1000);
        const call = api.tx.subtensorModule!.setWeights!([...pairs.keys()], weights);
        return sign(api, call, pairs[index % SETTERS]!, Math.floor(index / SETTERS));
      });
      let blocks = 0;
      const ms = await timed(async () => {
        blocks = await submitAll(api, signed);
      });
      const verifyMs = await timed(() => verifyAll(pairs[0]!));
      console.log(
        `\nset_weights of ${SETTERS} weights, signed before, from submission to finality\n` +
          `  accepted, executed and finalized  ${perSecond(EXTRINSICS, ms)} a second (bar: 300)\n` +
          `  in blocks                         ${blocks}\n` +
          `  of which verification takes       ${(verifyMs / ms * 100).toFixed(0)} %, ` +
          `${(verifyMs / EXTRINSICS * 1000).toFixed(0)} µs for a signature`,
      );
      await checkSucceeded(api, blocks);
    }));
}

const keyring = new Keyring({ type: "sr25519" });
type Pair = ReturnType<typeof keyring.addFromUri>;
type Call = ReturnType<Api["tx"]>;

function sign(api: Api, call: Call, pair: Pair, nonce: number): string {
  const { genesisHash, runtimeVersion, registry } = api;
  const era = registry.createType("ExtrinsicEra");
  return call.sign(pair, { nonce, era, genesisHash, blockHash: genesisHash, runtimeVersion })
    .toHex();
}

/** Submits extrinsics and waits until all are final. @returns the number of the last block. */
async function submitAll(api: Api, signed: readonly string[]): Promise<number> {
  const { author, chain } = api.rpc;
  await Promise.all(signed.map((extrinsic) => author.submitExtrinsic(extrinsic)));
  while ((await author.pendingExtrinsics()).length > 0) await delay(1);
  const last = (await chain.getHeader()).number.toNumber();
  const final = Promise.withResolvers<void>();
  const stop = await chain.subscribeFinalizedHeads(({ number }) => {
    if (number.toNumber() >= last) final.resolve();
  });
  await final.promise;
  stop();
  return last;
}

/** The work of the chain to verify as many signatures as were submitted. */
function verifyAll(pair: Pair): void {
  const message = crypto.getRandomValues(new Uint8Array(32));
  const signature = pair.sign(message);
  for (let index = 0; index < EXTRINSICS; index++) {
    if (!verifySignature("Sr25519", message, signature, pair.publicKey)) throw new Error("wrong");
  }
}

async function checkSucceeded(api: Api, blocks: number): Promise<void> {
  let succeeded = 0;
  for (let number = 1; number <= blocks; number++) {
    const { query } = await api.at(await api.rpc.chain.getBlockHash(number));
    const events = JSON.stringify((await query.system!.events!()).toHuman());
    succeeded += events.match(/"WeightsSet"/g)?.length ?? 0;
  }
  if (succeeded !== EXTRINSICS) throw new Error(`${succeeded} of ${EXTRINSICS} succeeded`);
}

const NEURONS = 4096;
const WEIGHTS = 256;

async function largeNetwork(): Promise<void> {
  const neurons = Array.from({ length: NEURONS }, (_, uid) => ({
    hotkey: `//Hot//${uid}`,
    coldkey: `//Cold//${uid % 100}`,
    stake: `${uid + 1} tao`,
    ip: "203.0.113.7",
    port: 8091,
    weights: Array.from(
      { length: WEIGHTS },
      (_, index) => [(uid + index * 16) % NEURONS, 1 + index],
    ),
  }));
  await withChain({ neurons }, async (endpoint, loadMs) => {
    await using subtensor = await bittensor.subtensor({ network: endpoint });
    const graph = bittensor.metagraph({ subtensor });
    const ms = await timed(() => graph.sync());
    console.log(
      `\nA network of ${NEURONS} neurons with ${WEIGHTS} weights each, in s\n` +
        `  loaded from JSON                  ${(loadMs / 1000).toFixed(2)} (bar: 5)\n` +
        `  read as a metagraph               ${(ms / 1000).toFixed(2)} (bar: 2)`,
    );
  });
}

const BLOCKS = 10_000;

async function emptyBlocks(): Promise<void> {
  await withChain({}, (endpoint) =>
    withApi(endpoint, async (api) => {
      const provider = new WsProvider(endpoint);
      await provider.isReady;
      const ms = await timed(() => provider.send("dev_mine", [BLOCKS]));
      await provider.disconnect();
      const { number } = await api.rpc.chain.getHeader();
      if (number.toNumber() !== BLOCKS) throw new Error(`the chain is at block ${number}`);
      console.log(
        `\n${BLOCKS} empty blocks by dev_mine, in s\n` +
          `  mined                             ${(ms / 1000).toFixed(2)} (bar: 5)`,
      );
    }));
}

function perSecond(count: number, ms: number): string {
  return (count / ms * 1000).toFixed(0);
}

await setWeights();
await largeNetwork();
await emptyBlocks();
Deno.exit();
