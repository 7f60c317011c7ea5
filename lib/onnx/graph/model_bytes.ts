/** Writes a graph as an ONNX model file, each weight once and in its place. */

import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import {
  AttributeProto_AttributeType as AttributeType,
  type AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "../../../proto/gen/onnx_pb.ts";
import { BittensorError } from "../../base/errors.ts";
import { elementCount } from "../../base/tensor.ts";
import type { Graph, GraphNode, Initializer, Value } from "./graph_builder.ts";
import { operatorOf } from "./infer_output.ts";
import { type AttributeKind, OPERATOR_SET_VERSION } from "./operators.ts";

const IR_VERSION = 9n;

/** One protocol buffers message, and so ONNX Runtime, holds less than 2 GiB. */
export const MAX_MODEL_BYTES = 2 ** 31 - 1;

/** The number that stands for an element type in an ONNX file. */
export const DATA_TYPES = {
  float32: DataType.FLOAT,
  float16: DataType.FLOAT16,
  float64: DataType.DOUBLE,
  int64: DataType.INT64,
} as const;
const ELEMENT_BYTES = { float32: 4, float16: 2, float64: 8, int64: 8 } as const;

/**
 * The graph as a serialized ONNX `ModelProto`; the same graph gives the same bytes.
 *
 * The small parts are encoded from the schema. The initializers, nearly all of the file, are framed
 * by hand: an encoder would copy each of them several times. In this format a message is the
 * concatenation of its fields, so all lengths are known before anything large exists.
 *
 * @throws {BittensorError} `onnx/too-large` If the file would exceed 2 GiB.
 */
export function modelBytes(graph: Graph): Uint8Array<ArrayBuffer> {
  const parts = modelParts(graph);
  const length = byteLength(parts);
  if (length > MAX_MODEL_BYTES) {
    throw new BittensorError(
      "onnx/too-large",
      `Cannot write the model ${graph.name}: it has ${length} bytes, the format allows 2 GiB`,
      { hint: "save it to a file, which puts the weights beside it, and load that" },
    );
  }
  return concatenated(parts, length);
}

/**
 * The model file, piece by piece.
 *
 * @param tensorParts Writes one initializer. @default {inside the file}
 */
export function modelParts(
  graph: Graph,
  tensorParts: (initializer: Initializer) => readonly Part[] = storedTensor,
): readonly Part[] {
  const initializers = graph.initializers.flatMap((initializer) => {
    const parts = tensorParts(initializer);
    return [frame(GraphProtoSchema.field.initializer, byteLength(parts)), ...parts];
  });
  const parts = [encodedGraph(graph), ...initializers];
  return [encodedModel(), frame(ModelProtoSchema.field.graph, byteLength(parts)), ...parts];
}

/** A stretch of the file. */
export interface Part {
  readonly byteLength: number;
  readonly write: (bytes: Uint8Array) => void;
}

/** A stretch whose bytes exist already. */
export function part(content: Uint8Array): Part {
  return { byteLength: content.byteLength, write: (bytes) => bytes.set(content) };
}

/** Bytes of all parts together. */
export function byteLength(parts: readonly Part[]): number {
  return parts.reduce((total, part) => total + part.byteLength, 0);
}

function concatenated(parts: readonly Part[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const { byteLength, write } of parts) {
    write(bytes.subarray(offset, offset += byteLength));
  }
  return bytes;
}

/** What precedes the content of a field that holds bytes or a message. */
function frame(field: { readonly number: number }, contentLength: number): Part {
  const writer = new BinaryWriter().tag(field.number, WireType.LengthDelimited);
  return part(writer.uint32(contentLength).finish());
}

/** An initializer whose elements are in the file. */
export function storedTensor(initializer: Initializer): readonly Part[] {
  const content = tensorContent(initializer);
  return [
    tensorHeader(initializer),
    frame(TensorProtoSchema.field.rawData, content.byteLength),
    content,
  ];
}

/** The elements of an initializer. */
export function tensorContent({ type, dims, write }: Initializer): Part {
  return { byteLength: elementCount(dims) * ELEMENT_BYTES[type], write };
}

/** An initializer but for its elements, with fields that say where those are if not in the file. */
export function tensorHeader(
  { name, type, dims }: Initializer,
  location: Pick<MessageInitShape<typeof TensorProtoSchema>, "externalData" | "dataLocation"> = {},
): Part {
  const fields = { name, dataType: DATA_TYPES[type], dims: dims.map(BigInt), ...location };
  return part(toBinary(TensorProtoSchema, create(TensorProtoSchema, fields)));
}

/** The model but for its graph. */
function encodedModel(): Part {
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: "bittensor",
    opsetImport: [{ version: BigInt(OPERATOR_SET_VERSION) }],
  });
  return part(toBinary(ModelProtoSchema, model));
}

/** The graph but for its initializers. */
function encodedGraph({ name, nodes, inputs, outputs }: Graph): Part {
  const graph = create(GraphProtoSchema, {
    name,
    node: nodes.map(nodeFields),
    input: inputs.map(valueFields),
    output: outputs.map(valueFields),
  });
  return part(toBinary(GraphProtoSchema, graph));
}

function nodeFields(node: GraphNode): MessageInitShape<typeof NodeProtoSchema> {
  const kinds = operatorOf(node).attributes;
  return {
    name: node.name,
    opType: node.operator,
    input: node.inputs.map(({ name }) => name),
    output: [node.output.name],
    attribute: Object.entries(node.attributes).flatMap(([name, value]) =>
      value === undefined ? [] : attributeFields(name, value, kinds[name])
    ),
  };
}

function attributeFields(
  name: string,
  value: number | readonly number[] | string,
  kind: AttributeKind | undefined,
): MessageInitShape<typeof AttributeProtoSchema> {
  if (typeof value === "object") {
    return { name, type: AttributeType.INTS, ints: value.map(BigInt) };
  }
  if (typeof value === "string") {
    return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  }
  if (kind === "float") return { name, type: AttributeType.FLOAT, f: value };
  return { name, type: AttributeType.INT, i: BigInt(value) };
}

function valueFields(value: Value): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = value.shape.map((size) =>
    typeof size === "number"
      ? { value: { case: "dimValue" as const, value: BigInt(size) } }
      : { value: { case: "dimParam" as const, value: size } }
  );
  const tensor = { elemType: DATA_TYPES[value.type], shape: { dim } };
  return { name: value.name, type: { value: { case: "tensorType", value: tensor } } };
}
