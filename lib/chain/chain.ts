/** What we need of a chain: small enough that another client library could serve it. */

import type { WaitOptions } from "../base/deadline.ts";
import type { Address } from "../domain/address.ts";
import type { Rao } from "../domain/balance.ts";
import type { Signer } from "../domain/signer.ts";

/** Bytes as a node writes them. */
export type Hex = `0x${string}`;

/** A block, by the two things that name it. */
export interface BlockHead {
  readonly number: number;
  readonly hash: Hex;
}

/** Which blocks to follow. */
export interface BlocksOptions {
  /** Only blocks that are final: they are never replaced by others. @default {false} */
  readonly finalized?: boolean | undefined;
  /** First block. @default the head */
  readonly from?: number | undefined;
  /** Leave out what came while the loop was busy. @default {false} */
  readonly latestOnly?: boolean | undefined;
  /** Longest time without a connection, in milliseconds. @default {20000} */
  readonly timeoutMs?: number | undefined;
  /** Ends the blocks; the loop then throws the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
}

/** One entry of a storage map, undecoded. */
export interface StorageEntry {
  /** The hashed key behind the prefix of the map. */
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** A call of a pallet, by the names of the metadata. */
export interface Call {
  readonly pallet: string;
  readonly name: string;
  readonly args: readonly unknown[];
  /** What the log says when a block holds it: a name with its colon, and details. */
  readonly note: readonly [prefix: string, detail: string];
  /** What it takes from the free balance of the signer besides the fee, in rao. */
  readonly spends?: Rao | undefined;
}

/** A signed call, ready to be submitted. The chain takes it once: its nonce is used up then. */
export interface SignedExtrinsic {
  /** `Pallet.call`. */
  readonly call: string;
  readonly bytes: Hex;
  readonly hash: Hex;
  readonly signer: Address;
  readonly nonce: number;
  /** What including it costs the signer even if the call fails, in rao. */
  readonly fee: Rao;
  /** The first block that can hold it. */
  readonly validFrom: number;
  /** The first block that cannot hold it any more. */
  readonly validUntil: number;
}

/** What an extrinsic did, read from the block that holds it. */
export interface InclusionReport {
  /** Events as `Pallet.Name`, in order. */
  readonly events: readonly string[];
  /** Why the call failed; absent when it succeeded. */
  readonly failure?: { readonly name: string; readonly docs: string };
}

/** A connection to the nodes of one chain. Reads survive the loss of the connection. */
export interface Chain extends AsyncDisposable {
  /** The node that is connected, without credentials. */
  readonly endpoint: string;
  /** How often a connection was opened: what another one told may be news to this one. */
  readonly connections: number;
  readonly specName: string;
  readonly specVersion: number;
  /** The block at the head, or the one of a number. */
  block(number?: number, options?: WaitOptions): Promise<BlockHead>;
  /** Blocks as they come, without a gap even if the connection was lost in between. */
  blocks(options?: BlocksOptions): AsyncIterable<BlockHead>;
  hasStorage(pallet: string, item: string): boolean;
  /** A whole storage map at one block, in pages. */
  entries(pallet: string, item: string, at: Hex, options?: WaitOptions): Promise<StorageEntry[]>;
  /**
   * The values of storage keys at one block, in pages; undefined where nothing was ever written.
   *
   * @param suffixes What follows the prefix of the item: hashed keys of a map, or nothing.
   */
  values(
    pallet: string,
    item: string,
    suffixes: readonly Uint8Array[],
    at: Hex,
    options?: WaitOptions,
  ): Promise<(Uint8Array | undefined)[]>;
  /** Free balances at one block; zero for accounts that do not exist. */
  freeBalances(addresses: readonly Address[], at: Hex, options?: WaitOptions): Promise<Rao[]>;
  /** Free balances of all accounts at one block. */
  allFreeBalances(at: Hex, options?: WaitOptions): Promise<Map<Address, Rao>>;
  /** The nonce for the next extrinsic of an account, those that wait in the node included. */
  nextNonce(account: Address, options?: WaitOptions): Promise<number>;
  /** What including a call would cost its signer, in rao: of a signature it needs only the length. */
  fee(call: Call, signer: Address, options?: WaitOptions): Promise<Rao>;
  /** Signs a call: mortal, with the next nonce of the signer. */
  sign(call: Call, signer: Signer, options?: WaitOptions): Promise<SignedExtrinsic>;
  /** Hands an extrinsic to the node, once. */
  submit(extrinsic: SignedExtrinsic, options?: WaitOptions): Promise<void>;
  /** What an extrinsic did in a block; undefined if the block does not hold it. */
  inclusion(
    extrinsic: SignedExtrinsic,
    at: Hex,
    options?: WaitOptions,
  ): Promise<InclusionReport | undefined>;
}
