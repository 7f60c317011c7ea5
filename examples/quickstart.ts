// The tutorial's quick start, client and server, on a network of its own:
//   deno run --allow-read --allow-write --allow-env --allow-ffi "--allow-net=127.0.0.1,127.0.0.2,[::]" examples/quickstart.ts

import * as bittensor from "bittensor";

await using network = await bittensor.localnet({ neurons: 3 });

// Client: ask every neuron of the network what it makes of a sentence.
const path = await Deno.makeTempDir();
const wallet = await bittensor.wallet({ path }).create({ password: null }); // null: not encrypted
const graph = await bittensor.metagraph({ network: network.endpoint }).sync();
await using dendrite = bittensor.dendrite({ wallet });
const [representations, codes] = await dendrite.forwardText({
  endpoints: graph.endpoints,
  inputs: "The quick brown fox jumped over the lazy dog",
});
console.log(representations.map(bittensor.formatShape), codes.map(bittensor.returnCodeName));

// Server: answer with a model of one's own, and tell the network where.
await using model = await bittensor.nucleus(bittensor.bert({ layers: 2 }));
await using axon = await bittensor
  .axon({ wallet, port: 0, forwardText: (_caller, inputs) => model.forward(inputs) })
  .start();
await axon.subscribe({ network: network.endpoint });

await graph.sync();
console.log(`${graph}: the newest neuron is at ${graph.addresses.at(-1)}`);
await Deno.remove(path, { recursive: true });
