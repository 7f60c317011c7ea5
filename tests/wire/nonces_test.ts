import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_AGE_MS, MAX_AHEAD_MS, NonceClock, NonceMemory } from "../../lib/wire/nonces.ts";

Deno.test("NonceClock never repeats itself, whatever the clock does", () => {
  fc.assert(fc.property(fc.array(fc.nat(1_000), { minLength: 2 }), (times) => {
    let now = 0;
    const clock = new NonceClock(() => now);
    const nonces = times.map((time) => {
      now = time;
      return clock.next();
    });
    nonces.reduce((before, nonce) => {
      assert(nonce > before);
      return nonce;
    });
  }));
});

Deno.test("NonceMemory knows a nonce for as long as it would be accepted", () => {
  const event = fc.record({ wait: fc.nat(5_000), age: fc.integer({ min: -2_000, max: 10_000 }) });
  fc.assert(fc.property(fc.array(event, { maxLength: 40 }), (events) => {
    const memory = new NonceMemory();
    const sent: { nonce: bigint; time: number }[] = [];
    let now = 100_000;
    for (const { wait, age } of events) {
      now += wait;
      const time = now - age;
      const nonce = BigInt(time) * 1_000_000n + BigInt(sent.length);
      assert.equal(memory.remember("alice", nonce, now), "new");
      sent.push({ nonce, time });
      for (const { nonce, time } of sent) {
        const age = now - time;
        if (age > MAX_AGE_MS || age < -MAX_AHEAD_MS) continue;
        assert.equal(memory.remember("alice", nonce, now), "reused");
      }
    }
  }));
});

Deno.test("NonceMemory keeps the nonces of senders apart", () => {
  const memory = new NonceMemory();
  assert.equal(memory.remember("alice", 1n, 0), "new");
  assert.equal(memory.remember("bob", 1n, 0), "new");
  assert.equal(memory.remember("alice", 1n, 0), "reused");
});

Deno.test("NonceMemory forgets what is too old, and only that", () => {
  const memory = new NonceMemory();
  const window = MAX_AGE_MS + MAX_AHEAD_MS;
  assert.equal(memory.remember("alice", 1n, 0), "new");
  assert.equal(memory.remember("alice", 1n, window), "reused");
  assert.equal(memory.remember("alice", 1n, 2 * window), "new");
});
