// Serves an ONNX file of your own to the network, and asks it:
//   deno run --allow-read --allow-write --allow-env --allow-ffi "--allow-net=127.0.0.1,127.0.0.2,[::]" examples/own_model.ts [model.onnx]

import * as bittensor from "bittensor";

await using network = await bittensor.localnet({ neurons: 1 });
const folder = await Deno.makeTempDir();
const wallet = await bittensor.wallet({ path: folder }).create({ password: null }); // null: not encrypted

// Without a file, a small GPT-2 with random weights is made, to stand for one.
const [path = `${folder}/model.onnx`] = Deno.args;
if (Deno.args.length === 0) await bittensor.gpt2({ nEmbd: 192, nLayer: 2, nHead: 3 }).save(path);

await using model = await bittensor.nucleus(path, { limits: { vocabSize: bittensor.VOCAB_SIZE } });
await using axon = await bittensor
  .axon({
    wallet,
    port: 0,
    forwardText: (_caller, inputs, { signal }) => model.forward(inputs, { signal }),
  })
  .start();
await axon.subscribe({ network: network.endpoint });
console.log(`${model.name} is served on ${model.device.device}`);

// Anybody finds the neuron on the chain, and asks it.
const graph = await bittensor.metagraph({ network: network.endpoint }).sync();
await using dendrite = bittensor.dendrite({ wallet });
const [representations, codes] = await dendrite.forwardText({
  endpoints: graph.endpoints.at(-1)!,
  inputs: "The quick brown fox jumped over the lazy dog",
});
console.log(bittensor.returnCodeName(codes[0]!), bittensor.formatShape(representations[0]!));
await Deno.remove(folder, { recursive: true });
