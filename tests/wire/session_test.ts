import assert from "node:assert/strict";
import fc from "fast-check";
import { SESSION_MS, SessionKeyPair } from "../../lib/wire/session.ts";

const seed = () => fc.uint8Array({ minLength: 32, maxLength: 32 });

Deno.test("agree() gives both sides the same session", () => {
  fc.assert(
    fc.property(seed(), seed(), fc.string(), (one, other, text) => {
      const payload = { text, tensors: [[one], [other]] };
      const caller = new SessionKeyPair(one);
      const server = new SessionKeyPair(other);
      const mine = caller.agree("caller", { hotkey: "server", publicKey: server.publicKey }, 0);
      const yours = server.agree("server", { hotkey: "caller", publicKey: caller.publicKey }, 0);
      assert.deepEqual(mine.id, yours.id);
      assert.equal(mine.id.length, 16);
      assert(yours.fits(payload, mine.codeOf(payload)));
      assert(!yours.fits({ ...payload, text: `${text}.` }, mine.codeOf(payload)));
      assert(!yours.fits(payload, mine.codeOf(payload).subarray(1)));
      assert.deepEqual([mine.peer, yours.peer, mine.expiresAt], ["server", "caller", SESSION_MS]);
    }),
    { numRuns: 50 },
  );
});

Deno.test("agree() gives another session for each pair of keys, and for each order", () => {
  const [one, other, third] = [1, 2, 3].map((byte) =>
    new SessionKeyPair(new Uint8Array(32).fill(byte))
  );
  const ids = [
    one!.agree("caller", { hotkey: "", publicKey: other!.publicKey }, 0),
    one!.agree("server", { hotkey: "", publicKey: other!.publicKey }, 0),
    one!.agree("caller", { hotkey: "", publicKey: third!.publicKey }, 0),
  ].map(({ id }) => id.toHex());
  assert.equal(new Set(ids).size, 3);
});

Deno.test("agree() refuses public keys of small order", () => {
  // Points whose multiples by any X25519 secret are zero (RFC 7748, section 6.1).
  for (const start of [0, 1]) {
    const publicKey = new Uint8Array(32);
    publicKey[0] = start;
    assert.throws(() => new SessionKeyPair().agree("caller", { hotkey: "", publicKey }, 0));
  }
});

Deno.test("SessionKeyPair is another one each time", () => {
  assert.notDeepEqual(new SessionKeyPair().publicKey, new SessionKeyPair().publicKey);
});
