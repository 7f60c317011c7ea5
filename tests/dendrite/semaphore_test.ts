import assert from "node:assert/strict";
import { Semaphore } from "../../lib/dendrite/semaphore.ts";

Deno.test("Semaphore lets so many in, and the others in their order", async () => {
  const semaphore = new Semaphore(2);
  assert(semaphore.tryEnter());
  assert(await semaphore.enter({}));
  assert(!semaphore.tryEnter());
  const order: number[] = [];
  const waiting = [1, 2, 3].map(async (id) => {
    assert(await semaphore.enter({ timeoutMs: 60_000 }));
    order.push(id);
    semaphore.leave();
  });
  semaphore.leave();
  await Promise.all(waiting);
  assert.deepEqual(order, [1, 2, 3]);
  assert(semaphore.tryEnter());
  assert(!semaphore.tryEnter());
});

Deno.test("Semaphore.enter() gives up after its timeout, and leaves the queue", async () => {
  const semaphore = new Semaphore(1);
  assert(semaphore.tryEnter());
  assert.equal(await semaphore.enter({ timeoutMs: 1 }), false);
  const second = semaphore.enter({ timeoutMs: 1e12 });
  await new Promise((resolve) => setTimeout(resolve, 5));
  semaphore.leave();
  assert(await second);
});

Deno.test("Semaphore.enter() rejects when it is aborted, and leaves the queue", async () => {
  const semaphore = new Semaphore(1);
  assert(semaphore.tryEnter());
  const reason = new Error("changed my mind");
  await assert.rejects(semaphore.enter({ signal: AbortSignal.abort(reason) }), reason);
  const controller = new AbortController();
  const first = semaphore.enter({ timeoutMs: 60_000, signal: controller.signal });
  const second = semaphore.enter({ timeoutMs: 60_000 });
  controller.abort(reason);
  await assert.rejects(first, reason);
  semaphore.leave();
  assert(await second);
});
