/** The columns of a metagraph as arrays, each made when it is first looked at. */

import { toTao } from "../domain/balance.ts";
import { ndarray } from "./arrays.ts";
import type { Scores } from "./scores.ts";
import type { Snapshot } from "./snapshot.ts";
import { weightMatrix } from "./weights.ts";

/** The columns of a snapshot and its scores. */
export type Columns = ReturnType<typeof columnsOf>;

/** Columns as functions: one that is never called costs nothing, which counts for weights. */
export function columnsOf(snapshot: Snapshot, scores: Scores) {
  const n = snapshot.endpoints.length;
  return {
    uids: lazy(() => ndarray(BigInt64Array.from(snapshot.endpoints, ({ uid }) => BigInt(uid)))),
    stake: lazy(() => ndarray(Float64Array.from(snapshot.stake, toTao))),
    balances: lazy(() => ndarray(Float64Array.from(snapshot.balances, toTao))),
    lastUpdate: lazy(() => ndarray(BigInt64Array.from(snapshot.lastUpdate, BigInt))),
    weights: lazy(() => ndarray(weightMatrix(snapshot), [n, n])),
    ranks: lazy(() => ndarray(scores.ranks)),
    trust: lazy(() => ndarray(scores.trust)),
    incentive: lazy(() => ndarray(scores.incentive)),
  };
}

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
