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

/** What happens to a store, and to the list of states that it should hold. */
type Step =
  | { readonly do: "append"; readonly changes: Map<Hex, Uint8Array | undefined> }
  | { readonly do: "revert"; readonly back: number }
  | { readonly do: "fail"; readonly changes: Map<Hex, Uint8Array | undefined> }
  | { readonly do: "finalize" }
  | { readonly do: "reopen" };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("append" as const), changes }) },
  fc.record({ do: fc.constant("revert" as const), back: fc.nat(4) }),
  fc.record({ do: fc.constant("fail" as const), changes }),
  fc.constant({ do: "finalize" } as const),
  fc.constant({ do: "reopen" } as const),
);

type States = readonly ReadonlyMap<Hex, Uint8Array>[];

function stateAfter(states: States, written: ReadonlyMap<Hex, Uint8Array | undefined>) {
  const state = new Map(states.at(-1));
  for (const [key, bytes] of written) {
    if (bytes === undefined) state.delete(key);
    else state.set(key, bytes);
  }
  return state;
}

/** A store in a file, beside the list of states that it should hold. */
class Comparison implements Disposable {
  readonly #options: { readonly path: string; readonly keepBlocks: number };
  #store: SqliteStore;
  #states: States = [];
  #finalized = 0;
  /** What was given up stays so, even if blocks are taken back. */
  #oldestState = 0;

  constructor(path: string, keepBlocks: number) {
    this.#options = { path, keepBlocks };
    this.#store = new SqliteStore(this.#options);
  }

  /** Does the same to both. */
  apply(step: Step): void {
    const { latest, oldestState } = this.#store;
    if (step.do === "append") {
      this.#store.append(block(latest + 1), step.changes);
      this.#states = [...this.#states, stateAfter(this.#states, step.changes)];
      const oldest = this.#states.length - this.#options.keepBlocks;
      this.#oldestState = Math.max(this.#oldestState, oldest);
    } else if (step.do === "revert" && latest - step.back >= oldestState) {
      this.#revertTo(latest - step.back);
    } else if (step.do === "fail") {
      const failure = new Error("no");
      const fail = () => {
        this.#store.append(block(latest + 1), step.changes);
        throw failure;
      };
      assert.throws(() => this.#store.transaction(fail), failure);
    } else if (step.do === "finalize" && latest >= 0) {
      this.#finalized = latest;
      this.#store.finalize(latest);
    } else if (step.do === "reopen") {
      this[Symbol.dispose]();
      this.#store = new SqliteStore(this.#options);
    }
  }

  #revertTo(number: number): void {
    const before = this.#states.at(-1)!;
    this.#states = this.#states.slice(0, number + 1);
    const changes = this.#store.revertTo(number);
    assert.deepEqual(stateAfter([before], changes), new Map(this.#states.at(-1)));
    this.#finalized = Math.min(this.#finalized, number);
  }

  /** Every state that should be kept is there, and those before are refused. */
  check(): void {
    const { latest, finalized, oldestState } = this.#store;
    assert.equal(latest, this.#states.length - 1);
    assert.equal(finalized, this.#finalized);
    assert.equal(oldestState, this.#oldestState);
    const range = { prefix: "0x", limit: 100 } as const;
    for (const [number, state] of this.#states.entries()) {
      if (number < oldestState) {
        assert.throws(() => this.#store.keys(range, number), RangeError);
        continue;
      }
      assert.deepEqual(this.#store.keys(range, number), [...state.keys()].sort());
      for (const [key, bytes] of state) assert.deepEqual(this.#store.read(key, number), bytes);
    }
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }
}

Deno.test("SqliteStore keeps states as a list would, whatever happens", () => {
  const folder = Deno.makeTempDirSync();
  const keepBlocks = fc.constantFrom(1, 3, Infinity);
  let runs = 0;
  try {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), keepBlocks, (steps, keepBlocks) => {
        using comparison = new Comparison(`${folder}/${runs++}.db`, keepBlocks);
        for (const step of steps) {
          comparison.apply(step);
          comparison.check();
        }
      }),
      { numRuns: 50, seed: 2021 },
    );
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
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
