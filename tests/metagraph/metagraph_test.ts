import assert from "node:assert/strict";
import { subtensor } from "../../lib/chain/subtensor.ts";
import { devchain } from "../../lib/devchain/devchain.ts";
import { metagraph } from "../../lib/metagraph/metagraph.ts";
import type { SyncProgress } from "../../lib/metagraph/snapshot.ts";
import { keypairFromUri } from "../../lib/wallet/keypair.ts";

const alice = keypairFromUri("//Alice");
const stranger = keypairFromUri("//stranger");

/** Registers neurons one block after another; every second one belongs to a stranger. */
async function register(endpoint: string, count: number): Promise<void> {
  await using client = await subtensor({ network: endpoint });
  for (let uid = 0; uid < count; uid++) {
    await client.subscribe({
      hotkey: keypairFromUri(`//hotkey//${uid}`),
      coldkey: uid % 2 === 0 ? alice.address : stranger.address,
      ip: `203.0.113.${uid + 1}`,
      port: 8091 + uid,
      waitForInclusion: true,
      waitForFinalization: false,
    });
  }
}

Deno.test("metagraph() is empty before its first sync", () => {
  const graph = metagraph();
  assert.equal(String(graph), "Metagraph (0,0,local)");
  assert.deepEqual([graph.n, graph.block, graph.tau], [0, 0, 0.5]);
  assert.deepEqual([[...graph.S.shape], [...graph.W.shape], graph.hotkeys], [[0], [0, 0], []]);
});

Deno.test("sync() reads every column at one block", async () => {
  await using chain = await devchain();
  await register(chain.endpoint, 3);
  const graph = await metagraph({ network: chain.endpoint }).sync();
  assert.equal(String(graph), `Metagraph (3,3,${chain.endpoint})`);
  assert.deepEqual(graph.uids.tolist(), [0n, 1n, 2n]);
  assert.deepEqual(graph.S.tolist(), [0, 0, 0]);
  assert.deepEqual(graph.lastUpdate.tolist(), [1n, 2n, 3n]);
  // A subscription weighs the neuron itself with 1: the reference, section 2.
  assert.deepEqual(graph.W.tolist(), [[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
  assert.deepEqual(graph.addresses, [
    "/ipv4/203.0.113.1:8091",
    "/ipv4/203.0.113.2:8092",
    "/ipv4/203.0.113.3:8093",
  ]);
  assert.deepEqual(graph.coldkeys, [alice.address, stranger.address, alice.address]);
  assert.deepEqual(
    graph.hotkeys,
    [0, 1, 2].map((uid) => keypairFromUri(`//hotkey//${uid}`).address),
  );
  assert.deepEqual(graph.balances.tolist(), [1000, 0, 1000]);
  assert.deepEqual(graph.modalities, [0, 0, 0]);
  assert.equal(graph.endpoints[2]?.uid, 2);
});

Deno.test("sync() reads an earlier block when told to", async () => {
  await using chain = await devchain();
  await register(chain.endpoint, 2);
  const graph = await metagraph({ network: chain.endpoint }).sync({ block: 1 });
  assert.deepEqual([graph.n, graph.block], [1, 1]);
});

Deno.test("sync() reports its seven reads", async () => {
  await using chain = await devchain();
  await using client = await subtensor({ network: chain.endpoint });
  const seen: SyncProgress[] = [];
  await metagraph({ subtensor: client }).sync({ onProgress: (progress) => seen.push(progress) });
  assert.deepEqual(seen.map(({ done }) => done), [1, 2, 3, 4, 5, 6, 7]);
  assert.ok(seen.every(({ total }) => total === 7));
});

Deno.test("sync() puts sixty neurons into the order of their uids", async () => {
  await using chain = await devchain();
  await using client = await subtensor({ network: chain.endpoint });
  const hotkeys = Array.from({ length: 60 }, (_, uid) => keypairFromUri(`//many//${uid}`));
  // The chain takes 25 subscriptions a block.
  for (let from = 0; from < hotkeys.length; from += 20) {
    await Promise.all(
      hotkeys.slice(from, from + 20).map((hotkey, index) =>
        client.subscribe({
          hotkey,
          coldkey: alice.address,
          ip: "203.0.113.7",
          port: 8000 + from + index,
        })
      ),
    );
  }
  const graph = await metagraph({ subtensor: client }).sync();
  assert.equal(graph.n, 60);
  assert.deepEqual(graph.endpoints.map(({ uid }) => uid), hotkeys.map((_, uid) => uid));
});

Deno.test("sync() that fails leaves the metagraph as it was", async () => {
  await using chain = await devchain();
  await register(chain.endpoint, 1);
  const graph = await metagraph({ network: chain.endpoint }).sync();
  await chain.close();
  await assert.rejects(graph.sync(), { code: "chain/unreachable" });
  assert.deepEqual([graph.n, graph.block], [1, 1]);
});
