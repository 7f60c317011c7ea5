/** The sections of the tutorial about the metagraph, cell by cell, on a network of its shape. */

import assert from "node:assert/strict";
import * as bittensor from "bittensor";

/** What a notebook prints. */
function printed(...values: readonly unknown[]): string {
  return values.map(String).join(" ");
}

Deno.test("the tutorial's cells about the metagraph show what they showed in 2021", async (t) => {
  await using chain = await bittensor.devchain({ genesis: bittensor.tutorialGenesis() });
  const path = await Deno.makeTempDir();
  const meta = bittensor.metagraph({ network: chain.endpoint, path });

  await t.step("an empty metagraph, and its first sync", async () => {
    assert.equal(printed(meta), `Metagraph (0,0,${chain.endpoint})`);
    const steps: string[] = [];
    await meta.sync({ onProgress: ({ done, total }) => steps.push(`${done}/${total}`) });
    assert.equal(steps.at(-1), "7/7");
    assert.equal(printed(meta), `Metagraph (37,0,${chain.endpoint})`);
  });

  await t.step("block info: tau, n, block", () => {
    assert.equal(printed(meta.tau), "0.5");
    assert.equal(printed(meta.n), "37");
    assert.equal(printed(meta.block), "0");
  });

  await t.step("neurons' info: uids, last update, stake, endpoints and keys", () => {
    assert.ok(printed(meta.uids).startsWith("[ 0  1  2  3 "));
    assert.deepEqual([...meta.lastUpdate.shape], [37]);
    assert.equal(meta.S.max(), 200_000);
    assert.equal(meta.S, meta.stake);
    assert.equal(meta.endpoints.length, 37);
    assert.equal(meta.addresses[0], "/ipv4/203.0.113.1:8091");
    assert.equal(new Set(meta.hotkeys).size, 37);
    assert.equal(new Set(meta.coldkeys).size, 6);
    assert.deepEqual(meta.modalities, Array(37).fill(bittensor.Modality.TEXT));
    assert.deepEqual(meta.balances.tolist(), Array(37).fill(1000));
  });

  await t.step("scorings: W, R, T, I", () => {
    assert.deepEqual([...meta.W.shape], [37, 37]);
    for (const sum of (meta.W.sum(1) as bittensor.NDArray).toArray() as number[]) {
      assert.ok(Math.abs(sum - 1) < 1e-5, `a row sums to ${sum}`);
    }
    const { W, S } = meta;
    const ranks = W.transpose().matmul(S);
    assert.ok(meta.R.allclose(ranks, 1e-4), `${meta.R} is not ${ranks}`);
    const incentive = ranks.multiply(meta.tau / Number(ranks.sum()));
    assert.ok(meta.I.allclose(incentive, 1e-4), `${meta.I} is not ${incentive}`);
    assert.ok(Math.abs(Number(meta.I.sum()) - 0.5) < 1e-5);
    assert.ok(Number(meta.T.max()) <= 1 && Number(meta.T.min()) >= 0);
    // The richest neuron has nearly all stake, and weighs all others.
    const richest = Number(S.argmax());
    const others = meta.select(meta.T.greater(0.99)).map(({ uid }) => uid);
    assert.deepEqual(others, meta.endpoints.map(({ uid }) => uid).filter((uid) => uid !== richest));
  });

  await t.step("the first five rows and columns of W", () => {
    const corner = meta.W.slice(":5", ":5");
    assert.deepEqual([...corner.shape], [5, 5]);
    assert.equal(printed(corner), printed(corner.copy()));
    assert.equal(printed(corner).split("\n").length, 5);
    assert.equal(corner.get([4, 3]), meta.W.get([4, 3]));
  });

  await t.step("saving and loading", async () => {
    await meta.save();
    const loaded = await bittensor.metagraph({ network: chain.endpoint, path }).load();
    assert.equal(printed(loaded), printed(meta));
    await meta.saveToPath(path, "mine.npz");
    const mine = await bittensor.metagraph().loadFromPath(`${path}/mine.npz`);
    assert.deepEqual(mine.S.tolist(), meta.S.tolist());
    assert.deepEqual(Object.keys(meta.stateDict()), [
      "version",
      "n",
      "tau",
      "block",
      "uids",
      "stake",
      "lastemit",
      "weights",
      "endpoints",
      "balances",
    ]);
  });

  await t.step("use case: the endpoints with stake in the top tenth", () => {
    const topTenth = meta.S.greater(meta.S.quantile(0.9));
    const endpoints = meta.select(topTenth);
    assert.equal(endpoints.length, 4);
    const least = Math.min(...endpoints.map(({ uid }) => meta.S.get([uid])));
    const more = (meta.S.toArray() as number[]).filter((stake) => stake > least);
    assert.equal(more.length, 3);
  });

  await t.step("use case: serve a caller by its stake", () => {
    const forward = (pubkey: string) => meta.stakeOf(pubkey) > 0n ? "served" : "refused";
    const richest = Number(meta.S.argmax());
    assert.equal(forward(meta.hotkeys[richest]!), "served");
    assert.equal(forward(bittensor.keypairFromUri("//stranger").address), "refused");
    assert.equal(meta.uidOf(meta.hotkeys[richest]!), richest);
    assert.equal(meta.uidOf("nobody"), undefined);
  });

  await Deno.remove(path, { recursive: true });
});
