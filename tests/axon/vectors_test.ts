import assert from "node:assert/strict";
import { Tensor, zeros } from "../../lib/base/tensor.ts";
import type { CallbackResult, NamedCallbacks } from "../../lib/axon/callbacks.ts";
import { NETWORK_DIM } from "../../lib/domain/constants.ts";
import { Modality } from "../../lib/domain/modality.ts";
import { ReturnCode } from "../../lib/domain/return_code.ts";
import { join, type Pieces } from "../../lib/wire/pieces.ts";
import { encodeTensor } from "../../lib/wire/tensor_codec.ts";
import { decodeMessage, encodeMessage } from "../../lib/wire/tensor_message.ts";
import vectors from "../vectors/axon_codes.json" with { type: "json" };
import { IDENTITY } from "../wire/identity.ts";
import { Client, encodedIds, isSample, localAxon } from "./local_axon.ts";

type Vector = typeof vectors.cases[number];
type Seen = unknown[];

/** The callbacks of the vectors, by the name of their axon. Samples of the check all pass. */
function callbacksOf(name: string, seen: Seen[]): NamedCallbacks {
  const answer = (inputs: Tensor): Tensor =>
    zeros([inputs.dims[0] ?? 0, inputs.dims[1] ?? 0, NETWORK_DIM]);
  const text = (result: (inputs: Tensor) => unknown): NamedCallbacks => {
    const run = (inputs: Tensor) => isSample(inputs) ? null : result(inputs) as CallbackResult;
    return {
      forwardText: (caller, inputs, { requiresGrad }) => {
        seen.push(["fwd", caller, inputs.dims, `torch.${inputs.type}`, requiresGrad]);
        return run(inputs);
      },
      backwardText: (caller, inputs, gradients) => {
        const types = [`torch.${inputs.type}`, gradients.dims, `torch.${gradients.type}`];
        seen.push(["bwd", caller, inputs.dims, ...types]);
        return run(inputs);
      },
    };
  };
  const { forwardText, backwardText } = text(answer);
  switch (name) {
    case "text":
    case "three_arg_callback":
      return { forwardText, backwardText };
    case "tensor":
      return { forwardTensor: forwardText, backwardTensor: backwardText };
    case "image":
      return { forwardImage: forwardText, backwardImage: () => null };
    case "returns_none":
      return text(() => null);
    case "raises":
      return text(() => {
        throw new Error("division by zero");
      });
    case "returns_float16":
      return text(() => new Tensor("float16", new Uint16Array(1536), [1, 3, NETWORK_DIM]));
    case "returns_list":
      return text(() => [1, 2, 3]);
    case "returns_wrong_shape":
      return text(() => zeros([1, 2, 3]));
    case "returns_rank2":
      return text(() => zeros([1, 2]));
    case "returns_grad_nan":
      return text((inputs) => {
        const output = answer(inputs);
        assert(output.data instanceof Float32Array);
        output.data.fill(NaN);
        return output;
      });
    default:
      return {};
  }
}

interface Difference {
  readonly code: ReturnCode;
  /** Absent where another room words it. */
  readonly message?: string;
  readonly reason: string;
}

/** Where we answer something else than the seed era did, and why. */
const DIFFERENT: Readonly<Record<string, Difference>> = {
  forward_other_version_accepted: {
    code: ReturnCode.SenderUnknown,
    reason: "it carries a signature that is none; the version does not matter",
  },
  forward_batch_zero: {
    code: ReturnCode.RequestShapeException,
    message: "Forward request batch dim exception with batch_size = 0 ",
    reason: "its handler crashed; this is what it meant to say",
  },
  forward_callback_raises: {
    code: ReturnCode.UnknownException,
    message: "Error calling forward callback",
    reason: "the text of an error is nobody's business",
  },
  backward_callback_raises: {
    code: ReturnCode.UnknownException,
    message: "Error calling backward callback",
    reason: "the text of an error is nobody's business",
  },
  forward_callback_three_args: {
    code: ReturnCode.Success,
    message: "Success",
    reason: "a callback may declare more parameters than it is given",
  },
  forward_callback_float16: {
    code: ReturnCode.ResponseSerializationException,
    message: "The result is no tensor of floats",
    reason: "no receiver could read float16",
  },
  forward_callback_returns_list: {
    code: ReturnCode.ResponseSerializationException,
    message: "The result is no tensor of floats",
    reason: "its handler crashed",
  },
  backward_callback_returns_list: {
    code: ReturnCode.ResponseSerializationException,
    message: "The result is no tensor of floats",
    reason: "its text showed the inputs and an error of Python",
  },
  forward_callback_wrong_shape_not_checked_by_axon: {
    code: ReturnCode.ResponseShapeException,
    message: "The result has another shape than expected",
    reason: "no receiver took the shape",
  },
  forward_callback_rank2_not_checked_by_axon: {
    code: ReturnCode.ResponseShapeException,
    message: "The result has another shape than expected",
    reason: "no receiver took the shape",
  },
};

/** Our tensors carry no wish for gradients, so this answer lacks a flag of two bytes. */
const WITHOUT_FLAG = "forward_callback_requires_grad_nan";

/** Those texts carry the words of Python's libraries after this. */
const DECODE_FAULT = /^Request (de)?serialization exception(:| with error:) /;

const { address: HOTKEY } = await IDENTITY.hotkey();

const { TEXT, IMAGE, TENSOR } = Modality;

function floats(dims: number[], modality: Modality): Pieces {
  return encodeTensor(zeros(dims), { modality });
}

/** A tensor message of shape [1, 3] and type int64, without a buffer. */
const UNDECODABLE = [Uint8Array.fromHex("08781a0201033004")];

/** The ids 1, 2, 3 with serializer 7, appended: the last value of a field counts. */
const UNKNOWN_SERIALIZER = [...encodedIds(1n, 2n, 3n), Uint8Array.fromHex("2007")];

/** The requests that the vectors only describe; their lengths show that these are the same. */
const REBUILT: Record<string, Pieces[]> = {
  forward_ok_extra_tensors_ignored: [encodedIds(1n, 2n, 3n), floats([1, 3, 512], TENSOR)],
  forward_wrong_modality: [floats([1, 3, 512], TENSOR)],
  forward_request_over_4MiB: [floats([1, 2100, 512], TENSOR)],
  forward_request_under_4MiB: [floats([1, 2000, 512], TENSOR)],
  backward_ok_text: [encodedIds(1n, 2n, 3n), floats([1, 3, 512], TENSOR)],
  backward_three_tensors: [
    encodedIds(1n, 2n, 3n),
    floats([1, 3, 512], TENSOR),
    floats([1, 3, 512], TENSOR),
  ],
  backward_no_callback: [encodedIds(1n, 2n, 3n), floats([1, 3, 512], TENSOR)],
  backward_undecodable: [UNDECODABLE, floats([1, 3, 512], TENSOR)],
  backward_unknown_serializer: [UNKNOWN_SERIALIZER, floats([1, 3, 512], TENSOR)],
  backward_text_rank3: [floats([1, 1, 1], TEXT), floats([1, 1, 512], TENSOR)],
  backward_image_rank3: [floats([1, 1, 1], IMAGE), floats([1, 1, 512], TENSOR)],
  backward_tensor_rank2: [floats([1, 1], TENSOR), floats([1, 1, 512], TENSOR)],
  backward_grad_dims_mismatch: [encodedIds(1n, 2n, 3n), floats([1, 2, 512], TENSOR)],
  backward_callback_none: [encodedIds(1n, 2n, 3n), floats([1, 3, 512], TENSOR)],
  backward_callback_raises: [encodedIds(1n, 2n, 3n), floats([1, 3, 512], TENSOR)],
  backward_callback_returns_list: [encodedIds(1n, 2n, 3n), floats([1, 3, 512], TENSOR)],
  backward_modality_taken_from_inputs_only: [
    encodedIds(1n, 2n, 3n),
    floats([1, 3, 512], IMAGE),
  ],
};

function requestOf({ name, request_hex, request_bytes }: Vector): Uint8Array {
  if (request_hex !== undefined) return Uint8Array.fromHex(request_hex);
  const tensors = REBUILT[name];
  assert(tensors !== undefined, name);
  const request = join(encodeMessage({ hotkey: HOTKEY, tensors }));
  assert.equal(request.length, request_bytes);
  return request;
}

for (const vector of vectors.cases) {
  const { name, response } = vector;
  Deno.test(`Axon equals the seed era for ${name}`, async () => {
    const seen: Seen[] = [];
    await using server = await localAxon({
      forwardText: undefined,
      ...callbacksOf(vector.axon, seen),
      // What a server of the seed era had; ours takes more.
      maximumMessageBytes: 4 * 1024 * 1024,
    }).start();
    seen.length = 0;
    using client = new Client(server.port);
    const asked = client.send(requestOf(vector), { method: vector.method.split("/")[2] ?? "" });
    const different = DIFFERENT[name];
    if (different === undefined && response === undefined) {
      return await assert.rejects(asked, { message: vector.grpc_status });
    }
    const bytes = await asked;
    const answer = decodeMessage(bytes);
    assert.equal(answer.returnCode, different?.code ?? response?.return_code);
    const message = different === undefined ? response?.message : different.message;
    const fault = DECODE_FAULT.exec(message ?? "")?.[0];
    if (fault !== undefined) assert(answer.message.startsWith(fault));
    else assert.equal(answer.message, message ?? answer.message);
    if (different !== undefined) return;
    assert.deepEqual(
      answer.tensors.map(({ shape, dtype, modality }) => [shape.map(Number), dtype, modality]),
      response?.tensors.map(({ shape, dtype, modality }) => [shape, dtype, modality]),
    );
    if (vector.callback_saw !== undefined) assert.deepEqual(seen, vector.callback_saw);
    if (fault !== undefined || name === WITHOUT_FLAG) return;
    assert.equal(bytes.length, vector.response_bytes ?? bytes.length);
    if (vector.response_hex !== undefined) assert.equal(bytes.toHex(), vector.response_hex);
  });
}

Deno.test("Axon takes by default what was too large for the seed era", async () => {
  const seen: Seen[] = [];
  await using server = await localAxon({ forwardText: undefined, ...callbacksOf("tensor", seen) })
    .start();
  const vector = vectors.cases.find(({ name }) => name === "forward_request_over_4MiB");
  assert(vector !== undefined);
  using client = new Client(server.port);
  assert.equal(await client.code(requestOf(vector)), "Success");
});

Deno.test("Axon looks at no signature when it is told so", async () => {
  await using server = await localAxon({ signatures: "off" }).start();
  const vector = vectors.cases.find(({ name }) => name === "forward_other_version_accepted");
  assert(vector !== undefined);
  using client = new Client(server.port);
  const answer = await client.send(requestOf(vector));
  assert.equal(answer.length, vector.response_bytes);
});
