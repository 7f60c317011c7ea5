import assert from "node:assert/strict";
import { Tensor, zeros } from "../../lib/base/tensor.ts";
import type { BittensorError } from "../../lib/base/errors.ts";
import type { BackwardCallback, ForwardCallback } from "../../lib/axon/callbacks.ts";
import { Modality } from "../../lib/domain/modality.ts";
import { join } from "../../lib/wire/pieces.ts";
import { encodeTensor } from "../../lib/wire/tensor_codec.ts";
import { encodeMessage } from "../../lib/wire/tensor_message.ts";
import { IDENTITY } from "../wire/identity.ts";
import { Client, forwardText, isSample, localAxon } from "./local_axon.ts";

const { address: HOTKEY } = await IDENTITY.hotkey();

/** An axon without callbacks. */
const emptyAxon = () => localAxon({ forwardText: undefined });

/** A request with zeros of a shape, and with gradients for Backward. */
function request(dims: number[], modality: Modality, gradients?: number[]): Uint8Array {
  const tensors = [encodeTensor(zeros(dims), { modality, requiresGrad: true })];
  if (gradients !== undefined) {
    tensors.push(encodeTensor(zeros(gradients), { modality: Modality.TENSOR }));
  }
  return join(encodeMessage({ hotkey: "5Caller", tensors }));
}

Deno.test("axon() takes the modality of its only forward callback", () => {
  const callback: ForwardCallback = () => null;
  assert.equal(emptyAxon().modality, Modality.TEXT);
  assert.equal(localAxon().modality, Modality.TEXT);
  const images = localAxon({ forwardText: undefined, forwardImage: callback });
  assert.equal(images.modality, Modality.IMAGE);
  const tensors = localAxon({ forwardText: undefined, forwardTensor: callback });
  assert.equal(tensors.modality, Modality.TENSOR);
  const backward = localAxon({ backwardImage: () => null, backwardTensor: () => null });
  assert.equal(backward.modality, Modality.TEXT);
});

Deno.test("axon() must be told the modality when it has several forward callbacks", () => {
  const callback: ForwardCallback = () => null;
  assert.throws(() => localAxon({ forwardImage: callback, forwardTensor: callback }), {
    code: "axon/modality",
    message:
      "Cannot choose the modality of the axon: it has forwardText and forwardImage and forwardTensor",
    hint: "pass modality: all are served, and the chain says the one that you pass",
  });
  const both = localAxon({ forwardImage: callback, modality: Modality.IMAGE });
  assert.equal(both.modality, Modality.IMAGE);
});

Deno.test("Axon serves every modality, forward and backward", async () => {
  const seen: unknown[] = [];
  const forward: ForwardCallback = (_caller, { dims }, { modality, verified, requiresGrad }) => {
    seen.push([modality, verified, requiresGrad]);
    return zeros([dims[0] ?? 0, dims[1] ?? 0, 512]);
  };
  await using server = await localAxon({
    modality: Modality.TENSOR,
    forwardText: forward,
    forwardImage: forward,
    forwardTensor: forward,
    backwardText: (_caller, { dims }) => zeros([dims[0] ?? 0, dims[1] ?? 0, 512]),
    backwardImage: (_caller, { dims }) => zeros(dims),
    backwardTensor: (_caller, { dims }) => zeros(dims),
  }).start();
  seen.length = 0;
  using client = new Client(server.port);
  const shapeOf = async (bytes: Uint8Array, method: string) =>
    (await client.ask(bytes, { method })).tensors[0]?.shape.map(Number);
  const { TEXT, IMAGE, TENSOR } = Modality;
  assert.deepEqual(await shapeOf(request([2, 3], TEXT), "Forward"), [2, 3, 512]);
  assert.deepEqual(await shapeOf(request([2, 3, 1, 4, 4], IMAGE), "Forward"), [2, 3, 512]);
  assert.deepEqual(await shapeOf(request([2, 3, 7], TENSOR), "Forward"), [2, 3, 512]);
  assert.deepEqual(seen, [TEXT, IMAGE, TENSOR].map((modality) => [modality, false, true]));
  const backward = async (dims: number[], modality: Modality) =>
    await shapeOf(request(dims, modality, [2, 3, 512]), "Backward");
  assert.deepEqual(await backward([2, 3], TEXT), [2, 3, 512]);
  assert.deepEqual(await backward([2, 3, 1, 4, 4], IMAGE), [2, 3, 1, 4, 4]);
  assert.deepEqual(await backward([2, 3, 7], TENSOR), [2, 3, 7]);
});

Deno.test("Axon sends no gradients of another shape than the inputs", async () => {
  await using server = await localAxon({
    forwardText: undefined,
    backwardTensor: (_caller, { dims }) => dims[2] === 512 ? null : zeros([1, 1, 512]),
  }).start();
  using client = new Client(server.port);
  const answer = await client.ask(request([1, 1, 7], Modality.TENSOR, [1, 1, 512]), {
    method: "Backward",
  });
  assert.equal(answer.message, "The result has another shape than expected");
});

Deno.test("Axon refuses a result that no message can hold", async () => {
  await using server = await localAxon().start();
  using client = new Client(server.port);
  const answer = await client.ask(request([64, 600], Modality.TEXT));
  assert.equal(answer.message, "The result cannot be sent");
});

Deno.test("Axon answers what a callback returned that is no tensor at all", async () => {
  let result: unknown;
  await using server = await localAxon({
    // @ts-expect-error: mistakes that only JavaScript lets through
    forwardText: (_caller, inputs) => isSample(inputs) ? null : result,
  }).start();
  using client = new Client(server.port);
  for (result of [7, "text", true, [1], {}, { then: 1 }]) {
    assert.equal(await client.code(), "ResponseSerializationException");
  }
  result = undefined;
  assert.equal(await client.code(), "EmptyResponse");
  result = { then: (resolve: (value: null) => void) => resolve(null) };
  assert.equal(await client.code(), "EmptyResponse");
});

Deno.test("Axon.check() calls every callback with the samples, in the name of the axon", async () => {
  const seen: unknown[] = [];
  const forward: ForwardCallback = (caller, { type, dims }, context) => {
    seen.push([caller, type, [...dims], context.modality, context.verified]);
    return null;
  };
  const backward: BackwardCallback = (_caller, inputs, gradients) => {
    seen.push([[...inputs.dims], [...gradients.dims]]);
    return null;
  };
  const server = localAxon({
    modality: Modality.TEXT,
    forwardText: forward,
    forwardImage: forward,
    forwardTensor: forward,
    backwardText: backward,
    backwardImage: backward,
    backwardTensor: backward,
  });
  assert.equal(await server.check(), server);
  assert.deepEqual(seen, [
    [HOTKEY, "int64", [2, 3], 0, true],
    [HOTKEY, "float32", [2, 1, 3, 512, 512], 1, true],
    [HOTKEY, "float32", [2, 3, 512], 2, true],
    [[2, 3], [2, 3, 512]],
    [[2, 1, 3, 512, 512], [2, 1, 512]],
    [[2, 3, 512], [2, 3, 512]],
  ]);
});

Deno.test("Axon.start() tries each callback once, before it listens", async () => {
  let calls = 0;
  const server = localAxon({
    forwardText: () => {
      calls++;
      return null;
    },
  });
  await server.start();
  await server.stop();
  await server.start();
  await server.stop();
  assert.equal(calls, 1);
});

Deno.test("Axon.start() rejects when a callback fails, and may be tried again", async () => {
  const cause = new Error("no model");
  let works = false;
  const server = localAxon({
    forwardText: async () => {
      await Promise.resolve();
      if (!works) throw cause;
      return null;
    },
  });
  await assert.rejects(server.start(), (error: BittensorError) => {
    assert.equal(error.code, "axon/callback");
    assert.equal(
      error.message,
      "Cannot serve with forwardText: it failed on a sample with: no model",
    );
    assert.equal(
      error.hint,
      "forwardText is called once with int64 [2, 3] before it serves; it must return null, or " +
        "float32 [2, 3, 512]",
    );
    assert.equal(error.cause, cause);
    return true;
  });
  assert.equal(server.port, 0);
  works = true;
  await server.start();
  await server.stop();
});

Deno.test("Axon.start() rejects when a callback returns what could not be sent", async () => {
  const cases: [unknown, string][] = [
    [zeros([2, 3]), "to a sample it returned float32 [2, 3], not [2, 3, 512]"],
    [zeros([3, 2, 512]), "to a sample it returned float32 [3, 2, 512], not [2, 3, 512]"],
    [
      new Tensor("int64", new BigInt64Array(6), [2, 3]),
      "to a sample it returned int64 [2, 3], no tensor of floats",
    ],
    ["text", "to a sample it returned a string, no tensor of floats"],
  ];
  for (const [result, text] of cases) {
    // @ts-expect-error: mistakes that only JavaScript lets through
    const server = localAxon({ forwardText: () => result });
    await assert.rejects(server.start(), {
      code: "axon/callback",
      message: `Cannot serve with forwardText: ${text}`,
    });
  }
});

Deno.test("Axon.start() gives up a callback that never answers a sample", async () => {
  const aborted = Promise.withResolvers<void>();
  const server = localAxon({
    timeoutMs: 20,
    forwardText: (_caller, _inputs, { signal }) => {
      signal.addEventListener("abort", () => aborted.resolve(), { once: true });
      return new Promise(() => {});
    },
  });
  await assert.rejects(server.start(), { code: "axon/callback" });
  await aborted.promise;
});

Deno.test("Axon.attachForwardCallback() serves from then on", async () => {
  await using server = await emptyAxon().start();
  using client = new Client(server.port);
  const images = request([1, 1, 1, 2, 2], Modality.IMAGE);
  assert.equal(await client.code(images), "NotImplemented");
  assert.equal(await server.attachForwardCallback(() => null, Modality.IMAGE), server);
  assert.equal(server.modality, Modality.IMAGE);
  assert.equal(await client.code(images), "EmptyResponse");
});

Deno.test("Axon.attachForwardCallback() changes nothing when the callback is refused", async () => {
  await using server = await localAxon().start();
  await assert.rejects(server.attachForwardCallback(() => zeros([1]), Modality.TEXT), {
    code: "axon/callback",
  });
  await assert.rejects(server.attachForwardCallback(() => null, Modality.IMAGE), {
    code: "axon/modality",
  });
  // @ts-expect-error: a mistake that only JavaScript lets through
  await assert.rejects(server.attachForwardCallback("model", Modality.TEXT), TypeError);
  // @ts-expect-error: a mistake that only JavaScript lets through
  await assert.rejects(server.attachForwardCallback(() => null, 3), RangeError);
  using client = new Client(server.port);
  assert.equal(await client.code(), "Success");
});

Deno.test("Axon.attachBackwardCallback() serves from then on", async () => {
  await using server = await localAxon().start();
  using client = new Client(server.port);
  const backward = request([1, 2], Modality.TEXT, [1, 2, 512]);
  assert.equal(await client.code(backward, { method: "Backward" }), "NotImplemented");
  await assert.rejects(
    server.attachBackwardCallback((_caller, inputs) => inputs, Modality.TEXT),
    { code: "axon/callback" },
  );
  await server.attachBackwardCallback((_caller, _inputs, gradients) => gradients, Modality.TEXT);
  assert.equal(await client.code(backward, { method: "Backward" }), "Success");
});

Deno.test("Axon.attach() calls the methods of a servicer, and leaves the others", async () => {
  class Servicer {
    readonly #width = 512;

    backwardText(_caller: string, { dims: [batch = 0, sequence = 0] }: Tensor): Tensor {
      return zeros([batch, sequence, this.#width]);
    }
  }
  await using server = await localAxon({ forwardText }).start();
  assert.equal(await server.attach(new Servicer()), server);
  using client = new Client(server.port);
  const backward = request([1, 2], Modality.TEXT, [1, 2, 512]);
  assert.equal(await client.code(backward, { method: "Backward" }), "Success");
  assert.equal(await client.code(), "Success");
});

Deno.test("Axon.attach() changes nothing when one method is refused", async () => {
  await using server = await emptyAxon().start();
  await assert.rejects(
    server.attach({ forwardText, backwardText: () => zeros([1]) }),
    { code: "axon/callback" },
  );
  // @ts-expect-error: a mistake that only JavaScript lets through
  await assert.rejects(server.attach({ forwardText, backwardText: 1 }), TypeError);
  await assert.rejects(server.attach({}), TypeError);
  using client = new Client(server.port);
  assert.equal(await client.code(), "NotImplemented");
});
