/** What reads bytes of strangers, and what each may do with them. */

import { create, equals, fromBinary } from "@bufbuild/protobuf";
import type fc from "fast-check";
import { BittensorError } from "../../lib/base/errors.ts";
import { Tensor } from "../../lib/base/tensor.ts";
import { Modality } from "../../lib/domain/modality.ts";
import { ENDPOINT_TENSOR_LENGTH, endpointFromTensor } from "../../lib/domain/endpoint_tensor.ts";
import { decodeArray } from "../../lib/wire/numpy_array.ts";
import { join } from "../../lib/wire/pieces.ts";
import { decodeSignature, encodeSignature } from "../../lib/wire/signature_field.ts";
import { decodeTensor, encodeTensor } from "../../lib/wire/tensor_codec.ts";
import { decodeMessage, encodeMessage } from "../../lib/wire/tensor_message.ts";
import { TensorMessageSchema, TensorSchema } from "../../proto/gen/bittensor_pb.ts";
import axonVectors from "../vectors/axon_codes.json" with { type: "json" };
import endpointVectors from "../vectors/endpoints.json" with { type: "json" };
import receptorVectors from "../vectors/receptor_codes.json" with { type: "json" };
import tensorVectors from "../vectors/tensors.json" with { type: "json" };
import { damaged } from "./mutations.ts";

/** A reader under test. */
export interface FuzzTarget {
  readonly name: string;
  /** What it is given. */
  readonly inputs: fc.Arbitrary<Uint8Array>;
  /** Reads; returns about how many bytes the result holds beside views of the input. */
  readonly read: (bytes: Uint8Array) => number;
  /** Codes of the errors that it may throw. */
  readonly codes: readonly string[];
  /** Most bytes of a result, as a multiple of the bytes of the input; 8 KiB are free. */
  readonly growth: number;
}

/** How a case ended. */
export type Outcome = "read" | "refused";

/** Most bytes of a result that do not depend on the input: sixteen tensors are objects. */
const FREE_BYTES = 8 * 1024;

/**
 * Runs one case.
 *
 * @throws {Error} If the target throws what it may not, or makes more than it may of its input.
 */
export function runCase({ read, codes, growth }: FuzzTarget, bytes: Uint8Array): Outcome {
  let made: number;
  try {
    made = read(bytes);
  } catch (error) {
    if (error instanceof BittensorError && codes.includes(error.code)) return "refused";
    throw new Error("it threw what it may not", { cause: error });
  }
  const most = growth * bytes.length + FREE_BYTES;
  if (made > most) throw new Error(`it made ${made} bytes of ${bytes.length}, of at most ${most}`);
  return "read";
}

const hex = (text: string) => Uint8Array.fromHex(text);
const text = (value: string) => new TextEncoder().encode(value);

/** One tensor of each type and rank. */
const tensors = [
  new Tensor("float32", Float32Array.of(1.5, -2, NaN, 0), [1, 2, 2]),
  new Tensor("float32", Float32Array.of(0.5), []),
  new Tensor("float64", Float64Array.of(1, 2, 3), [3]),
  new Tensor("int32", Int32Array.of(1, -1), [1, 1, 1, 2]),
  new Tensor("int64", BigInt64Array.of(464n, 2068n, 7586n), [1, 3]),
  new Tensor("float16", new Uint16Array(6), [1, 1, 1, 2, 3]),
  new Tensor("int8", new Int8Array(4), [1, 1, 1, 1, 2, 2]),
  new Tensor("int16", new Int16Array(4), [1, 1, 1, 1, 1, 2, 2]),
  new Tensor("uint8", new Uint8Array(300), [1, 1, 1, 1, 1, 3, 10, 10]),
  new Tensor("bool", new Uint8Array(0), [0, 5]),
].map((tensor) => encodeTensor(tensor, { modality: Modality.TENSOR }));

/** `Tensor` messages. */
const encodedTensors = [
  ...tensors.map(join),
  ...tensorVectors.cases.map((vector) => hex(vector.tensor_proto_hex)),
  ...tensorVectors.decode_cases.map((vector) => hex(vector.proto_hex)),
];

/** Serialized NumPy arrays. */
const arrays = encodedTensors
  .map((bytes) => fromBinary(TensorSchema, bytes).buffer)
  .filter(({ length }) => length > 0);

const signatures = [
  encodeSignature({ form: "session", sessionId: new Uint8Array(16), code: new Uint8Array(32) }),
  encodeSignature({
    form: "hotkey",
    receiver: new Uint8Array(32).fill(7),
    sessionKey: new Uint8Array(32).fill(9),
    signature: new Uint8Array(64),
  }),
  encodeSignature({
    form: "hotkey",
    receiver: new Uint8Array(32),
    sessionKey: undefined,
    signature: new Uint8Array(64),
  }),
];

/** Requests and answers. */
const messages = [
  hex(receptorVectors.client_request_forward_hex),
  hex(receptorVectors.client_request_backward_hex),
  ...axonVectors.cases.map(({ request_hex: request = "" }) => hex(request)),
  ...tensors.map((tensor) => join(encodeMessage({ hotkey: "0x00", tensors: [tensor, tensor] }))),
  ...signatures.map((signature) =>
    join(encodeMessage({
      hotkey: receptorVectors.client_hotkey_ss58,
      nounce: 1_630_000_000_000_000n,
      signature,
      tensors: tensors.slice(0, 1),
      returnCode: 21,
      message: "é",
    }))
  ),
];

/** An int64 tensor as an endpoint has it, of bytes as its elements; two of them stand for others. */
function endpointTensor(bytes: Uint8Array): Tensor {
  const data = new BigInt64Array(Math.max(bytes.length, ENDPOINT_TENSOR_LENGTH)).fill(-1n);
  bytes.forEach((byte, index) => {
    data[index] = byte === 255 ? -1n : byte === 254 ? 2n ** 40n : BigInt(byte);
  });
  return new Tensor("int64", data, [data.length]);
}

function sizeOf({ data, dims }: Tensor): number {
  return (ArrayBuffer.isView(data) ? data.byteLength : 0) + 8 * dims.length;
}

/** All that reads bytes of strangers. */
export const TARGETS: readonly FuzzTarget[] = [
  {
    name: "decodeArray",
    inputs: damaged(arrays),
    read: (bytes) => decodeArray(bytes).elements.byteLength,
    codes: ["wire/tensor"],
    growth: 1,
  },
  {
    name: "decodeTensor",
    inputs: damaged(encodedTensors),
    // A message of one tensor, so that its shape is bounded first, as it is in a request.
    read: (bytes) => {
      const [tensor] = decodeMessage(wrap(bytes)).tensors;
      return tensor === undefined ? 0 : sizeOf(decodeTensor(tensor));
    },
    codes: ["wire/message", "wire/tensor", "wire/cast"],
    // From 8 to 64 bits.
    growth: 8,
  },
  {
    name: "decodeMessage",
    inputs: damaged(messages),
    read: (bytes) => {
      const { hotkey, message, tensors, encodedTensors } = decodeMessage(bytes);
      const views = [...encodedTensors, ...tensors.map(({ buffer }) => buffer)];
      if (views.some((view) => view.length > 0 && view.buffer !== bytes.buffer)) {
        throw new Error("it copied the data of a tensor");
      }
      // What a signature covers must be what is read.
      const whole = fromBinary(TensorMessageSchema, bytes).tensors;
      const same = whole.length === encodedTensors.length && tensors.length === whole.length &&
        whole.every((tensor, index) =>
          equals(TensorSchema, tensor, create(TensorSchema, tensors[index]))
        );
      if (!same) {
        throw new Error("it reads other tensors than the generated schema");
      }
      const dims = tensors.reduce((sum, { shape }) => sum + shape.length, 0);
      return 2 * (hotkey.length + message.length) + 32 * dims;
    },
    codes: ["wire/message"],
    growth: 32,
  },
  {
    name: "decodeMessage and decodeTensor",
    inputs: damaged(messages),
    read: (bytes) =>
      decodeMessage(bytes).tensors.reduce((sum, tensor) => sum + sizeOf(decodeTensor(tensor)), 0),
    codes: ["wire/message", "wire/tensor", "wire/cast"],
    growth: 8,
  },
  {
    name: "endpointFromTensor",
    inputs: damaged(endpointVectors.cases.map(({ json }) => text(json))),
    read: (bytes) => JSON.stringify(endpointFromTensor(endpointTensor(bytes))).length,
    codes: ["endpoint/tensor"],
    growth: 2,
  },
  {
    name: "decodeSignature",
    inputs: damaged(signatures),
    read: (bytes) => {
      const parts = Object.values(decodeSignature(bytes)).filter((part) =>
        ArrayBuffer.isView(part)
      );
      return parts.every((part) => part.buffer === bytes.buffer) ? 0 : Infinity;
    },
    codes: ["wire/signature"],
    growth: 0,
  },
];

/** Bytes as the only tensor of a message. */
function wrap(tensor: Uint8Array): Uint8Array {
  return join(encodeMessage({ hotkey: "", tensors: [[tensor]] }));
}
