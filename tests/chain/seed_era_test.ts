import assert from "node:assert/strict";
import fc from "fast-check";
import { BittensorError } from "../../lib/base/errors.ts";
import type { Chain, StorageEntry } from "../../lib/chain/chain.ts";
import * as seedEra from "../../lib/chain/pallets/seed_era.ts";

/** A node whose storage is whatever it says: what a broken or hostile node could serve. */
function stateOf(n: number, entries: readonly StorageEntry[]): seedEra.PalletState {
  const chain: Pick<Chain, "entries"> = { entries: () => Promise.resolve([...entries]) };
  return { chain: chain as Chain, at: "0x00", n };
}

function entry(uid: number, value: Uint8Array): StorageEntry {
  const key = new Uint8Array(8);
  new DataView(key.buffer).setBigUint64(0, BigInt(uid), true);
  return { key, value };
}

/** A neuron at 1.2.3.4:8091; see the layout in seed_era.ts. */
function neuron(change: (bytes: Uint8Array) => void = () => {}): Uint8Array {
  const bytes = new Uint8Array(92);
  bytes.set([4, 3, 2, 1]);
  bytes.set([0x9b, 0x1f, 4], 16);
  change(bytes);
  return bytes;
}

Deno.test("fetchNeurons() decodes a neuron byte by byte", async () => {
  const [found] = await seedEra.fetchNeurons(stateOf(1, [entry(0, neuron())]));
  assert.deepEqual([found?.ip, found?.ipType, found?.port, found?.modality], [
    "1.2.3.4",
    4,
    8091,
    0,
  ]);
  assert.equal(found?.hotkey, "5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM");
});

const malformed: readonly [what: string, entries: StorageEntry[], message: RegExp][] = [
  ["is cut off", [entry(0, neuron().subarray(1))], /it has 91 bytes/],
  ["has another ip_type", [entry(0, neuron((bytes) => bytes[18] = 5))], /ip_type is 5/],
  ["has an unknown modality", [entry(0, neuron((bytes) => bytes[27] = 9))], /modality is 9/],
  ["is missing", [], /it is missing/],
  ["is one too many", [entry(0, neuron()), entry(1, neuron())], /only 1 neurons/],
];

for (const [what, entries, message] of malformed) {
  Deno.test(`fetchNeurons() rejects a neuron that ${what}`, async () => {
    const reading = seedEra.fetchNeurons(stateOf(1, entries));
    await assert.rejects(reading, { code: "chain/malformed-storage", message });
  });
}

Deno.test("fetchWeightUids() and fetchWeightVals() decode rows, and reject a wrong length", async () => {
  const uids = Uint8Array.of(2 << 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  assert.deepEqual(await seedEra.fetchWeightUids(stateOf(2, [entry(1, uids)])), [
    new Uint32Array(),
    Uint32Array.of(1, 0),
  ]);
  const values = Uint8Array.of(1 << 2, 0xff, 0xff, 0xff, 0xff);
  const [row] = await seedEra.fetchWeightVals(stateOf(1, [entry(0, values)]));
  assert.deepEqual(row, Uint32Array.of(4_294_967_295));
  await assert.rejects(seedEra.fetchWeightVals(stateOf(1, [entry(0, values.subarray(0, 4))])), {
    code: "chain/malformed-storage",
  });
});

Deno.test("fetches throw nothing but a BittensorError, whatever the storage holds", async () => {
  const bytes = fc.uint8Array({ maxLength: 100 });
  const entries = fc.array(fc.record({ key: bytes, value: bytes }), { maxLength: 4 });
  await fc.assert(fc.asyncProperty(entries, async (entries) => {
    const state = stateOf(3, entries);
    const { fetchNeurons, fetchStake, fetchLastUpdate, fetchWeightUids } = seedEra;
    for (const fetch of [fetchNeurons, fetchStake, fetchLastUpdate, fetchWeightUids]) {
      await fetch(state).catch((error: unknown) => assert.ok(error instanceof BittensorError));
    }
  }));
});
