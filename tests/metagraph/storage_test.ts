import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { fromNpz, ndarray, toNpz } from "../../lib/metagraph/arrays.ts";
import { Metagraph, metagraph } from "../../lib/metagraph/metagraph.ts";
import { NO_SCORES } from "../../lib/metagraph/scores.ts";
import { EMPTY_SNAPSHOT, type Snapshot } from "../../lib/metagraph/snapshot.ts";
import { decodeSnapshot, encodeSnapshot } from "../../lib/metagraph/snapshot_file.ts";
import { snapshots } from "./snapshots.ts";

const network = "akatsuki";

/** A metagraph that was synced, as it were. */
function graphOf(snapshot: Snapshot, path?: string): Metagraph {
  return new Metagraph({ path }, { network, snapshot, scores: NO_SCORES });
}

/** The same snapshot each time, of several neurons. */
const [SNAPSHOT] = fc.sample(snapshots.filter(({ endpoints }) => endpoints.length === 4), {
  numRuns: 1,
  seed: 7,
}) as [Snapshot];

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("decodeSnapshot() reads what encodeSnapshot() wrote, exactly", async () => {
  await fc.assert(
    fc.asyncProperty(snapshots, fc.string({ minLength: 1 }), async (snapshot, network) => {
      const bytes = await encodeSnapshot({ network, snapshot });
      assert.deepEqual(await decodeSnapshot(bytes, "it"), { network, snapshot });
    }),
  );
});

Deno.test("encodeSnapshot() of the same snapshot gives the same bytes", async () => {
  const saved = { network, snapshot: SNAPSHOT };
  assert.deepEqual(await encodeSnapshot(saved), await encodeSnapshot(saved));
});

Deno.test("load() shows what save() wrote, in the folder of the network", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "not", "there", "yet");
    await graphOf(SNAPSHOT, path).save();
    assert.deepEqual(Array.from(Deno.readDirSync(path), ({ name }) => name), ["akatsuki.npz"]);
    const loaded = await metagraph({ network, path }).load();
    assert.deepEqual(loaded.snapshot, SNAPSHOT);
    assert.equal(String(loaded), `Metagraph (4,${SNAPSHOT.block},akatsuki)`);
    assert.equal(loaded.ranks.size, 4);
  });
});

Deno.test("save() replaces what was saved before, and leaves nothing else", async () => {
  await withFolder(async (folder) => {
    await graphOf(EMPTY_SNAPSHOT, folder).save();
    await graphOf(SNAPSHOT, folder).save();
    assert.deepEqual(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["akatsuki.npz"]);
    assert.equal((await metagraph({ network, path: folder }).load()).n, 4);
  });
});

Deno.test("save() names the file of an endpoint without what no file name may have", async () => {
  await withFolder(async (path) => {
    await metagraph({ network: "ws://127.0.0.1:9944", path }).save();
    const names = Array.from(Deno.readDirSync(path), ({ name }) => name);
    assert.deepEqual(names, ["ws-127.0.0.1-9944.npz"]);
  });
});

Deno.test("saveToPath() and loadFromPath() take any file", async () => {
  await withFolder(async (folder) => {
    await graphOf(SNAPSHOT).saveToPath(folder, "mine.npz");
    const loaded = await metagraph().loadFromPath(join(folder, "mine.npz"));
    assert.deepEqual(loaded.snapshot, SNAPSHOT);
  });
});

Deno.test("load() of what was never saved says so", async () => {
  await withFolder(async (path) => {
    const graph = graphOf(SNAPSHOT, path);
    await assert.rejects(graph.load(), { code: "metagraph/not-saved", message: /akatsuki\.npz/ });
    assert.equal(graph.n, 4);
  });
});

Deno.test("decodeSnapshot() refuses a file that was cut off anywhere", async () => {
  const bytes = await encodeSnapshot({ network, snapshot: SNAPSHOT });
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
      const cut = decodeSnapshot(bytes.subarray(0, length), "graph.npz");
      await assert.rejects(cut, {
        code: "metagraph/file",
        message: /^Cannot read graph\.npz as a metagraph: /,
      });
    }),
  );
});

Deno.test("decodeSnapshot() of damaged bytes gives a whole snapshot or an error of ours", async () => {
  const bytes = await encodeSnapshot({ network, snapshot: SNAPSHOT });
  const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(damage, async (changes) => {
      const damaged = bytes.slice();
      for (const [index, byte] of changes) damaged[index] = byte;
      try {
        const { snapshot } = await decodeSnapshot(damaged, "it");
        assert.equal(snapshot.lastUpdate.length, snapshot.endpoints.length);
        assert.equal(snapshot.weightVals.length, snapshot.endpoints.length);
      } catch (error) {
        assert.match(String((error as { code?: string }).code), /^metagraph\/file/);
      }
    }),
    { numRuns: 500 },
  );
});

/** The arrays of a file, some of them replaced. */
async function changed(arrays: Parameters<typeof toNpz>[0]): Promise<Uint8Array> {
  const whole = await fromNpz(await encodeSnapshot({ network, snapshot: SNAPSHOT }));
  return await toNpz({ ...Object.fromEntries(whole), ...arrays });
}

const foreign: readonly [what: string, bytes: () => Promise<Uint8Array> | Uint8Array][] = [
  ["nothing", () => new Uint8Array()],
  ["a text", () => new TextEncoder().encode("no arrays at all")],
  ["arrays of something else", () => toNpz({ x: ndarray(Float64Array.of(1, 2)) })],
  ["stake as floats", () => changed({ stake: ndarray(Float64Array.of(1, 2, 3, 4)) })],
  ["a stake too few", () => changed({ stake: ndarray(BigUint64Array.of(1n, 2n, 3n)) })],
  [
    "a family of addresses that is none",
    () => changed({ ip_type: ndarray(Uint8Array.of(4, 5, 6, 4)) }),
  ],
  ["a modality that is none", () => changed({ modality: ndarray(Uint8Array.of(0, 1, 2, 3)) })],
  [
    "rows that end before they start",
    () => changed({ weights_indptr: ndarray(BigInt64Array.of(0n, 2n, 1n, 2n, 2n)) }),
  ],
  ["a weight of neuron 4 of 4", () =>
    changed({
      weights_indptr: ndarray(BigInt64Array.of(0n, 1n, 1n, 1n, 1n)),
      weights_indices: ndarray(Uint32Array.of(4)),
      weights_data: ndarray(Uint32Array.of(1)),
    })],
  ["a negative block", () => changed({ block: ndarray(BigInt64Array.of(-1n)) })],
];

for (const [what, bytes] of foreign) {
  Deno.test(`decodeSnapshot() refuses ${what}`, async () => {
    await assert.rejects(async () => decodeSnapshot(await bytes(), "it"), {
      code: "metagraph/file",
      hint: /sync and save again/,
    });
  });
}

Deno.test("decodeSnapshot() says that a file of a newer program needs one", async () => {
  const bytes = await changed({ format_version: ndarray(BigInt64Array.of(3n)) });
  await assert.rejects(decodeSnapshot(bytes, "it"), {
    code: "metagraph/file-version",
    message: "Cannot read it: it has version 3, and this program knows 1 to 2",
  });
});

Deno.test("loadFromPath() that fails leaves the metagraph as it was", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "text.npz");
    await Deno.writeTextFile(file, "no metagraph");
    const graph = graphOf(SNAPSHOT);
    await assert.rejects(graph.loadFromPath(file), { code: "metagraph/file" });
    assert.equal(graph.snapshot, SNAPSHOT);
  });
});

/** Files that this code wrote once: the network of 4 neurons that the vectors have. */
const FIXTURES = new URL("./fixtures/", import.meta.url);

Deno.test("loadFromPath() reads a file of version 1, the state dict of the seed era", async () => {
  const graph = await metagraph({ network }).loadFromPath(
    new URL("version_1.npz", FIXTURES).pathname,
  );
  assert.equal(String(graph), "Metagraph (4,406630,akatsuki)");
  assert.deepEqual(
    graph.snapshot.stake,
    BigUint64Array.of(1_500_000_000n, 250_000_000_000n, 0n, 1n),
  );
  assert.deepEqual(graph.snapshot.weightUids.map((row) => [...row]), [[0], [0, 1, 2], [], [2, 3]]);
  assert.deepEqual(graph.snapshot.weightVals.map((row) => [...row]), [
    [4_294_967_295],
    // Floats of 24 bits: the chain had 1431655765.
    [1_431_655_808, 1_431_655_808, 1_431_655_808],
    [],
    [1, 4_294_967_295],
  ]);
  assert.equal(graph.addresses[2], "/ipv6/2001:db8::5:9000");
});

Deno.test("loadFromPath() reads a file of version 2", async () => {
  const graph = await metagraph().loadFromPath(new URL("version_2.npz", FIXTURES).pathname);
  assert.equal(String(graph), "Metagraph (4,406630,akatsuki)");
  assert.deepEqual([...graph.snapshot.weightVals[1]!], [
    1_431_655_765,
    1_431_655_765,
    1_431_655_765,
  ]);
  assert.deepEqual(graph.modalities, [0, 0, 2, 1]);
});

Deno.test("loadFromStateDict() shows what stateDict() gave", async () => {
  const graph = await metagraph().loadFromPath(new URL("version_1.npz", FIXTURES).pathname);
  const copy = await metagraph({ network }).loadFromStateDict(graph.stateDict());
  assert.deepEqual(copy.snapshot, graph.snapshot);
  assert.deepEqual(copy.R.tolist(), graph.R.tolist());
});
