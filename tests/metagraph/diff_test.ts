import assert from "node:assert/strict";
import fc from "fast-check";
import { applyDiff, diff } from "../../lib/metagraph/diff.ts";
import { EMPTY_SNAPSHOT, type Snapshot } from "../../lib/metagraph/snapshot.ts";
import { snapshots } from "./snapshots.ts";

Deno.test("applyDiff() of what changed from a to b makes b of a", () => {
  fc.assert(
    fc.property(snapshots, snapshots, (before, after) => {
      assert.deepEqual(applyDiff(before, diff(before, after)), after);
    }),
    { numRuns: 300 },
  );
});

Deno.test("diff() of a snapshot with itself is empty", () => {
  fc.assert(
    fc.property(snapshots, (snapshot) => {
      const { from, to, n, added, removed, replaced, changes } = diff(snapshot, snapshot);
      assert.deepEqual([from, to, n], [snapshot.block, snapshot.block, snapshot.endpoints.length]);
      assert.deepEqual([added, removed, replaced], [[], [], []]);
      for (const column of Object.values(changes)) assert.equal(column.size, 0);
    }),
  );
});

Deno.test("diff() of nothing with a snapshot adds all of it, and the reverse removes it", () => {
  fc.assert(
    fc.property(snapshots, (snapshot) => {
      const added = diff(EMPTY_SNAPSHOT, snapshot);
      assert.deepEqual(added.added, snapshot.endpoints);
      for (const column of Object.values(added.changes)) assert.equal(column.size, added.n);
      assert.deepEqual(diff(snapshot, EMPTY_SNAPSHOT).removed, snapshot.endpoints);
    }),
  );
});

const [first] = fc.sample(snapshots.filter(({ endpoints }) => endpoints.length >= 3), {
  numRuns: 1,
  seed: 1,
}) as [Snapshot];

/** The first snapshot, one block later, with other endpoints. */
function later(endpoints: Snapshot["endpoints"]): Snapshot {
  return { ...first, block: first.block + 1, endpoints };
}

Deno.test("diff() tells a neuron that moved from one that was replaced", () => {
  const [zero, one, ...rest] = first.endpoints;
  const moved = { ...zero!, port: zero!.port ^ 1 };
  const stranger = { ...one!, hotkey: rest[0]!.hotkey };
  const { replaced, changes } = diff(first, later([moved, stranger, ...rest]));
  const isReplaced = one!.hotkey !== stranger.hotkey;
  assert.deepEqual(replaced, isReplaced ? [{ before: one, after: stranger }] : []);
  assert.equal(changes.endpoints.get(0), moved);
});

Deno.test("diff() has new values of the columns that changed, and no others", () => {
  const stake = first.stake.with(2, 7n);
  const { changes } = diff(first, { ...first, stake });
  assert.deepEqual(changes.stake, new Map([[2, 7n]]));
  assert.deepEqual(
    [changes.endpoints, changes.lastUpdate, changes.weights, changes.balances].map(({ size }) =>
      size
    ),
    [0, 0, 0, 0],
  );
});

Deno.test("applyDiff() refuses the changes of another block", () => {
  const changes = diff(later(first.endpoints), first);
  assert.throws(() => applyDiff(first, changes), RangeError);
});
