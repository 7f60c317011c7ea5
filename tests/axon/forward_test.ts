import assert from "node:assert/strict";
import { Tensor, zeros } from "../../lib/base/tensor.ts";
import { NETWORK_DIM } from "../../lib/domain/constants.ts";
import { ReturnCode, returnCodeName } from "../../lib/domain/return_code.ts";
import { answerForward, type ForwardCallback } from "../../lib/axon/forward.ts";
import { axon } from "../../lib/axon/axon.ts";
import { Modality } from "../../lib/domain/modality.ts";
import { CallError } from "../../lib/wire/call_error.ts";
import { connect } from "../../lib/wire/grpc.ts";
import { encodeTensor } from "../../lib/wire/tensor_codec.ts";
import { decodeMessage, encodeMessage } from "../../lib/wire/tensor_message.ts";
import vectors from "../vectors/axon_codes.json" with { type: "json" };
import { IDENTITY } from "../wire/identity.ts";

type Seen = [caller: string, dims: readonly number[], type: string];

/** The callbacks of the vectors, as far as text goes. */
function callbackOf(name: string, seen: Seen[]): ForwardCallback | undefined {
  const representations = (inputs: Tensor) =>
    zeros([inputs.dims[0]!, inputs.dims[1]!, NETWORK_DIM]);
  const callbacks: Record<string, ForwardCallback> = {
    text: (caller, inputs) => {
      seen.push([caller, inputs.dims, inputs.type]);
      return representations(inputs);
    },
    returns_none: () => null,
    raises: () => {
      throw new Error("division by zero");
    },
    returns_float16: () =>
      new Tensor("float16", new Uint16Array(3 * NETWORK_DIM), [1, 3, NETWORK_DIM]),
    // @ts-expect-error: a mistake that only JavaScript lets through
    returns_list: () => [1, 2, 3],
    returns_wrong_shape: () => zeros([1, 2, 3]),
    returns_rank2: () => zeros([1, 2]),
    returns_grad_nan: (_caller, inputs) => {
      const output = representations(inputs);
      output.data.fill(NaN);
      return output;
    },
  };
  return callbacks[name];
}

/** Where we answer something else than the seed era did, because it was a defect. */
const DIFFERENT = new Map<string, [code: ReturnCode, message: string]>([
  ["forward_batch_zero", [
    ReturnCode.RequestShapeException,
    "Forward request batch dim exception with batch_size = 0 ",
  ]],
  ["forward_callback_raises", [ReturnCode.UnknownException, "Error calling forward callback"]],
  ["forward_callback_float16", [
    ReturnCode.ResponseSerializationException,
    "The result is no tensor of floats",
  ]],
  ["forward_callback_returns_list", [
    ReturnCode.ResponseSerializationException,
    "The result is no tensor of floats",
  ]],
  ["forward_callback_wrong_shape_not_checked_by_axon", [
    ReturnCode.ResponseShapeException,
    "The result has another shape than expected",
  ]],
  ["forward_callback_rank2_not_checked_by_axon", [
    ReturnCode.ResponseShapeException,
    "The result has another shape than expected",
  ]],
]);

/** Those texts carry the words of Python's libraries after this. */
const DECODE_FAULT = "Request deserialization exception: ";

/** The text axons of the vectors; the refusals of the others need no callback. */
const AXONS = ["none", "text", "returns_none", "raises", "returns_float16", "returns_list"]
  .concat("returns_wrong_shape", "returns_rank2", "returns_grad_nan");

for (const vector of vectors.cases) {
  const { name, request_hex, response } = vector;
  if (vector.method !== "/Bittensor/Forward" || name === "forward_garbage_protobuf") continue;
  if (request_hex === undefined) continue;
  // Unlike in Python, a callback may declare more parameters than it is given.
  if (vector.axon === "three_arg_callback") continue;
  const refused = response !== undefined && response.return_code !== ReturnCode.Success;
  if (!AXONS.includes(vector.axon) && !refused) continue;

  Deno.test(`answerForward() equals the seed era for ${name}`, async () => {
    const seen: Seen[] = [];
    const callback = callbackOf(vector.axon, seen);
    const callbacks = new Map(callback && [[Modality.TEXT, callback]]);
    const request = decodeMessage(Uint8Array.fromHex(request_hex));
    const reply = await answerForward(request, callbacks, new AbortController().signal);
    const [code, message] = DIFFERENT.get(name) ?? [response?.return_code, response?.message];
    assert.equal(reply.returnCode, code);
    if (message?.startsWith(DECODE_FAULT)) assert(reply.message?.startsWith(DECODE_FAULT));
    else assert.equal(reply.message, message);
    if (code !== ReturnCode.Success) return assert.equal(reply.tensors, undefined);
    assert(response !== undefined);
    const answer = decodeMessage(encodeMessage({ ...reply, hotkey: response.hotkey }));
    const [expected] = response.tensors;
    const [tensor] = answer.tensors;
    assert.deepEqual(tensor?.shape.map(Number), expected?.shape);
    assert.equal(tensor?.dtype, expected?.dtype);
    assert.equal(tensor?.modality, expected?.modality);
    if (vector.callback_saw !== undefined) {
      const [[, caller, dims, dtype]] = vector.callback_saw as [[string, string, number[], string]];
      assert.deepEqual(seen, [[caller, dims, dtype.replace("torch.", "")]]);
    }
  });
}

Deno.test("answerForward() uses the first of several tensors", async () => {
  const ids = (values: bigint[]) =>
    encodeTensor(new Tensor("int64", BigInt64Array.from(values), [1, values.length]), {
      modality: Modality.TEXT,
    });
  const request = decodeMessage(
    encodeMessage({ hotkey: "5Caller", tensors: [ids([1n, 2n]), ids([3n])] }),
  );
  const seen: Seen[] = [];
  const callbacks = new Map([[Modality.TEXT, callbackOf("text", seen)!]]);
  const reply = await answerForward(request, callbacks, new AbortController().signal);
  assert.equal(reply.returnCode, ReturnCode.Success);
  assert.deepEqual(seen, [["5Caller", [1, 2], "int64"]]);
});

Deno.test("answerForward() answers NotImplemented to a modality without a callback", async () => {
  const tensors = [encodeTensor(zeros([1, 2, 3]), { modality: Modality.TENSOR })];
  const request = decodeMessage(encodeMessage({ hotkey: "", tensors }));
  const callbacks = new Map([[Modality.TEXT, callbackOf("text", [])!]]);
  const reply = await answerForward(request, callbacks, new AbortController().signal);
  assert.deepEqual(reply, {
    returnCode: ReturnCode.NotImplemented,
    message: "Forward callback is not yet subscribed on this axon.",
  });
});

Deno.test("answerForward() refuses a result that no message can hold", async () => {
  const [batch, sequence] = [64, 600];
  const ids = new Tensor("int64", new BigInt64Array(batch * sequence), [batch, sequence]);
  const tensors = [encodeTensor(ids, { modality: Modality.TEXT })];
  const request = decodeMessage(encodeMessage({ hotkey: "", tensors }));
  const callbacks = new Map([[Modality.TEXT, () => zeros([batch, sequence, NETWORK_DIM])]]);
  const reply = await answerForward(request, callbacks, new AbortController().signal);
  assert.equal(reply.returnCode, ReturnCode.ResponseSerializationException);
});

Deno.test("Axon answers over the wire with the bytes of the seed era", async () => {
  await using server = await axon({ wallet: IDENTITY, port: 0, ip: "127.0.0.1" }).start();
  const channel = connect(`127.0.0.1:${server.port}`);
  try {
    const cases = vectors.cases.filter(({ axon, method, response_hex }) =>
      axon === "none" && method === "/Bittensor/Forward" && response_hex !== undefined
    );
    assert(cases.length > 0);
    for (const { request_hex, response_hex } of cases) {
      const answer = await channel.forward(Uint8Array.fromHex(request_hex!), { timeoutMs: 5_000 });
      assert.equal(answer.toHex(), response_hex);
    }
  } finally {
    await channel.close();
  }
});

Deno.test("Axon answers INTERNAL when the request is no protobuf", async () => {
  await using server = await axon({ wallet: IDENTITY, port: 0, ip: "127.0.0.1" }).start();
  const garbage = vectors.cases.find(({ name }) => name === "forward_garbage_protobuf");
  const channel = connect(`127.0.0.1:${server.port}`);
  try {
    const call = channel.forward(Uint8Array.fromHex(garbage!.request_hex!), { timeoutMs: 5_000 });
    await assert.rejects(call, (error) => {
      assert(error instanceof CallError);
      assert.equal(error.returnCode, ReturnCode.UnknownException, returnCodeName(error.returnCode));
      assert.equal(error.message, `gRPC status ${garbage!.grpc_status}`);
      return true;
    });
  } finally {
    await channel.close();
  }
});
