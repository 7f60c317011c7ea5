// A dendrite trains a remote model: the loss is computed here, the weights move there.
//   deno run --allow-read --allow-env --allow-ffi --allow-net=127.0.0.1 examples/train.ts

import * as bittensor from "bittensor";

const hotkey = bittensor.keypairFromUri("//Alice"); // a development key
const wallet = { hotkey: async () => await hotkey, coldkeypub: async () => await hotkey.address };

// The server: it answers with a model, and learns from the gradients that it is sent.
const size = { hiddenSize: 512, layers: 1, numAttentionHeads: 8, intermediateSize: 256 };
const small = bittensor.bert({ ...size, vocabSize: 100 });
await using model = await bittensor.nucleus(small, { device: "cpu" });
await using axon = await bittensor.axon({
  wallet,
  ip: "127.0.0.1",
  port: 0,
  forwardText: (_caller, inputs) => model.forward(inputs),
  backwardText: async (_caller, inputs, gradients) => {
    await model.backward(inputs, gradients);
    await model.step({ optimizer: "adam", learningRate: 0.05 });
    return null; // text has no gradients of its own
  },
}).start();

// The client: it wants the vectors of five tokens to be all ones.
await using dendrite = bittensor.dendrite({ wallet });
const { address } = hotkey;
const place = { uid: 0, ip: "127.0.0.1", ipType: 4, port: axon.port, modality: 0 } as const;
const endpoints = { ...place, hotkey: address, coldkey: address };
const inputs = new bittensor.Tensor("int64", BigInt64Array.of(3n, 1n, 4n, 1n, 5n), [1, 5]);
for (let step = 1; step <= 20; step++) {
  const { output, backward } = await dendrite.apply({ endpoints, inputs });
  const errors = output.data.map((value) => value - 1);
  const loss = errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length;
  console.log(`step ${step}: loss ${loss.toFixed(4)}`);
  await backward(new bittensor.Tensor("float32", errors, output.dims));
}
