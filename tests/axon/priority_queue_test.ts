import assert from "node:assert/strict";
import fc from "fast-check";
import { PriorityQueue } from "../../lib/axon/priority_queue.ts";

const { signal: NEVER } = new AbortController();

/** A queue with one place, which is taken, and the names of those that were started since. */
function busyQueue(maximumQueued = 1_000) {
  const queue = new PriorityQueue({ maximumRunning: 1, maximumQueued });
  assert(queue.enter());
  const started: number[] = [];
  const wait = (name: number, priority: number, signal = NEVER) => {
    const turn = queue.wait(priority, signal);
    turn?.then(() => started.push(name), () => {});
    return turn;
  };
  /** Gives the place back, and lets whoever got it say so. */
  const leave = async () => {
    queue.leave();
    await Promise.resolve();
  };
  return { queue, started, wait, leave };
}

Deno.test("PriorityQueue.enter() gives as many places as there are", () => {
  const queue = new PriorityQueue({ maximumRunning: 2, maximumQueued: 0 });
  assert.deepEqual([queue.enter(), queue.enter(), queue.enter()], [true, true, false]);
  assert.equal(queue.running, 2);
  queue.leave();
  assert.equal(queue.running, 1);
  assert.equal(queue.enter(), true);
});

Deno.test("PriorityQueue.wait() starts the highest priority first, and the first of equals", async () => {
  const { started, wait, leave } = busyQueue();
  for (const [name, priority] of [0, 5, 5, -Infinity, 9].entries()) wait(name, priority);
  // The fourth is for the one that has waited longest.
  for (let times = 0; times < 5; times++) await leave();
  assert.deepEqual(started, [4, 1, 2, 0, 3]);
});

Deno.test("PriorityQueue.wait() starts at once when a place is free", async () => {
  const queue = new PriorityQueue({ maximumRunning: 1, maximumQueued: 0 });
  await queue.wait(0, NEVER);
  assert.equal(queue.running, 1);
});

Deno.test("PriorityQueue.wait() tells at once that the queue is full", async () => {
  const { queue, started, wait, leave } = busyQueue(2);
  wait(0, 1);
  assert.equal(queue.full, false);
  wait(1, 1);
  assert.equal(queue.full, true);
  assert.equal(wait(2, 99), undefined);
  await leave();
  assert.notEqual(wait(3, 0), undefined);
  await leave();
  await leave();
  assert.deepEqual(started, [0, 1, 3]);
});

Deno.test("PriorityQueue.wait() rejects when the signal fires, and gives the room back", async () => {
  const { queue, started, wait, leave } = busyQueue(1);
  const controller = new AbortController();
  const reason = new Error("left");
  const turn = wait(0, 1, controller.signal);
  controller.abort(reason);
  await assert.rejects(turn ?? Promise.resolve(), reason);
  assert.equal(queue.queued, 0);
  wait(1, 1);
  await leave();
  assert.deepEqual(started, [1]);
  assert.equal(queue.running, 1);
  await assert.rejects(queue.wait(1, controller.signal) ?? Promise.resolve(), reason);
});

Deno.test("PriorityQueue.wait() starves nobody: n waiting, then at most 4(n + 1) dispatches", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(20), fc.nat(5), async (before, flood) => {
      const { started, wait, leave } = busyQueue();
      for (let name = 1; name <= before; name++) wait(name, 1);
      wait(0, -1);
      let dispatches = 0;
      while (!started.includes(0)) {
        // More important ones come faster than places get free.
        for (let more = 0; more <= flood; more++) wait(100, 50);
        await leave();
        dispatches++;
      }
      assert(dispatches <= 4 * (before + 1), `${dispatches} behind ${before}`);
    }),
    { numRuns: 30 },
  );
});

/** What may happen to a queue. */
const STEP = fc.oneof(
  fc.record({ kind: fc.constant("wait" as const), priority: fc.integer({ min: -3, max: 3 }) }),
  fc.record({ kind: fc.constant("leave" as const), priority: fc.constant(0) }),
  fc.record({ kind: fc.constant("abort" as const), priority: fc.nat(20) }),
);

interface Waiting {
  readonly name: number;
  readonly priority: number;
  readonly controller: AbortController;
}

Deno.test("PriorityQueue equals a list that is searched", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { maxLength: 60 }), async (steps) => {
      const { queue, started, wait, leave } = busyQueue(10);
      const waiting: Waiting[] = [];
      const expected: number[] = [];
      let dispatched = 0;
      for (const [name, { kind, priority }] of steps.entries()) {
        if (kind === "wait") {
          const controller = new AbortController();
          const turn = wait(name, priority, controller.signal);
          assert.equal(turn === undefined, waiting.length === 10);
          if (turn !== undefined) waiting.push({ name, priority, controller });
        } else if (kind === "abort" && waiting.length > 0) {
          const [gone] = waiting.splice(priority % waiting.length, 1);
          gone?.controller.abort();
        } else if (kind === "leave" && waiting.length > 0) {
          dispatched++;
          const most = Math.max(...waiting.map((entry) => entry.priority));
          const place = dispatched % 4 === 0
            ? 0
            : waiting.findIndex((entry) => entry.priority === most);
          expected.push(...waiting.splice(place, 1).map((entry) => entry.name));
          await leave();
        }
        assert.equal(queue.queued, waiting.length);
        assert.equal(queue.running, 1);
      }
      assert.deepEqual(started, expected);
    }),
    { numRuns: 300 },
  );
});
