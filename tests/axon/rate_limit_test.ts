import assert from "node:assert/strict";
import fc from "fast-check";
import { RateLimit } from "../../lib/axon/rate_limit.ts";

/** How many of `count` requests at one moment pass. */
function passed(limit: RateLimit, caller: string, now: number, count: number): number {
  return Array.from({ length: count }, () => limit.take(caller, now)).filter(Boolean).length;
}

Deno.test("RateLimit.take() lets as many pass at once as a second has, then so many a second", () => {
  const limit = new RateLimit(10);
  assert.equal(passed(limit, "a", 0, 20), 10);
  assert.equal(passed(limit, "b", 0, 20), 10);
  assert.equal(passed(limit, "a", 100, 20), 1);
  assert.equal(passed(limit, "a", 600, 20), 5);
  assert.equal(passed(limit, "a", 60_000, 20), 10);
});

Deno.test("RateLimit.take() counts less than one a second, too", () => {
  const limit = new RateLimit(0.1);
  for (
    const [now, count] of [[0, 1], [1_500, 0], [5_000, 0], [9_000, 0], [10_000, 1], [11_000, 0]]
  ) {
    assert.equal(passed(limit, "a", now ?? 0, 3), count, `at ${now}`);
  }
});

Deno.test("RateLimit.take() limits nobody when there is no limit", () => {
  const limit = new RateLimit(Infinity);
  assert.equal(passed(limit, "a", 0, 5_000), 5_000);
  assert.equal(limit.size, 0);
});

Deno.test("RateLimit.take() equals a bucket that is never forgotten", () => {
  const steps = fc.array(fc.tuple(fc.nat(3), fc.nat(900)), { maxLength: 100 });
  fc.assert(fc.property(steps, fc.integer({ min: 1, max: 9 }), (steps, rate) => {
    const limit = new RateLimit(rate);
    const tokens = [rate, rate, rate, rate];
    let now = 0;
    for (const [caller, later] of steps) {
      now += later;
      for (const [index, left] of tokens.entries()) {
        tokens[index] = Math.min(rate, left + later * rate / 1_000);
      }
      const left = tokens[caller] ?? 0;
      // Where rounding decides, either is right.
      if (Math.abs(left - 1) < 1e-6) return;
      if (left >= 1) tokens[caller] = left - 1;
      assert.equal(limit.take(`${caller}`, now), left >= 1);
    }
  }));
});

Deno.test("RateLimit remembers a bounded number of callers", () => {
  const limit = new RateLimit(1);
  for (let caller = 0; caller < 50_000; caller++) limit.take(`${caller}`, 0);
  assert(limit.size <= 20_000, `${limit.size}`);
});
