/** The network block by block. */

import type { BlocksOptions } from "../chain/chain.ts";
import type { Subtensor } from "../chain/subtensor.ts";
import { diff, type SnapshotDiff } from "./diff.ts";
import { fetchSnapshot, type Snapshot } from "./snapshot.ts";

/** Options of `Metagraph.watch`. */
export type WatchOptions = Pick<
  BlocksOptions,
  "finalized" | "latestOnly" | "timeoutMs" | "signal"
>;

/** The network at a block, and what has changed. */
export interface SnapshotChange {
  readonly snapshot: Snapshot;
  /** What changed since the snapshot before. */
  readonly diff: SnapshotDiff;
}

/** Reads each block as it comes, until the loop is left. */
export async function* watchSnapshots(
  subtensor: Subtensor,
  before: Snapshot,
  options: WatchOptions = {},
): AsyncGenerator<SnapshotChange, void> {
  const { timeoutMs, signal } = options;
  for await (const { number } of subtensor.blocks(options)) {
    const snapshot = await fetchSnapshot(subtensor, { block: number, timeoutMs, signal });
    yield { snapshot, diff: diff(before, snapshot) };
    before = snapshot;
  }
}
