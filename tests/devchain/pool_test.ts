import assert from "node:assert/strict";
import fc from "fast-check";
import type { TransactionStatus } from "../../lib/devchain/node/pool_entry.ts";
import { isLast } from "../../lib/devchain/node/pool_entry.ts";
import { TransactionPool } from "../../lib/devchain/node/transaction_pool.ts";
import { candidate, type Heard } from "./pool_entries.ts";

const LIMIT = 8192;

/** A pool, and the nonces that it sees. */
function newPool(): { pool: TransactionPool; nonces: Map<string, number> } {
  const nonces = new Map<string, number>();
  return { pool: new TransactionPool((account) => nonces.get(account) ?? 0), nonces };
}

/** The ready ones as `account nonce`. */
function readyOf(pool: TransactionPool): string[] {
  return pool.ready.map(({ extrinsic: { signer, nonce } }) => `${signer.slice(2)}${nonce}`);
}

function nameOf(status: TransactionStatus): string {
  return typeof status === "string" ? status : Object.keys(status)[0] ?? "";
}

Deno.test("TransactionPool orders by priority, then by end, then by arrival", () => {
  const { pool } = newPool();
  pool.add(candidate({ signer: "a", nonce: 0, priority: 1n }));
  pool.add(candidate({ signer: "b", nonce: 0, priority: 2n }));
  pool.add(candidate({ signer: "c", nonce: 0, priority: 2n, validUntil: 9 }));
  pool.add(candidate({ signer: "d", nonce: 0, priority: 1n }));
  assert.deepEqual(readyOf(pool), ["c0", "b0", "a0", "d0"]);
});

Deno.test("TransactionPool keeps an account's nonces in order whatever their priorities", () => {
  const { pool } = newPool();
  pool.add(candidate({ signer: "a", nonce: 1, priority: 9n }));
  pool.add(candidate({ signer: "a", nonce: 0, priority: 1n }));
  pool.add(candidate({ signer: "b", nonce: 0, priority: 5n }));
  pool.add(candidate({ signer: "c", nonce: 0, priority: 1n }));
  assert.deepEqual(readyOf(pool), ["b0", "a0", "a1", "c0"]);
});

Deno.test("TransactionPool lets a higher priority usurp a nonce, and nothing else", () => {
  const { pool } = newPool();
  const first = candidate({ signer: "a", nonce: 0, priority: 5n });
  const behind = candidate({ signer: "a", nonce: 1 });
  pool.add(first);
  pool.add(behind);
  for (const priority of [4n, 5n]) {
    const worse = candidate({ signer: "a", nonce: 0, priority });
    assert.throws(() => pool.add(worse), { code: 1014 });
    assert.deepEqual(worse.heard, []);
  }
  const better = candidate({ signer: "a", nonce: 0, priority: 6n });
  pool.add(better);
  assert.deepEqual(first.heard, ["ready", { usurped: better.extrinsic.hash }]);
  assert.deepEqual(better.heard, ["ready"]);
  assert.equal(behind.heard.at(-1), "ready");
  assert.deepEqual(readyOf(pool), ["a0", "a1"]);
});

Deno.test("TransactionPool refuses what it has", () => {
  const { pool } = newPool();
  const known = candidate({ signer: "a", nonce: 0 });
  pool.checkNew(known.extrinsic);
  pool.add(known);
  assert.throws(() => pool.checkNew(known.extrinsic), { code: 1013 });
});

Deno.test("a full TransactionPool drops the worst for something better only", () => {
  const { pool } = newPool();
  const future = candidate({ signer: "f", nonce: 7, priority: 99n });
  pool.add(future);
  const low = candidate({ signer: "l", nonce: 0, priority: 1n });
  pool.add(low);
  const others = Array.from(
    { length: LIMIT - 2 },
    (_, nonce) => candidate({ signer: "b", nonce, priority: 5n }),
  );
  for (const other of others) pool.add(other);
  const refused = candidate({ signer: "g", nonce: 7, priority: 98n });
  assert.throws(() => pool.add(refused), { code: 1016 });
  pool.add(candidate({ signer: "c", nonce: 0, priority: 2n }));
  assert.deepEqual(future.heard, ["future", "dropped"]);
  pool.add(candidate({ signer: "d", nonce: 0, priority: 2n }));
  assert.deepEqual(low.heard, ["ready", "dropped"]);
  assert.throws(() => pool.add(candidate({ signer: "e", nonce: 0, priority: 2n })), { code: 1016 });
  assert.equal(pool.ready.length, LIMIT);
  assert.deepEqual(others.at(-1)!.heard, ["ready"]);
});

Deno.test("TransactionPool has a limit of bytes", () => {
  const { pool } = newPool();
  const large = { length: 16 * 1024 * 1024 };
  const [one, two] = ["a", "b"].map((signer) => candidate({ signer, nonce: 0, ...large }));
  pool.add(one!);
  pool.add(two!);
  assert.throws(() => pool.add(candidate({ signer: "c", nonce: 0 })), { code: 1016 });
  pool.add(candidate({ signer: "c", nonce: 0, priority: 1n }));
  assert.deepEqual(two!.heard, ["ready", "dropped"]);
  pool.take(pool.find(one!.extrinsic.hash)!);
  pool.add(candidate({ signer: "d", nonce: 0 }));
});

Deno.test("TransactionPool removes what expired, and those behind it wait", () => {
  const { pool } = newPool();
  const [first, second] = [
    candidate({ signer: "a", nonce: 0, validUntil: 5 }),
    candidate({ signer: "a", nonce: 1 }),
  ];
  pool.add(first);
  pool.add(second);
  pool.removeExpired(4);
  assert.equal(pool.ready.length, 2);
  pool.removeExpired(5);
  assert.deepEqual(first.heard, ["ready", "invalid"]);
  assert.deepEqual(second.heard, ["ready", "future"]);
  assert.equal(pool.hasReady, false);
  assert.equal(pool.nextNonce("0xa"), 0);
});

Deno.test("TransactionPool.refresh() follows nonces forwards and backwards", () => {
  const { pool, nonces } = newPool();
  const all = [1, 2, 4].map((nonce) => candidate({ signer: "a", nonce }));
  for (const one of all) pool.add(one);
  nonces.set("0xa", 2);
  pool.refresh();
  assert.deepEqual(all.map(({ heard }) => heard), [
    ["future", "invalid"],
    ["future", "ready"],
    ["future"],
  ]);
  nonces.set("0xa", 0);
  pool.refresh(["0xa", "0xnobody"]);
  assert.deepEqual(readyOf(pool), []);
  assert.equal(all[1]!.heard.at(-1), "future");
});

Deno.test("TransactionPool.clear() drops everything", () => {
  const { pool } = newPool();
  const all = [0, 1, 5].map((nonce) => candidate({ signer: "a", nonce }));
  for (const one of all) pool.add(one);
  pool.clear();
  assert(all.every(({ heard }) => heard.at(-1) === "dropped"));
  assert.equal(pool.hasReady, false);
});

Deno.test("TransactionPool tells each extrinsic one last thing, in every order of events", () => {
  const add = fc.record({
    signer: fc.constantFrom("a", "b", "c"),
    nonce: fc.nat(6),
    priority: fc.nat(3).map(BigInt),
    validUntil: fc.integer({ min: 1, max: 12 }),
  });
  const block = fc.record({ size: fc.nat(4) });
  fc.assert(fc.property(fc.array(fc.oneof(add, block), { maxLength: 60 }), (events) => {
    const { pool, nonces } = newPool();
    const accepted: Heard[] = [];
    const inBlocks = new Set<string>();
    let number = 1;
    for (const event of events) {
      if ("size" in event) {
        pool.removeExpired(number++);
        assertBestFirst(pool, nonces);
        const included = pool.ready.slice(0, event.size);
        for (const entry of included) {
          const { signer, nonce, hash } = entry.extrinsic;
          assert.equal(nonce, nonces.get(signer) ?? 0);
          nonces.set(signer, nonce + 1);
          inBlocks.add(hash);
          pool.take(entry);
        }
        pool.refresh(included.map(({ extrinsic }) => extrinsic.signer));
      } else if (event.nonce >= (nonces.get(`0x${event.signer}`) ?? 0)) {
        const wanted = candidate(event);
        try {
          pool.add(wanted);
          accepted.push(wanted);
        } catch {
          assert.deepEqual(wanted.heard, []);
        }
      }
    }
    const ready = new Set(pool.ready.map(({ extrinsic }) => extrinsic.hash));
    for (const { extrinsic: { hash }, heard } of accepted) {
      const last = heard.at(-1)!;
      assert.equal(heard.filter(isLast).length, isLast(last) ? 1 : 0);
      const waits = pool.find(hash) !== undefined;
      assert.equal(waits, !isLast(last) && !inBlocks.has(hash));
      if (waits) assert.equal(nameOf(last), ready.has(hash) ? "ready" : "future");
    }
  }));
});

/** Looks at every choice: no other account's next extrinsic would have been better. */
function assertBestFirst(pool: TransactionPool, nonces: ReadonlyMap<string, number>): void {
  const left = [...pool.ready];
  const next = new Map(nonces);
  while (left.length > 0) {
    const chosen = left.shift()!;
    const { signer, nonce } = chosen.extrinsic;
    assert.equal(nonce, next.get(signer) ?? 0);
    for (const other of left) {
      const isNext = other.extrinsic.nonce === (next.get(other.extrinsic.signer) ?? 0);
      if (isNext) assert(other.priority <= chosen.priority);
    }
    next.set(signer, nonce + 1);
  }
}
