import assert from "node:assert/strict";
import fc from "fast-check";
import { BittensorError } from "../../lib/base/errors.ts";
import * as seedEra from "../../lib/chain/pallets/seed_era.ts";
import { encodeAddress } from "../../lib/domain/address.ts";
import { formatIp } from "../../lib/domain/ip.ts";
import vectors from "../vectors/chain.json" with { type: "json" };
import { storedChain } from "./stored_chain.ts";

/** The state of `n` neurons whose rows of one storage map are these. */
function stateOf(n: number, item: string, rows: readonly [number, Uint8Array][]) {
  const chain = storedChain({ [item]: new Map(rows) });
  return { chain, at: "0x00", n } satisfies seedEra.PalletState;
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
  const [found] = await seedEra.fetchNeurons(stateOf(1, "Neurons", [[0, neuron()]]), [0]);
  assert.deepEqual([found?.ip, found?.ipType, found?.port, found?.modality], [
    "1.2.3.4",
    4,
    8091,
    0,
  ]);
  assert.equal(found?.hotkey, "5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM");
});

Deno.test("fetchNeurons() decodes the published neuron", async () => {
  const { value, scale } = vectors.NeuronMetadataOf.example;
  const rows: [number, Uint8Array][] = [[36, Uint8Array.fromHex(scale.slice(2))]];
  const [found] = await seedEra.fetchNeurons(stateOf(37, "Neurons", rows), [36]);
  assert.deepEqual(found, {
    uid: value.uid,
    hotkey: encodeAddress(Uint8Array.fromHex(value.hotkey.slice(2))),
    ip: formatIp({ value: BigInt(value.ip), type: 4 }),
    ipType: value.ip_type,
    port: value.port,
    modality: value.modality,
    coldkey: encodeAddress(Uint8Array.fromHex(value.coldkey.slice(2))),
  });
});

const malformed: readonly [what: string, rows: [number, Uint8Array][], message: RegExp][] = [
  ["is cut off", [[0, neuron().subarray(1)]], /it has 91 bytes/],
  ["has another ip_type", [[0, neuron((bytes) => bytes[18] = 5)]], /ip_type is 5/],
  ["has an ip too long for its type", [[0, neuron((bytes) => bytes[4] = 1)]], /ip is too long/],
  ["has an unknown modality", [[0, neuron((bytes) => bytes[27] = 9)]], /modality is 9/],
  ["is missing", [], /it is missing/],
];

for (const [what, rows, message] of malformed) {
  Deno.test(`fetchNeurons() rejects a neuron that ${what}`, async () => {
    const reading = seedEra.fetchNeurons(stateOf(1, "Neurons", rows), [0]);
    await assert.rejects(reading, { code: "chain/malformed-storage", message });
  });
}

Deno.test("fetchWeightUids() and fetchWeightVals() decode rows, and reject a wrong length", async () => {
  const uids = Uint8Array.of(2 << 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  assert.deepEqual(
    await seedEra.fetchWeightUids(stateOf(2, "WeightUids", [[1, uids]]), [0, 1]),
    [new Uint32Array(), Uint32Array.of(1, 0)],
  );
  const long = Uint8Array.of(1 << 2, 1, 0, 0, 0, 1, 0, 0, 0);
  assert.deepEqual(
    await seedEra.fetchWeightUids(stateOf(1, "WeightUids", [[0, long]]), [0]),
    [Uint32Array.of(4_294_967_295)], // 2³² + 1 is no uid, and must not become one
  );
  const values = Uint8Array.of(1 << 2, 0xff, 0xff, 0xff, 0xff);
  const fetchValues = (row: Uint8Array) =>
    seedEra.fetchWeightVals(stateOf(1, "WeightVals", [[0, row]]), [0]);
  assert.deepEqual(await fetchValues(values), [Uint32Array.of(4_294_967_295)]);
  await assert.rejects(fetchValues(values.subarray(0, 4)), { code: "chain/malformed-storage" });
});

Deno.test("fetches throw nothing but a BittensorError, whatever the storage holds", async () => {
  const fetches = {
    Neurons: seedEra.fetchNeurons,
    Stake: seedEra.fetchStake,
    LastEmit: seedEra.fetchLastUpdate,
    WeightUids: seedEra.fetchWeightUids,
    WeightVals: seedEra.fetchWeightVals,
  };
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (bytes) => {
    for (const [item, fetch] of Object.entries(fetches)) {
      const fetching: Promise<unknown> = fetch(stateOf(1, item, [[0, bytes]]), [0]);
      await fetching.catch((error: unknown) => assert.ok(error instanceof BittensorError));
    }
  }));
});

Deno.test("fetchState() refuses a number of neurons that no chain has", async () => {
  const chain = storedChain({ NextUID: new Map([[-1, new Uint8Array(8).fill(255)]]) });
  await assert.rejects(seedEra.fetchState(chain, "0x00"), { code: "chain/malformed-storage" });
});
