import assert from "node:assert/strict";
import { subtensor } from "../../lib/chain/subtensor.ts";
import { devchain } from "../../lib/devchain/devchain.ts";
import { encodeAddress } from "../../lib/domain/address.ts";
import { metagraph } from "../../lib/metagraph/metagraph.ts";
import { CuttingProxy } from "../faults/cutting_proxy.ts";

/** Keys of a storage map that are read at once, or almost. */
const PAGE = 1000;

/** Maps that a sync reads: neurons, stake, last update, weight uids and values, balances. */
const MAPS = 6;

function account(kind: number, uid: number): string {
  const key = new Uint8Array(32).fill(kind);
  new DataView(key.buffer).setUint32(0, uid);
  return encodeAddress(key);
}

/** How many requests a sync of n neurons makes, each with a coldkey of its own. */
async function requestsOf(n: number): Promise<number> {
  const neurons = Array.from({ length: n }, (_, uid) => ({
    hotkey: account(1, uid),
    coldkey: account(2, uid),
  }));
  await using chain = await devchain({ genesis: { neurons } });
  await using proxy = new CuttingProxy(chain.endpoint);
  await using client = await subtensor({ network: proxy.endpoint });
  const before = proxy.messages;
  const graph = await metagraph({ subtensor: client }).sync();
  assert.equal(graph.n, n);
  // Each request has one answer.
  return (proxy.messages - before) / 2;
}

Deno.test("sync() makes no more requests for more neurons, beyond the pages of its maps", async () => {
  const few = await requestsOf(2);
  for (const pages of [1, 2]) {
    const requests = await requestsOf(pages * PAGE);
    assert.ok(requests <= few + pages * MAPS, `${requests} requests, ${few} for 2 neurons`);
  }
});
