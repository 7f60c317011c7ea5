import assert from "node:assert/strict";
import { ReturnCode } from "../../lib/domain/return_code.ts";
import { dendrite } from "../../lib/dendrite/dendrite.ts";
import { localnet } from "../../lib/localnet/localnet.ts";
import { metagraph } from "../../lib/metagraph/metagraph.ts";
import { keypairFromUri } from "../../lib/wallet/keypair.ts";

const SENTENCE = "The quick brown fox jumped over the lazy dog";

const wallet = {
  hotkey: () => Promise.resolve(keypairFromUri("//caller")),
  coldkeypub: () => Promise.resolve(keypairFromUri("//Alice").address),
};

async function ask(endpoint: string) {
  const graph = await metagraph({ network: endpoint }).sync();
  await using caller = dendrite({ wallet });
  return await caller.forwardText({ endpoints: graph.endpoints, inputs: SENTENCE });
}

Deno.test("localnet() brings up neurons that answer, each in its own way, always the same", async () => {
  await using first = await localnet({ neurons: 2 });
  const { representations, codes } = await ask(first.endpoint);
  assert.deepEqual(codes, [ReturnCode.Success, ReturnCode.Success]);
  for (const { type, dims, data } of representations) {
    assert.deepEqual([type, [...dims]], ["float32", [1, 9, 512]]);
    assert.ok(data.every(Number.isFinite) && data.some((value) => value !== 0));
  }
  assert.notDeepEqual(representations[0]!.data, representations[1]!.data);

  await using second = await localnet({ neurons: 1 });
  const again = await ask(second.endpoint);
  assert.deepEqual(again.representations[0]!.data, representations[0]!.data);
});

Deno.test("localnet() reports the chain and each neuron", async () => {
  const seen: number[] = [];
  await using network = await localnet({
    neurons: 1,
    onProgress: ({ done, total, chain }) => {
      assert.match(chain.endpoint, /^ws:\/\/127\.0\.0\.1:\d+$/);
      assert.equal(total, 1);
      seen.push(done);
    },
  });
  assert.deepEqual(seen, [0, 1]);
  assert.equal(network.neurons.length, 1);
});

Deno.test("localnet() that is aborted half-way stops what it had started", async () => {
  const controller = new AbortController();
  const reason = new Error("changed my mind");
  let endpoint = "";
  const starting = localnet({
    neurons: 3,
    signal: controller.signal,
    onProgress: ({ chain, done }) => {
      endpoint = chain.endpoint;
      if (done === 1) controller.abort(reason);
    },
  });
  await assert.rejects(starting, (error) => error === reason);
  await assert.rejects(metagraph({ network: endpoint }).sync(), { code: "chain/unreachable" });
});

Deno.test("localnet() refuses a number of neurons that makes no sense", async () => {
  for (const neurons of [-1, 1.5, 65, NaN]) await assert.rejects(localnet({ neurons }), RangeError);
});
