import { BittensorError } from "../base/errors.ts";
import { formatHostPort } from "../domain/endpoint.ts";
import { type ChainControl, chainControl } from "./control/chain_control.ts";
import { type ChainState, isChainState, readState } from "./control/chain_state.ts";
import { checkDuration, checkedSealMode } from "./control/seal_mode.ts";
import { type DevAccount, devAccounts } from "./dev_accounts.ts";
import { type DevPath, isDevPath, namedAccountPaths } from "./genesis/dev_path.ts";
import type { Genesis } from "./genesis/genesis.ts";
import { readGenesis } from "./genesis/read_genesis.ts";
import { DevNode, type DevNodeOptions } from "./node/dev_node.ts";
import type { SealMode } from "./node/seal_timer.ts";
import { checkOrigins } from "./rpc/door.ts";
import { createMethods } from "./rpc/methods.ts";
import { serveRpc } from "./rpc/server.ts";
import { appendGenesis, genesisWriter, type WriteState } from "./runtime/genesis.ts";
import { cryptoReady } from "./scale/crypto.ts";
import { SqliteStore } from "./state/sqlite_store.ts";

/** Options of {@linkcode devchain}. */
export interface DevChainOptions {
  /** Address to listen on; whoever reaches it controls the chain. @default {"127.0.0.1"} */
  readonly host?: string | undefined;
  /** Port to listen on; 0 chooses a free one. @default {0} */
  readonly port?: number | undefined;
  /**
   * Web pages that may reach the chain, such as `"https://polkadot.js.org"`, or `"*"` for all; those of
   * this machine always may, and programs that send no origin. @default {[]}
   */
  readonly allowOrigins?: readonly string[] | undefined;
  /** Whether clients may control the chain over its port: `dev_mine`, `dev_setBalance`, … @default {true} */
  readonly control?: boolean | undefined;
  /**
   * What the chain starts with: a document of one's own, or a state that another chain exported.
   * @default no neurons, and the six development accounts with 1,000 tao each
   */
  readonly genesis?: Genesis | ChainState | undefined;
  /**
   * The file that keeps the chain; if it exists the chain goes on, and `genesis` must be left out or
   * be the same.
   * @default {the chain ends with its process}
   */
  readonly db?: string | undefined;
  /** Keep the state of this many blocks at the end of the chain. @default all */
  readonly keepBlocks?: number | undefined;
  /**
   * `"instant"` seals a block when an extrinsic waits; an interval seals on time, empty blocks too;
   * `"manual"` only when somebody asks for it.
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

/** A development chain that runs, and what its operator can do with it. */
export interface DevChain extends ChainControl, AsyncDisposable {
  /** `ws://host:port`. */
  readonly endpoint: string;
  /** Hash of block 0, which names the chain. */
  readonly genesisHash: `0x${string}`;
  /** Number of the best block. */
  readonly block: number;
  /** The development accounts that the genesis endows by name. */
  readonly accounts: readonly DevAccount[];
  /** Closes all connections and stops; a second call does nothing more. */
  close(): Promise<void>;
}

/**
 * Starts a chain of its own in this process: the network of August 2021.
 *
 * It is a Substrate node as clients see it: JSON-RPC over WebSocket, metadata, signed extrinsics
 * with nonces, eras and fees. See `docs/devchain.md`.
 *
 * @throws {BittensorError} `devchain/port-in-use`, or `devchain/cannot-listen` for other reasons;
 *   `devchain/invalid-genesis` or `devchain/invalid-state`, with the way to the field at fault;
 *   `devchain/other-genesis`, `devchain/database-in-use` and others if `db` cannot be gone on with.
 * @throws {RangeError} If a delay, an interval or `keepBlocks` is out of range, or an origin is none.
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
 *
 * @example Control it
 * ```ts
 * import { devchain } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * await using chain = await devchain({ seal: "manual" });
 * const snapshot = chain.snapshot();
 * chain.setBalance("//Alice", "2.5 tao");
 * await chain.mine(100);
 * assert.equal(chain.block, 101);
 * chain.revert(snapshot);
 * assert.equal(chain.block, 0);
 * ```
 */
export async function devchain(options: DevChainOptions = {}): Promise<DevChain> {
  const { host = "127.0.0.1", port = 0, genesis, signal, control = true } = options;
  const allowOrigins = checkOrigins(options.allowOrigins ?? []);
  const settings = checkSettings(options);
  await cryptoReady();
  signal?.throwIfAborted();
  using resources = new DisposableStack();
  const store = resources.use(openStore(options));
  const node = resources.use(new DevNode(store, settings));
  const methods = createMethods(node, { withControl: control });
  const server = serveRpc(methods, { host, port, allowOrigins });
  const running = resources.move();
  const close = once(async () => {
    signal?.removeEventListener("abort", close);
    node[Symbol.dispose]();
    await server.close();
    running[Symbol.dispose]();
  });
  signal?.addEventListener("abort", close);
  return {
    ...chainControl(node),
    endpoint: `ws://${formatHostPort({ ip: host, port: server.port })}`,
    genesisHash: node.genesisHash,
    get block() {
      return node.best.header.number;
    },
    accounts: devAccounts(endowedPaths(genesis)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Checks what needs no file and no socket. */
function checkSettings(
  { seal = "instant", finalityDelayMs = 250, now = Date.now, keepBlocks = 1 }: DevChainOptions,
): DevNodeOptions {
  checkDuration("finalityDelayMs", finalityDelayMs, 0);
  if (!Number.isSafeInteger(keepBlocks) || keepBlocks < 1) {
    throw new RangeError(`Cannot keep the state of ${keepBlocks} blocks: it is at least 1`);
  }
  return { seal: checkedSealMode(seal), finalityDelayMs, now };
}

/** The store of the chain, which holds the genesis block at least. */
function openStore({ db, keepBlocks, genesis }: DevChainOptions): SqliteStore {
  const initialize = stateWriter(genesis ?? {});
  const store = new SqliteStore({ path: db, keepBlocks });
  try {
    if (store.latest < 0) appendGenesis(store, initialize);
    else if (genesis !== undefined) checkGenesis(store, initialize, db);
    return store;
  } catch (error) {
    store[Symbol.dispose]();
    throw error;
  }
}

function stateWriter(genesis: Genesis | ChainState): WriteState {
  if (!isChainState(genesis)) return genesisWriter(readGenesis(genesis));
  const entries = readState(genesis);
  return (state) => {
    for (const [key, value] of entries) state.set(key, value);
  };
}

function checkGenesis(store: SqliteStore, initialize: WriteState, db: string | undefined): void {
  using scratch = new SqliteStore();
  const { hash } = appendGenesis(scratch, initialize);
  const kept = store.block(0)?.hash;
  if (hash === kept) return;
  throw new BittensorError(
    "devchain/other-genesis",
    `Cannot go on with ${db}: it keeps the chain of genesis ${kept}, and the genesis is ${hash}`,
    { hint: "leave the genesis out to go on with that chain, or use another file" },
  );
}

/** The development accounts to tell of. */
function endowedPaths(genesis: Genesis | ChainState | undefined): readonly DevPath[] {
  const balances = genesis !== undefined && "balances" in genesis ? genesis.balances : undefined;
  return balances === undefined ? namedAccountPaths() : Object.keys(balances).filter(isDevPath);
}

function once(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => result ??= work();
}
