import assert from "node:assert/strict";
import { axon } from "../../lib/axon/axon.ts";
import { LOOPBACK_IP } from "../../lib/axon/external_address.ts";
import type { BackwardCallback } from "../../lib/axon/callbacks.ts";
import { type FloatTensor, Tensor } from "../../lib/base/tensor.ts";
import { subtensor } from "../../lib/chain/subtensor.ts";
import { type Dendrite, dendrite } from "../../lib/dendrite/dendrite.ts";
import { devchain } from "../../lib/devchain/devchain.ts";
import type { Endpoint } from "../../lib/domain/endpoint.ts";
import { Modality } from "../../lib/domain/modality.ts";
import { ReturnCode } from "../../lib/domain/return_code.ts";
import { neuron } from "../../lib/neuron/neuron.ts";
import { GraphBuilder } from "../../lib/onnx/graph/graph_builder.ts";
import { bert } from "../../lib/onnx/models/bert.ts";
import { truncatedNormal } from "../../lib/onnx/models/initial_weights.ts";
import { describeModel, HIDDEN_STATE } from "../../lib/onnx/models/model.ts";
import { type Nucleus, nucleus } from "../../lib/onnx/nucleus.ts";
import type { StepOptions } from "../../lib/onnx/training/step_options.ts";
import { endpointAt, IDENTITY } from "../wire/identity.ts";
import { largestDifference, TEST_DEVICE } from "../onnx/small_models.ts";

const { TEXT, TENSOR } = Modality;
const { Success, EmptyResponse } = ReturnCode;

const ids = new Tensor("int64", BigInt64Array.of(3n, 1n, 4n, 1n, 5n, 9n), [2, 3]);

/** Half the mean squared distance from waves, and its gradient. */
function distance({ data, dims }: FloatTensor) {
  const difference = data.map((value, index) => value - Math.sin(index));
  return {
    loss: difference.reduce((sum, value) => sum + value * value, 0) / (2 * data.length),
    gradient: new Tensor("float32", difference.map((value) => value / data.length), dims),
  };
}

/** One learning step over the wire; gives the loss before it. */
async function learn(
  client: Dendrite,
  { endpoints, inputs, modality }: { endpoints: Endpoint; inputs: Tensor; modality: Modality },
) {
  const call = await client.apply({ endpoints, inputs, modality });
  assert.deepEqual(call.codes, [Success], call.messages.join());
  const { loss, gradient } = distance(call.output);
  return { loss, answer: await call.backward(gradient) };
}

/** What a server does with gradients: it learns from them at once. */
const learningFrom = (served: Nucleus, options: StepOptions): BackwardCallback =>
async (
  _caller,
  inputs,
  gradients,
) => {
  const ofInputs = await served.backward(inputs, gradients);
  await served.step(options);
  return inputs.type === "float32" ? ofInputs : null;
};

const TEXT_MODEL = bert({
  hiddenSize: 512,
  layers: 1,
  numAttentionHeads: 8,
  intermediateSize: 64,
  maxPositionEmbeddings: 8,
  vocabSize: 10,
});

Deno.test("a dendrite lowers the loss of a remote text model by half in 50 steps", async () => {
  await using served = await nucleus(TEXT_MODEL, { device: TEST_DEVICE });
  await using server = await axon({
    wallet: IDENTITY,
    ip: "127.0.0.1",
    port: 0,
    forwardText: (_caller, inputs) => served.forward(inputs),
    backwardText: learningFrom(served, { optimizer: "adam", learningRate: 0.003 }),
  }).start();
  await using client = dendrite({ wallet: IDENTITY });
  const question = { endpoints: endpointAt(server.port), inputs: ids, modality: TEXT };
  const losses: number[] = [];
  for (let step = 0; step <= 50; step++) {
    const { loss, answer } = await learn(client, question);
    assert.deepEqual(answer.codes, [EmptyResponse], answer.messages.join()); // as text is answered
    losses.push(loss);
  }
  assert(losses.at(-1)! < losses[0]! / 2, `${losses}`);
});

/** tanh of a linear map of each vector. */
const VECTORS = describeModel({
  name: "vectors",
  hiddenSize: 512,
  build: () => {
    const graph = new GraphBuilder();
    const input = graph.input("vectors", "float32", ["batch", "sequence", 512]);
    const map = graph.weight("weight", [512, 512], truncatedNormal({ range: 0.04, seed: 1 }));
    graph.output(HIDDEN_STATE, graph.op("Tanh", [graph.op("MatMul", [input, map])]));
    return graph.build("vectors");
  },
});

Deno.test("a dendrite gets the gradients of its own tensors while a remote model learns", async () => {
  await using served = await nucleus(VECTORS, { device: TEST_DEVICE });
  await using twin = await nucleus(VECTORS, { device: TEST_DEVICE });
  const options = { learningRate: 20, momentum: 0.5 };
  await using server = await axon({
    wallet: IDENTITY,
    ip: "127.0.0.1",
    port: 0,
    forwardTensor: (_caller, inputs) => served.forward(inputs),
    backwardTensor: learningFrom(served, options),
  }).start();
  await using client = dendrite({ wallet: IDENTITY });
  const inputs = new Tensor(
    "float32",
    Float32Array.from({ length: 2 * 2 * 512 }, (_, index) => Math.cos(index * index)),
    [2, 2, 512],
  );
  const question = { endpoints: endpointAt(server.port), inputs, modality: TENSOR };
  const losses: number[] = [];
  for (let step = 0; step < 10; step++) {
    const { loss, answer } = await learn(client, question);
    assert.deepEqual(answer.codes, [Success], answer.messages.join());
    losses.push(loss);
    const { gradient } = distance(await twin.forward(inputs));
    const expected = await twin.backward(inputs, gradient);
    const largest = Math.max(...expected.data.map(Math.abs));
    // The twin's weights are at first inside its graph, which rounds otherwise.
    assert(largestDifference(answer.gradients[0]!.data, [...expected.data]) < 1e-3 * largest);
    await twin.step(options);
  }
  assert(losses.at(-1)! < losses[0]! / 2, `${losses}`);
});

Deno.test("neuron() learns if it is told to, and otherwise does not", async () => {
  await using chain = await devchain();
  await using client = await subtensor({ network: chain.endpoint });
  await using caller = dendrite({ wallet: IDENTITY });
  for (const training of [{ learningRate: 1, maxGradientNorm: 1 }, undefined]) {
    const options = { wallet: IDENTITY, model: TEXT_MODEL, subtensor: client, training };
    await using served = await neuron({
      ...options,
      device: TEST_DEVICE,
      ip: LOOPBACK_IP,
      port: 0,
    });
    const question = {
      endpoints: endpointAt(served.axon.port, LOOPBACK_IP),
      inputs: ids,
      modality: TEXT,
    };
    const losses: number[] = [];
    for (let step = 0; step < 10; step++) {
      const { loss, answer } = await learn(caller, question);
      assert.deepEqual(answer.codes, [training ? EmptyResponse : ReturnCode.NotImplemented]);
      losses.push(loss);
    }
    if (training) assert(losses.at(-1)! < 0.9 * losses[0]!, `${losses}`);
    else assert.deepEqual(new Set(losses).size, 1);
  }
});
