/** What changed from one snapshot of the network to another. */

import type { Rao } from "../domain/balance.ts";
import { type Endpoint, isSameEndpoint } from "../domain/endpoint.ts";
import type { Snapshot } from "./snapshot.ts";

/** The weights that one neuron set: uids, and in their order values, of which 4294967295 is 1. */
export interface WeightRow {
  readonly uids: Uint32Array;
  readonly values: Uint32Array;
}

/** A uid that another hotkey took over. */
export interface Replacement {
  readonly before: Endpoint;
  readonly after: Endpoint;
}

/** New values by uid, for each column in which some changed. New neurons are part of all columns. */
export interface ColumnChanges {
  readonly endpoints: ReadonlyMap<number, Endpoint>;
  /** Rao. */
  readonly stake: ReadonlyMap<number, bigint>;
  readonly lastUpdate: ReadonlyMap<number, number>;
  readonly weights: ReadonlyMap<number, WeightRow>;
  readonly balances: ReadonlyMap<number, Rao>;
}

/** All that changed from one snapshot to another; scores follow from it. */
export interface SnapshotDiff {
  /** Block of the snapshot before. */
  readonly from: number;
  /** Block of the snapshot after. */
  readonly to: number;
  /** Number of neurons after. */
  readonly n: number;
  /** Neurons whose uids are new. */
  readonly added: readonly Endpoint[];
  /** Neurons whose uids are gone. */
  readonly removed: readonly Endpoint[];
  /** Neurons with another hotkey than before, in the order of their uids. */
  readonly replaced: readonly Replacement[];
  readonly changes: ColumnChanges;
}

/**
 * What changed from one snapshot to another.
 *
 * @example What a subscription changes
 * ```ts
 * import * as bittensor from "bittensor";
 * import assert from "node:assert/strict";
 *
 * await using chain = await bittensor.devchain();
 * await using subtensor = await bittensor.subtensor({ network: chain.endpoint });
 * const graph = await bittensor.metagraph({ subtensor }).sync();
 * const before = graph.snapshot;
 *
 * const hotkey = bittensor.keypairFromUri("//Alice");
 * await subtensor.subscribe({ hotkey, coldkey: hotkey.address, ip: "203.0.113.7", port: 8091 });
 * const { added, changes } = bittensor.diff(before, (await graph.sync()).snapshot);
 * assert.equal(added[0]?.hotkey, hotkey.address);
 * assert.deepEqual([...changes.lastUpdate], [[0, 1]]);
 * ```
 */
export function diff(before: Snapshot, after: Snapshot): SnapshotDiff {
  const [old, now] = [before.endpoints, after.endpoints];
  return {
    from: before.block,
    to: after.block,
    n: now.length,
    added: now.slice(old.length),
    removed: old.slice(now.length),
    replaced: now.flatMap((endpoint, uid) => {
      const former = old[uid];
      const same = former === undefined || former.hotkey === endpoint.hotkey;
      return same ? [] : [{ before: former, after: endpoint }];
    }),
    changes: {
      endpoints: changed(old, now, isSameEndpoint),
      stake: changed(before.stake, after.stake, Object.is),
      lastUpdate: changed(before.lastUpdate, after.lastUpdate, Object.is),
      weights: changed(weightRows(before), weightRows(after), isSameRow),
      balances: changed(before.balances, after.balances, Object.is),
    },
  };
}

/**
 * The snapshot after some changes: `applyDiff(a, diff(a, b))` equals b.
 *
 * @throws {RangeError} If the changes are those of a snapshot of another block.
 */
export function applyDiff(snapshot: Snapshot, changes: SnapshotDiff): Snapshot {
  const { from, to, n, changes: columns } = changes;
  if (snapshot.block !== from) {
    throw new RangeError(`Cannot apply changes of block ${from} to block ${snapshot.block}`);
  }
  const rows = merged(weightRows(snapshot), columns.weights, n);
  return {
    block: to,
    endpoints: merged(snapshot.endpoints, columns.endpoints, n),
    stake: BigUint64Array.from(merged(snapshot.stake, columns.stake, n)),
    lastUpdate: Uint32Array.from(merged(snapshot.lastUpdate, columns.lastUpdate, n)),
    weightUids: rows.map(({ uids }) => uids),
    weightVals: rows.map(({ values }) => values),
    balances: merged(snapshot.balances, columns.balances, n),
  };
}

/** The new values by uid, where there was none or another one. */
function changed<T>(
  before: ArrayLike<T>,
  after: ArrayLike<T>,
  isSame: (left: T, right: T) => boolean,
): ReadonlyMap<number, T> {
  const values = new Map<number, T>();
  for (let uid = 0; uid < after.length; uid++) {
    const value = after[uid]!;
    if (uid >= before.length || !isSame(before[uid]!, value)) values.set(uid, value);
  }
  return values;
}

/** A column of n values: the new ones, and otherwise those before. */
function merged<T>(before: ArrayLike<T>, changed: ReadonlyMap<number, T>, n: number): T[] {
  return Array.from({ length: n }, (_, uid) => changed.has(uid) ? changed.get(uid)! : before[uid]!);
}

function weightRows({ weightUids, weightVals }: Snapshot): WeightRow[] {
  return weightUids.map((uids, uid) => ({ uids, values: weightVals[uid]! }));
}

function isSameRow(left: WeightRow, right: WeightRow): boolean {
  return isSameArray(left.uids, right.uids) && isSameArray(left.values, right.values);
}

function isSameArray(left: Uint32Array, right: Uint32Array): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}
