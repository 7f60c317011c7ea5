/** Calls a model through its signature: element types converted, companions of the input filled in. */

import { elementCount, type FloatTensor, formatShape, Tensor } from "../base/tensor.ts";
import { isSequenceOfItems, type ModelInputs } from "./model_inputs.ts";
import type { NamedTensors, Session } from "./runtime.ts";
import type { Signature } from "./signature/signature.ts";

/**
 * Runs a model on inputs that were checked.
 *
 * @returns float32 `[batch, sequence, size]`, or `[batch, size]` from a model of single items.
 * @throws {BittensorError} `onnx/run` If the runtime fails.
 */
export async function callModel(
  session: Pick<Session, "run">,
  signature: Signature,
  question: ModelInputs,
): Promise<FloatTensor> {
  const { inputs } = question;
  const outputs = await session.run(modelFeeds(signature, question));
  const { dims, data } = floats(signature.output.name, outputs);
  if (!isSequenceOfItems(signature, inputs)) return new Tensor("float32", data, dims);
  const [batch, sequence] = [inputs.dims[0]!, inputs.dims[1]!];
  return new Tensor("float32", data, [batch, sequence, ...dims.slice(1)]);
}

/** What the model is to be fed for a question. */
export function modelFeeds(
  signature: Signature,
  { inputs, attentionMask }: ModelInputs,
): NamedTensors {
  const [batch = 1, sequence = 1] = inputs.dims;
  const tokens = (value: (index: number) => number) =>
    new Tensor(
      "int64",
      BigInt64Array.from({ length: batch * sequence }, (_, i) => BigInt(value(i))),
      [
        batch,
        sequence,
      ],
    );
  const items = isSequenceOfItems(signature, inputs)
    ? inputs.reshape([batch * sequence, ...inputs.dims.slice(2)])
    : inputs;
  const companions = [
    { info: signature.attentionMask, tensor: () => attentionMask ?? tokens(() => 1) },
    { info: signature.tokenTypes, tensor: () => tokens(() => 0) },
    { info: signature.positions, tensor: () => tokens((index) => index % sequence) },
  ];
  return Object.fromEntries([
    [signature.input.name, converted(items, signature.input.type)],
    ...companions.flatMap(({ info, tensor }) =>
      info ? [[info.name, converted(tensor(), info.type)] as const] : []
    ),
  ]);
}

/** The output of this name as 32-bit floats. */
function floats(
  name: string,
  outputs: NamedTensors,
): { readonly data: Float32Array; readonly dims: readonly number[] } {
  const output = outputs[name];
  if (!output) throw new TypeError(`Cannot read the output ${name}: the model has none`);
  const { type, data, dims } = output;
  if (data instanceof Float32Array) return { data, dims };
  if (data instanceof Float64Array) return { data: Float32Array.from(data), dims };
  if (type === "float16" && ArrayBuffer.isView(data)) {
    const halves = new Float16Array(data.buffer, data.byteOffset, data.length);
    return { data: Float32Array.from(halves), dims };
  }
  throw new TypeError(`Cannot read the output ${name}: it is ${formatShape(output)}`);
}

/** An int64 or float32 tensor as one of another element type. */
function converted(tensor: Tensor, type: Tensor.Type): Tensor {
  if (tensor.type === type) return tensor;
  const { data, dims } = tensor;
  if (!(data instanceof BigInt64Array || data instanceof Float32Array)) {
    throw new TypeError(`Cannot convert ${formatShape(tensor)}`);
  }
  const numbers: Iterable<bigint | number> = data;
  switch (type) {
    case "int32":
      return new Tensor(type, Int32Array.from(numbers, Number), dims);
    case "float16":
      return new Tensor(type, new Uint16Array(Float16Array.from(numbers, Number).buffer), dims);
    case "float32":
      return new Tensor(type, Float32Array.from(numbers, Number), dims);
    case "float64":
      return new Tensor(type, Float64Array.from(numbers, Number), dims);
    case "bool":
      return new Tensor(type, Uint8Array.from(numbers, Number), dims);
    case "int64":
      return new Tensor(type, BigInt64Array.from(numbers, BigInt), dims);
    default:
      throw new TypeError(`Cannot convert ${formatShape(tensor)} to ${type}`);
  }
}

/** Vectors of another size: longer ones are cut, shorter ones get zeros. */
export function resizeVectors(tensor: FloatTensor, size: number): FloatTensor {
  const { data, dims } = tensor;
  const from = dims.at(-1)!;
  if (from === size) return tensor;
  const resized = new Float32Array(elementCount(dims) / from * size);
  for (let vector = 0; vector * size < resized.length; vector++) {
    const start = vector * from;
    resized.set(data.subarray(start, start + Math.min(from, size)), vector * size);
  }
  return new Tensor("float32", resized, dims.with(-1, size));
}
