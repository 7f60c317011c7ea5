import type { Address } from "../domain/address.ts";
import { type Rao, rao, RAO_PER_TAO } from "../domain/balance.ts";
import { formatHostPort } from "../domain/endpoint.ts";
import { type DevAccount, devAccounts } from "./dev_accounts.ts";
import { DevNode } from "./node/dev_node.ts";
import type { SealMode } from "./node/seal_timer.ts";
import { createMethods } from "./rpc/methods.ts";
import { serveRpc } from "./rpc/server.ts";
import { appendGenesis } from "./runtime/genesis.ts";
import { cryptoReady } from "./scale/crypto.ts";
import { SqliteStore } from "./state/sqlite_store.ts";

export type { DevAccount };

/** Options of {@linkcode devchain}. */
export interface DevChainOptions {
  /** Address to listen on. @default {"127.0.0.1"} */
  readonly host?: string | undefined;
  /** Port to listen on; 0 chooses a free one. @default {0} */
  readonly port?: number | undefined;
  /**
   * Balances in the genesis block; a repeated address gets the last of its balances.
   * @default every account of `DevChain.accounts` with 1,000 tao
   */
  readonly balances?: Iterable<readonly [Address, Rao]> | undefined;
  /**
   * `"instant"` seals a block when an extrinsic waits; an interval seals on time, empty blocks too.
   * @default {"instant"}
   */
  readonly seal?: SealMode | undefined;
  /** Time from a block to its finality, in milliseconds. @default {250} */
  readonly finalityDelayMs?: number | undefined;
  /** Clock of the blocks, in milliseconds since 1970. @default {Date.now} */
  readonly now?: (() => number) | undefined;
  /** Stops the chain. */
  readonly signal?: AbortSignal | undefined;
}

/** A development chain that runs. */
export interface DevChain extends AsyncDisposable {
  /** `ws://host:port`. */
  readonly endpoint: string;
  /** Hash of block 0, which names the chain. */
  readonly genesisHash: `0x${string}`;
  /** Number of the best block. */
  readonly block: number;
  /** The well-known development accounts, endowed unless `balances` says otherwise. */
  readonly accounts: readonly DevAccount[];
  /** Closes all connections and stops; a second call does nothing more. */
  close(): Promise<void>;
}

const DEFAULT_BALANCE = rao(1000n * RAO_PER_TAO);

/** Timers count in 32 bits. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Starts a chain of its own in this process: the network of August 2021, without neurons.
 *
 * It is a Substrate node as clients see it: JSON-RPC over WebSocket, metadata, signed extrinsics
 * with nonces, eras and fees. Everything is in memory and ends with it.
 *
 * @throws {BittensorError} `devchain/port-in-use`, or `devchain/cannot-listen` for other reasons.
 * @throws {RangeError} If a balance, a delay or an interval is out of range.
 *
 * @example Start a chain
 * ```ts
 * import { devchain } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * await using chain = await devchain();
 * assert.match(chain.endpoint, /^ws:/);
 * assert.equal(chain.block, 0);
 * ```
 */
export async function devchain(options: DevChainOptions = {}): Promise<DevChain> {
  const { host = "127.0.0.1", port = 0, signal } = options;
  await cryptoReady();
  signal?.throwIfAborted();
  const accounts = devAccounts();
  const store = new SqliteStore();
  const node = createNode(store, options, accounts);
  const server = serveRpc(createMethods(node), { host, port });
  const close = once(async () => {
    signal?.removeEventListener("abort", close);
    node[Symbol.dispose]();
    await server.close();
    store[Symbol.dispose]();
  });
  signal?.addEventListener("abort", close);
  return {
    endpoint: `ws://${formatHostPort({ ip: host, port: server.port })}`,
    genesisHash: node.genesisHash,
    get block() {
      return node.best.header.number;
    },
    accounts,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function createNode(
  store: SqliteStore,
  options: DevChainOptions,
  accounts: readonly DevAccount[],
): DevNode {
  const { seal = "instant", finalityDelayMs = 250, now = Date.now } = options;
  const balances = options.balances ??
    accounts.map(({ address }) => [address, DEFAULT_BALANCE] as const);
  checkDuration("finalityDelayMs", finalityDelayMs, 0);
  if (typeof seal === "object") checkDuration("seal.intervalMs", seal.intervalMs, 1);
  appendGenesis(store, new Map(balances));
  return new DevNode(store, { seal, finalityDelayMs, now });
}

function checkDuration(name: string, ms: number, least: number): void {
  if (ms >= least && ms <= MAX_TIMER_MS) return;
  throw new RangeError(`Cannot use ${name} ${ms}: it has ${least} to ${MAX_TIMER_MS} milliseconds`);
}

function once(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => result ??= work();
}
