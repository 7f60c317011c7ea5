import assert from "node:assert/strict";
import fc from "fast-check";
import type { Hex } from "../../lib/devchain/scale/hex.ts";
import type { Block } from "../../lib/devchain/state/chain_store.ts";
import { SqliteStore } from "../../lib/devchain/state/sqlite_store.ts";

const ZERO = `0x${"00".repeat(32)}` as const;

function block(number: number): Block {
  const header = { parentHash: ZERO, number, stateRoot: ZERO, extrinsicsRoot: ZERO };
  return { hash: `0x${number.toString(16).padStart(64, "0")}`, header, extrinsics: [] };
}

const key = fc.uint8Array({ maxLength: 2 }).map((bytes): Hex => `0x${bytes.toHex()}`);
const value = fc.option(fc.uint8Array({ maxLength: 3 }), { nil: undefined });
const changes = fc.array(fc.tuple(key, value), { maxLength: 8 }).map((entries) => new Map(entries));

Deno.test("SqliteStore keeps the state after every block", () => {
  fc.assert(fc.property(fc.array(changes, { maxLength: 8 }), (blocks) => {
    using store = new SqliteStore();
    const states: Map<Hex, Uint8Array>[] = [];
    for (const [number, written] of blocks.entries()) {
      store.append(block(number), written);
      const state = new Map(states.at(-1));
      for (const [key, bytes] of written) {
        if (bytes === undefined) state.delete(key);
        else state.set(key, bytes);
      }
      states.push(state);
    }
    for (const [number, state] of states.entries()) {
      const sorted = [...state.keys()].sort();
      assert.deepEqual(store.keys({ prefix: "0x", limit: 100 }, number), sorted);
      for (const key of sorted) assert.deepEqual(store.read(key, number), state.get(key));
    }
  }));
});

Deno.test("SqliteStore.keys() lists a prefix in pages", () => {
  fc.assert(fc.property(changes, key, fc.integer({ min: 1, max: 3 }), (written, prefix, limit) => {
    using store = new SqliteStore();
    store.append(block(0), written);
    const pages: Hex[] = [];
    for (let more = true; more;) {
      const page = store.keys({ prefix, after: pages.at(-1), limit }, 0);
      pages.push(...page);
      more = page.length === limit;
    }
    const all = store.keys({ prefix: "0x", limit: 100 }, 0);
    assert.deepEqual(pages, all.filter((key) => key.startsWith(prefix)));
  }));
});

Deno.test("SqliteStore.append() takes only the next block", () => {
  using store = new SqliteStore();
  assert.throws(() => store.append(block(1), new Map()), RangeError);
  store.append(block(0), new Map());
  assert.throws(() => store.append(block(0), new Map()), RangeError);
  assert.equal(store.numberOf(block(0).hash), 0);
  assert.equal(store.numberOf(block(1).hash), undefined);
  assert.equal(store.block(1), undefined);
});
