// Asks the neurons of a network what they make of a sentence; NETWORK is one of this machine:
//   deno run --allow-read --allow-write --allow-env --allow-ffi --allow-net=127.0.0.1,127.0.0.2 examples/client.ts [NETWORK]

import * as bittensor from "bittensor";

const [network = "local"] = Deno.args; // or a URL, such as ws://127.0.0.1:9944
const path = await Deno.makeTempDir();
const wallet = await bittensor.wallet({ path }).create({ password: null }); // null: not encrypted
const graph = await bittensor.metagraph({ network }).sync();
await using dendrite = bittensor.dendrite({ wallet, timeoutMs: 12_000 });

// One table for all answers; result.representations has the tensors.
const result = await dendrite.forwardText({
  endpoints: graph.endpoints,
  inputs: "The quick brown fox jumped over the lazy dog",
});
console.log(result);
await Deno.remove(path, { recursive: true });
