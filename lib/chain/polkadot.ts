/**
 * The one place that knows `@polkadot/api`.
 *
 * Requests go to the node as they are, so that their answers can be decoded straight into typed
 * arrays; the library serves metadata, codecs and the construction of extrinsics.
 */

import { ApiPromise } from "@polkadot/api";
import type { Vec } from "@polkadot/types";
import type { AccountInfo, DispatchError, EventRecord } from "@polkadot/types/interfaces";
import type { IKeyringPair } from "@polkadot/types/types";
import { type WaitOptions, withDeadline } from "../base/deadline.ts";
import { BittensorError, messageOf } from "../base/errors.ts";
import { RecentMap } from "../base/recent_map.ts";
import { type Address, encodeAddress, publicKeyOf } from "../domain/address.ts";
import { type Rao, rao } from "../domain/balance.ts";
import type { Signer } from "../domain/signer.ts";
import { apiProvider } from "./api_provider.ts";
import { fetchBlockHash, followBlocks } from "./blocks.ts";
import type {
  BlockHead,
  BlocksOptions,
  Call,
  Chain,
  Hex,
  InclusionReport,
  SignedExtrinsic,
  StorageEntry,
} from "./chain.ts";
import { type ConnectOptions, RpcClient, TIMEOUT_MS } from "./rpc_client.ts";
import { readUint } from "./scale.ts";
import { BLAKE2_128_BYTES, blake2Concat, storageKey } from "./storage_key.ts";
import { readEntries, readValues } from "./storage_reader.ts";

/** How many blocks a signed extrinsic is good for. */
const ERA_BLOCKS = 64;

/** MultiSignature variant of sr25519. */
const SR25519 = 0x01;

/**
 * Connects to the first of several nodes that answers, and reads its metadata.
 *
 * @param endpoints WebSocket URLs of nodes of one chain, at least one.
 * @throws {BittensorError} `chain/unreachable` if nothing usable answers there in time.
 */
export async function connectChain(
  endpoints: readonly string[],
  options: ConnectOptions = {},
): Promise<Chain> {
  const { timeoutMs = TIMEOUT_MS, signal } = options;
  const rpc = await RpcClient.connect(endpoints, options);
  const unusable = (reason: string, cause?: unknown) =>
    new BittensorError(
      "chain/unreachable",
      `Cannot use the chain at ${rpc.endpoint}: ${reason}`,
      { cause, hint: "check that a Substrate node runs there" },
    );
  try {
    const api = await withDeadline(
      () => createApi(rpc),
      { timeoutMs, signal },
      () => unusable(`no metadata within ${timeoutMs} ms`),
    );
    return new PolkadotChain(api, rpc);
  } catch (error) {
    await rpc[Symbol.asyncDispose]();
    if (signal?.aborted || error instanceof BittensorError) throw error;
    throw unusable(messageOf(error), error);
  }
}

async function createApi(rpc: RpcClient): Promise<ApiPromise> {
  const { provider, failed } = apiProvider(rpc);
  const api = new ApiPromise({ provider, noInitWarn: true });
  return await Promise.race([api.isReadyOrError, failed]);
}

class PolkadotChain implements Chain {
  readonly specName: string;
  readonly specVersion: number;
  readonly #api: ApiPromise;
  readonly #rpc: RpcClient;
  /** Keys of accounts that were read lately: hashing thousands anew for each block takes long. */
  readonly #accountKeys = new RecentMap<Address, Uint8Array>(2 ** 14);
  /** Where the free balance lies in an AccountInfo: before it runtimes have different counters. */
  #freeField: { readonly offset: number; readonly width: number } | undefined;

  constructor(api: ApiPromise, rpc: RpcClient) {
    this.specName = api.runtimeVersion.specName.toString();
    this.specVersion = api.runtimeVersion.specVersion.toNumber();
    this.#api = api;
    this.#rpc = rpc;
  }

  get endpoint(): string {
    return this.#rpc.endpoint;
  }

  get connections(): number {
    return this.#rpc.connections;
  }

  async block(number?: number, options?: WaitOptions): Promise<BlockHead> {
    if (number === undefined) return await this.#head("chain_getBlockHash", options);
    const hash = await fetchBlockHash(this.#rpc, number, options);
    if (hash !== null) return { hash, number };
    throw new BittensorError("chain/unknown-block", `Cannot read block ${number}: no such block`);
  }

  blocks(options?: BlocksOptions): AsyncIterable<BlockHead> {
    return followBlocks(this.#rpc, options);
  }

  hasStorage(pallet: string, item: string): boolean {
    return this.#api.runtimeMetadata.asLatest.pallets.some((candidate) =>
      candidate.name.toString() === pallet &&
      candidate.storage.isSome &&
      candidate.storage.unwrap().items.some(({ name }) => name.toString() === item)
    );
  }

  entries(pallet: string, item: string, at: Hex, wait?: WaitOptions): Promise<StorageEntry[]> {
    return readEntries({ rpc: this.#rpc, at, wait }, pallet, item);
  }

  values(
    pallet: string,
    item: string,
    suffixes: readonly Uint8Array[],
    at: Hex,
    wait?: WaitOptions,
  ): Promise<(Uint8Array | undefined)[]> {
    const prefix = storageKey(pallet, item);
    const keys = suffixes.map((suffix): Hex => `${prefix}${suffix.toHex()}`);
    return readValues({ rpc: this.#rpc, at, wait }, keys);
  }

  async freeBalances(
    addresses: readonly Address[],
    at: Hex,
    options?: WaitOptions,
  ): Promise<Rao[]> {
    const keys = addresses.map((address) => this.#accountKey(address));
    const accounts = await this.values("System", "Account", keys, at, options);
    return accounts.map((account) => account ? this.#freeBalance(account) : rao(0n));
  }

  async allFreeBalances(at: Hex, options?: WaitOptions): Promise<Map<Address, Rao>> {
    const accounts = await this.entries("System", "Account", at, options);
    return new Map(accounts.map(({ key, value }) => [
      encodeAddress(key.subarray(BLAKE2_128_BYTES)),
      this.#freeBalance(value),
    ]));
  }

  nextNonce(account: Address, options?: WaitOptions): Promise<number> {
    return this.#rpc.request<number>("system_accountNextIndex", [account], options);
  }

  async fee(call: Call, signer: Address, options?: WaitOptions): Promise<Rao> {
    const unsigned = this.#build(call);
    const nonce = await this.nextNonce(signer, options);
    const { registry, genesisHash, runtimeVersion } = this.#api;
    const era = registry.createType("ExtrinsicEra", { current: 1, period: ERA_BLOCKS });
    const extrinsic = unsigned.signFake(signer, {
      nonce,
      era,
      blockHash: genesisHash,
      genesisHash,
      runtimeVersion,
      signedExtensions: registry.signedExtensions,
    });
    return await this.#fee(extrinsic.toHex(), options);
  }

  async sign(call: Call, signer: Signer, options: WaitOptions = {}): Promise<SignedExtrinsic> {
    const unsigned = this.#build(call);
    const [nonce, birth] = await Promise.all([
      this.nextNonce(signer.address, options),
      this.#head("chain_getFinalizedHead", options),
    ]);
    const { registry, genesisHash, runtimeVersion } = this.#api;
    const mortality = { current: birth.number, period: ERA_BLOCKS };
    const era = registry.createType("ExtrinsicEra", mortality);
    const extrinsic = unsigned.sign(keyringPair(signer), {
      nonce,
      blockHash: birth.hash,
      era,
      genesisHash,
      runtimeVersion,
      signedExtensions: registry.signedExtensions,
    });
    const bytes = extrinsic.toHex();
    return {
      call: nameOf(call),
      bytes,
      hash: extrinsic.hash.toHex(),
      signer: signer.address,
      nonce,
      fee: await this.#fee(bytes, options),
      validFrom: birth.number + 1,
      validUntil: era.asMortalEra.death(birth.number),
    };
  }

  async submit({ bytes }: SignedExtrinsic, options?: WaitOptions): Promise<void> {
    await this.#rpc.requestOnce("author_submitExtrinsic", [bytes], options);
  }

  async inclusion(
    { bytes }: SignedExtrinsic,
    at: Hex,
    options?: WaitOptions,
  ): Promise<InclusionReport | undefined> {
    const { block } = await this.#rpc.request<{ block: { extrinsics: Hex[] } }>(
      "chain_getBlock",
      [at],
      options,
    );
    const index = block.extrinsics.indexOf(bytes);
    if (index < 0) return undefined;
    const [records] = await this.values("System", "Events", [new Uint8Array()], at, options);
    const own = this.#events(records).filter(({ phase }) =>
      phase.isApplyExtrinsic && phase.asApplyExtrinsic.eqn(index)
    );
    const events = own.map(({ event }) => `${capitalised(event.section)}.${event.method}`);
    const failed = own.find(({ event }) => this.#api.events.system?.ExtrinsicFailed?.is(event));
    return failed ? { events, failure: this.#failure(failed) } : { events };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#rpc[Symbol.asyncDispose]();
  }

  #build(call: Call) {
    const build = this.#api.tx[camelCase(call.pallet)]?.[camelCase(call.name)];
    if (build !== undefined) return build(...call.args);
    throw new BittensorError(
      "chain/unknown-call",
      `Cannot call ${nameOf(call)}: the chain at ${this.endpoint} has no such call`,
    );
  }

  async #head(
    method: "chain_getBlockHash" | "chain_getFinalizedHead",
    options?: WaitOptions,
  ): Promise<BlockHead> {
    const hash = await this.#rpc.request<Hex>(method, [], options);
    type Header = { number: Hex } | null;
    const header = await this.#rpc.request<Header>("chain_getHeader", [hash], options);
    if (header !== null) return { hash, number: Number(header.number) };
    throw new BittensorError("chain/unknown-block", `Cannot read block ${hash}: no such block`);
  }

  async #fee(extrinsic: Hex, options?: WaitOptions): Promise<Rao> {
    const { partialFee } = await this.#rpc.request<{ partialFee: string }>(
      "payment_queryInfo",
      [extrinsic],
      options,
    );
    return rao(BigInt(partialFee));
  }

  #events(bytes: Uint8Array | undefined): Vec<EventRecord> {
    return this.#api.registry.createType<Vec<EventRecord>>("Vec<FrameSystemEventRecord>", bytes);
  }

  #failure({ event }: EventRecord): { name: string; docs: string } {
    const bytes = event.data[0]?.toU8a();
    const error = this.#api.registry.createType<DispatchError>("SpRuntimeDispatchError", bytes);
    if (!error.isModule) return { name: error.type, docs: "" };
    const { section, name, docs } = this.#api.registry.findMetaError(error.asModule);
    return { name: `${capitalised(section)}.${name}`, docs: docs.join(" ").trim() };
  }

  #accountKey(address: Address): Uint8Array {
    const known = this.#accountKeys.get(address);
    if (known !== undefined) return known;
    const key = blake2Concat(publicKeyOf(address));
    this.#accountKeys.set(address, key);
    return key;
  }

  #freeBalance(accountInfo: Uint8Array): Rao {
    this.#freeField ??= this.#findFreeField();
    const { offset, width } = this.#freeField;
    return rao(readUint(accountInfo, offset, width));
  }

  /** A codec object for each of thousands of accounts would take seconds. */
  #findFreeField(): { readonly offset: number; readonly width: number } {
    const type = "FrameSystemAccountInfo";
    const sample = this.#api.registry.createType<AccountInfo>(type, { data: { free: 1 } });
    return { offset: sample.toU8a().indexOf(1), width: sample.data.free.encodedLength };
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

function nameOf({ pallet, name }: Call): string {
  return `${pallet}.${name}`;
}

function camelCase(name: string): string {
  const words = name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return words.charAt(0).toLowerCase() + words.slice(1);
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
