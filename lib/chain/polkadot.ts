/**
 * The one place that knows `@polkadot/api`.
 *
 * Requests go to the node as they are, so that their answers can be decoded straight into typed
 * arrays; the library serves metadata, codecs and the construction of extrinsics.
 */

import { ApiPromise, WsProvider } from "@polkadot/api";
import type { ApiOptions } from "@polkadot/api/types";
import type { Vec } from "@polkadot/types";
import type { AccountInfo, DispatchError, EventRecord } from "@polkadot/types/interfaces";
import type { IKeyringPair } from "@polkadot/types/types";
import { hexToU8a } from "@polkadot/util";
import { type WaitOptions, withDeadline } from "../base/deadline.ts";
import { BittensorError, messageOf } from "../base/errors.ts";
import type { Address } from "../domain/address.ts";
import { type Rao, rao } from "../domain/balance.ts";
import type { Signer } from "../domain/signer.ts";
import type { Call, Chain, ExtrinsicStatus, Hex, InclusionReport, StorageEntry } from "./chain.ts";
import { withoutCredentials } from "./networks.ts";
import { RpcClient, TIMEOUT_MS } from "./rpc_client.ts";
import { accountKey, PREFIX_BYTES, storageKey } from "./storage_key.ts";

/** Keys per request: what nodes serve at once. */
const PAGE = 1000;

/** How many blocks a signed extrinsic is good for. */
const ERA_BLOCKS = 64;

/** MultiSignature variant of sr25519. */
const SR25519 = 0x01;

/**
 * Connects to a node and reads its metadata.
 *
 * @throws {BittensorError} `chain/unreachable` if nothing usable answers there in time.
 */
export async function connectChain(endpoint: string, options: WaitOptions = {}): Promise<Chain> {
  const shown = withoutCredentials(endpoint);
  const unreachable = (reason: string, cause?: unknown) =>
    new BittensorError("chain/unreachable", `Cannot connect to the chain at ${shown}: ${reason}`, {
      cause,
      hint: "check that a node runs there; a local network is started with bittensor.localnet()",
    });
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const provider = new QuietProvider(endpoint, false);
  try {
    const api = await withDeadline(
      async () => {
        await opened(provider);
        // The library's own types disagree under exactOptionalPropertyTypes, in `ttl` alone.
        const compatible = provider as NonNullable<ApiOptions["provider"]>;
        return await new ApiPromise({ provider: compatible, noInitWarn: true }).isReadyOrError;
      },
      { ...options, timeoutMs },
      () => unreachable(`no answer within ${timeoutMs} ms`),
    );
    return new PolkadotChain(shown, api, new RpcClient(shown, provider));
  } catch (error) {
    await provider.disconnect();
    if (options.signal?.aborted || error instanceof BittensorError) throw error;
    throw unreachable(messageOf(error), error);
  }
}

/**
 * A provider that says it has no subscriptions, so that the API opens none of its own: they would
 * leave a timer behind for 1.75 s after the connection is closed. Ours do not go through the API.
 */
class QuietProvider extends WsProvider {
  override get hasSubscriptions(): boolean {
    return false;
  }
}

function opened(provider: WsProvider): Promise<void> {
  return new Promise((resolve, reject) => {
    provider.on("connected", () => resolve());
    provider.on(
      "error",
      (event: { message?: string }) =>
        reject(new Error(event?.message || "the connection was refused")),
    );
    provider.on("disconnected", () => reject(new Error("the connection was closed")));
    provider.connect().catch(reject);
  });
}

class PolkadotChain implements Chain {
  readonly endpoint: string;
  readonly specName: string;
  readonly specVersion: number;
  readonly #api: ApiPromise;
  readonly #rpc: RpcClient;

  constructor(endpoint: string, api: ApiPromise, rpc: RpcClient) {
    this.endpoint = endpoint;
    this.specName = api.runtimeVersion.specName.toString();
    this.specVersion = api.runtimeVersion.specVersion.toNumber();
    this.#api = api;
    this.#rpc = rpc;
  }

  async block(number?: number, options?: WaitOptions): Promise<{ hash: Hex; number: number }> {
    const params = number === undefined ? [] : [number];
    const hash = await this.#rpc.request<Hex | null>("chain_getBlockHash", params, options);
    if (hash === null) {
      throw new BittensorError("chain/unknown-block", `Cannot read block ${number}: no such block`);
    }
    if (number !== undefined) return { hash, number };
    const header = await this.#rpc.request<{ number: Hex }>("chain_getHeader", [hash], options);
    return { hash, number: Number(header.number) };
  }

  hasStorage(pallet: string, item: string): boolean {
    return this.#api.runtimeMetadata.asLatest.pallets.some((candidate) =>
      candidate.name.toString() === pallet &&
      candidate.storage.isSome &&
      candidate.storage.unwrap().items.some(({ name }) => name.toString() === item)
    );
  }

  async entries(
    pallet: string,
    item: string,
    at: Hex,
    options?: WaitOptions,
  ): Promise<StorageEntry[]> {
    const prefix = storageKey(pallet, item);
    const found: StorageEntry[] = [];
    let start: Hex | undefined;
    while (true) {
      const params = [prefix, PAGE, start ?? prefix, at];
      const keys = await this.#rpc.request<Hex[]>("state_getKeysPaged", params, options);
      for (const [key, value] of await this.#values(keys, at, options)) {
        if (value === null) continue;
        found.push({ key: hexToU8a(key).subarray(PREFIX_BYTES), value: hexToU8a(value) });
      }
      if (keys.length < PAGE) return found;
      start = keys.at(-1);
    }
  }

  async value(
    pallet: string,
    item: string,
    at: Hex,
    options?: WaitOptions,
  ): Promise<Uint8Array | undefined> {
    const params = [storageKey(pallet, item), at];
    const value = await this.#rpc.request<Hex | null>("state_getStorage", params, options);
    return value === null ? undefined : hexToU8a(value);
  }

  async freeBalances(
    addresses: readonly Address[],
    at: Hex,
    options?: WaitOptions,
  ): Promise<Rao[]> {
    const keys = addresses.map(accountKey);
    const balances = new Map<Hex, Rao>();
    for (let from = 0; from < keys.length; from += PAGE) {
      const page = await this.#values(keys.slice(from, from + PAGE), at, options);
      for (const [key, value] of page) {
        if (value !== null) balances.set(key, this.#freeBalance(value));
      }
    }
    return keys.map((key) => balances.get(key) ?? rao(0n));
  }

  async sign(call: Call, signer: Signer, options: WaitOptions = {}): Promise<Hex> {
    const build = this.#api.tx[camelCase(call.pallet)]?.[camelCase(call.name)];
    if (build === undefined) {
      throw new BittensorError(
        "chain/unknown-call",
        `Cannot call ${call.pallet}.${call.name}: the chain at ${this.endpoint} has no such call`,
      );
    }
    const nonce = await this.#rpc.request<number>(
      "system_accountNextIndex",
      [signer.address],
      options,
    );
    const blockHash = await this.#rpc.request<Hex>("chain_getFinalizedHead", [], options);
    const header = await this.#rpc.request<{ number: Hex }>(
      "chain_getHeader",
      [blockHash],
      options,
    );
    const { registry, genesisHash, runtimeVersion } = this.#api;
    const current = Number(header.number);
    const era = registry.createType("ExtrinsicEra", { current, period: ERA_BLOCKS });
    const { signedExtensions } = registry;
    return build(...call.args).sign(keyringPair(signer), {
      nonce,
      blockHash,
      era,
      genesisHash,
      runtimeVersion,
      signedExtensions,
    }).toHex();
  }

  watch(extrinsic: Hex, options?: WaitOptions): AsyncIterable<ExtrinsicStatus> {
    return this.#rpc.watchExtrinsic(extrinsic, options);
  }

  async inclusion(extrinsic: Hex, at: Hex, options?: WaitOptions): Promise<InclusionReport> {
    const { block } = await this.#rpc.request<{ block: { extrinsics: Hex[] } }>(
      "chain_getBlock",
      [at],
      options,
    );
    const index = block.extrinsics.indexOf(extrinsic);
    if (index < 0) {
      throw new BittensorError("chain/not-included", `The block ${at} does not hold the extrinsic`);
    }
    const bytes = await this.value("System", "Events", at, options);
    const type = "Vec<FrameSystemEventRecord>";
    const records = this.#api.registry.createType<Vec<EventRecord>>(type, bytes);
    const own = records.filter(({ phase }) =>
      phase.isApplyExtrinsic && phase.asApplyExtrinsic.eqn(index)
    );
    const events = own.map(({ event }) => `${capitalised(event.section)}.${event.method}`);
    const failed = own.find(({ event }) => this.#api.events.system?.ExtrinsicFailed?.is(event));
    return failed ? { events, failure: this.#failure(failed) } : { events };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rpc.close();
  }

  #failure({ event }: EventRecord): { name: string; docs: string } {
    const bytes = event.data[0]?.toU8a();
    const error = this.#api.registry.createType<DispatchError>("SpRuntimeDispatchError", bytes);
    if (!error.isModule) return { name: error.type, docs: "" };
    const { section, name, docs } = this.#api.registry.findMetaError(error.asModule);
    return { name: `${capitalised(section)}.${name}`, docs: docs.join(" ").trim() };
  }

  #freeBalance(accountInfo: Hex): Rao {
    const type = "FrameSystemAccountInfo";
    const bytes = hexToU8a(accountInfo);
    const { data } = this.#api.registry.createType<AccountInfo>(type, bytes);
    return rao(data.free.toBigInt());
  }

  async #values(
    keys: readonly Hex[],
    at: Hex,
    options?: WaitOptions,
  ): Promise<readonly (readonly [Hex, Hex | null])[]> {
    if (keys.length === 0) return [];
    const [changes] = await this.#rpc.request<[{ changes: [Hex, Hex | null][] }]>(
      "state_queryStorageAt",
      [keys, at],
      options,
    );
    return changes.changes;
  }
}

/** A signer as the library takes it; what it gives to sign is hashed already if it is long. */
function keyringPair(signer: Signer): IKeyringPair {
  const { address, publicKey } = signer;
  return {
    address,
    addressRaw: publicKey,
    publicKey,
    sign: (message, { withType = false } = {}) => {
      const signature = signer.sign(message);
      return withType ? Uint8Array.of(SR25519, ...signature) : signature;
    },
  };
}

function camelCase(name: string): string {
  const words = name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return words.charAt(0).toLowerCase() + words.slice(1);
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
