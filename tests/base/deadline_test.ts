import assert from "node:assert/strict";
import { delay, settledWithin, untilAborted, withDeadline } from "../../lib/base/deadline.ts";

const late = () => new Error("too late");
const never = () => new Promise<never>(() => {});

Deno.test("withDeadline() gives the result of the work", async () => {
  assert.equal(await withDeadline(() => Promise.resolve(7), { timeoutMs: 60_000 }, late), 7);
  assert.equal(await withDeadline(() => Promise.resolve(7), {}, late), 7);
});

Deno.test("withDeadline() passes the error of the work on, thrown or rejected", async () => {
  const error = new Error("broken");
  const failures: (() => Promise<never>)[] = [
    () => Promise.reject(error),
    () => {
      throw error;
    },
  ];
  for (const fail of failures) {
    await assert.rejects(withDeadline(fail, { timeoutMs: 60_000 }, late), (e) => e === error);
  }
});

Deno.test("withDeadline() throws the error of onTimeout, and tells the work", async () => {
  let given: AbortSignal | undefined;
  const error = late();
  const work = (signal: AbortSignal) => {
    given = signal;
    return never();
  };
  await assert.rejects(withDeadline(work, { timeoutMs: 1 }, () => error), (e) => e === error);
  assert.equal(given?.reason, error);
});

Deno.test("withDeadline() rethrows the reason of the signal untouched, and tells the work", async () => {
  const controller = new AbortController();
  const reason = { not: "an error" };
  let given: AbortSignal | undefined;
  const waiting = withDeadline(
    (signal) => {
      given = signal;
      return never();
    },
    { signal: controller.signal, timeoutMs: 60_000 },
    late,
  );
  controller.abort(reason);
  await assert.rejects(waiting, (thrown) => thrown === reason);
  assert.equal(given?.reason, reason);
});

Deno.test("withDeadline() does not start work under a signal that fired before", async () => {
  const reason = new Error("before");
  const waiting = withDeadline(
    () => assert.fail("must not run"),
    { signal: AbortSignal.abort(reason) },
    late,
  );
  await assert.rejects(waiting, (thrown) => thrown === reason);
});

Deno.test("withDeadline() survives work that fails after the deadline", async () => {
  const { promise, reject } = Promise.withResolvers<never>();
  await assert.rejects(withDeadline(() => promise, { timeoutMs: 1 }, late), {
    message: "too late",
  });
  reject(new Error("nobody listens"));
  await delay(1);
});

Deno.test("withDeadline() throws the error of onTimeout even if the work rejects on abort", async () => {
  const work = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(new Error("stopped")), { once: true });
    });
  await assert.rejects(withDeadline(work, { timeoutMs: 1 }, late), { message: "too late" });
});

Deno.test("delay() resolves after its time", async () => {
  const start = performance.now();
  await delay(20);
  assert(performance.now() - start >= 19);
});

Deno.test("delay() rejects with the reason of the signal, and leaves no timer", async () => {
  const reason = new Error("changed my mind");
  const controller = new AbortController();
  const waiting = delay(60_000, controller.signal);
  controller.abort(reason);
  await assert.rejects(waiting, (thrown) => thrown === reason);
  await assert.rejects(delay(60_000, controller.signal), (thrown) => thrown === reason);
});

Deno.test("settledWithin() waits for the slowest, whether it resolves or rejects", async () => {
  const slow = delay(20);
  let settled = false;
  slow.then(() => settled = true);
  await settledWithin([slow, Promise.reject(new Error("no matter"))], 20_000);
  assert.equal(settled, true);
});

Deno.test("settledWithin() ends when the time is up", async () => {
  await settledWithin([new Promise(() => {})], 5);
});

Deno.test("untilAborted() gives what the promise gives, unless the signal fires first", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  assert.equal(await untilAborted(Promise.resolve(7), signal), 7);
  const error = new Error("broken");
  await assert.rejects(untilAborted(Promise.reject(error), signal), error);
  const late = Promise.withResolvers<number>();
  const waiting = untilAborted(late.promise, signal);
  const reason = new Error("changed my mind");
  controller.abort(reason);
  await assert.rejects(waiting, reason);
  // Whatever comes of it now is nobody's concern, a rejection neither.
  late.reject(error);
  await assert.rejects(untilAborted(never(), signal), reason);
});
