/** What we need of a chain: small enough that another client library could serve it. */

import type { WaitOptions } from "../base/deadline.ts";
import type { Address } from "../domain/address.ts";
import type { Rao } from "../domain/balance.ts";
import type { Signer } from "../domain/signer.ts";

/** Bytes as a node writes them. */
export type Hex = `0x${string}`;

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
}

/** What an extrinsic did, read from the block that holds it. */
export interface InclusionReport {
  /** Events as `Pallet.Name`, in order. */
  readonly events: readonly string[];
  /** Why the call failed; absent when it succeeded. */
  readonly failure?: { readonly name: string; readonly docs: string };
}

/** Status of a watched extrinsic: a word, or one word with a block hash. */
export type ExtrinsicStatus = string | Readonly<Record<string, unknown>>;

/** A connection to one node. */
export interface Chain extends AsyncDisposable {
  /** Where it is connected to, without credentials. */
  readonly endpoint: string;
  readonly specName: string;
  readonly specVersion: number;
  /** The block at the head, or the one of a number. */
  block(number?: number, options?: WaitOptions): Promise<{ hash: Hex; number: number }>;
  hasStorage(pallet: string, item: string): boolean;
  /** A whole storage map at one block, in pages. */
  entries(pallet: string, item: string, at: Hex, options?: WaitOptions): Promise<StorageEntry[]>;
  /** A plain storage value at one block; undefined if it was never written. */
  value(
    pallet: string,
    item: string,
    at: Hex,
    options?: WaitOptions,
  ): Promise<Uint8Array | undefined>;
  /** Free balances at one block; zero for accounts that do not exist. */
  freeBalances(addresses: readonly Address[], at: Hex, options?: WaitOptions): Promise<Rao[]>;
  /** Builds a signed extrinsic, mortal, with the next nonce of the signer. */
  sign(call: Call, signer: Signer, options?: WaitOptions): Promise<Hex>;
  /** Submits an extrinsic once, and yields its statuses until the loop is left. */
  watch(extrinsic: Hex, options?: WaitOptions): AsyncIterable<ExtrinsicStatus>;
  /** What an extrinsic did in the block that holds it. */
  inclusion(extrinsic: Hex, at: Hex, options?: WaitOptions): Promise<InclusionReport>;
}
