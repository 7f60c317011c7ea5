import assert from "node:assert/strict";
import { subtensor } from "../../lib/chain/subtensor.ts";
import { devchain } from "../../lib/devchain/devchain.ts";
import { applyDiff } from "../../lib/metagraph/diff.ts";
import { metagraph } from "../../lib/metagraph/metagraph.ts";

const NEURONS = [
  { hotkey: "//hotkey//0", coldkey: "//Alice", stake: "10 tao" },
  { hotkey: "//hotkey//1", coldkey: "//Bob" },
];

Deno.test("watch() yields every block, and what changed since the one before", async () => {
  await using chain = await devchain({ seal: "manual", genesis: { neurons: NEURONS } });
  const graph = await metagraph({ network: chain.endpoint }).sync();
  let { snapshot } = graph;
  for await (const { metagraph, diff } of graph.watch()) {
    assert.deepEqual(metagraph.snapshot, applyDiff(snapshot, diff));
    ({ snapshot } = metagraph);
    const { block } = metagraph;
    if (block === 1) assert.equal(diff.changes.balances.get(1), 2_000_000_000n);
    if (block === 3) break;
    if (block === 0) chain.setBalance("//Bob", "2 tao");
    await chain.mine();
  }
  assert.equal(snapshot.block, 3);
  assert.deepEqual([graph.block, graph.balances.tolist()], [0, [1000, 1000]]);
});

Deno.test("watch() starts from nothing if the metagraph was not synced", async () => {
  await using chain = await devchain({ genesis: { neurons: NEURONS } });
  await using client = await subtensor({ network: chain.endpoint });
  for await (const { metagraph: first, diff } of metagraph({ subtensor: client }).watch()) {
    assert.deepEqual(diff.added, first.endpoints);
    assert.equal(String(first), `Metagraph (2,0,${chain.endpoint})`);
    assert.deepEqual(first.I.tolist(), [0.5, 0]);
    break;
  }
  // The connection is the caller's, and stays open.
  assert.equal(await client.getCurrentBlock(), 0);
});

Deno.test("watch() throws the reason of its signal", async () => {
  await using chain = await devchain({ seal: "manual" });
  const controller = new AbortController();
  const reason = new Error("enough");
  const watch = async () => {
    const updates = metagraph({ network: chain.endpoint }).watch({ signal: controller.signal });
    for await (const { metagraph } of updates) {
      assert.equal(metagraph.block, 0);
      controller.abort(reason);
    }
  };
  await assert.rejects(watch(), (error) => error === reason);
});
