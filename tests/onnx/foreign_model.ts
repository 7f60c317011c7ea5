/** Models as other exporters write them: any operator, any element type, any name and shape. */

import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as AttributeType,
  type AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataType as DataType,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "../../proto/gen/onnx_pb.ts";

export { DataType };

/** Numbers of element types that the project itself does not write. */
export const OTHER_TYPES = { uint16: 4, int16: 5, string: 8, uint32: 12, uint64: 13 } as const;

type Info = MessageInitShape<typeof ValueInfoProtoSchema>;
type Attribute = number | readonly number[] | string | { readonly float: number };

/** Sizes; a name stands for a free one, `""` for one without a name. */
export type ForeignShape = readonly (number | string)[] | undefined;

/** Writes a model, node by node. */
export class ForeignModel {
  readonly #inputs: Info[] = [];
  readonly #outputs: Info[] = [];
  readonly #nodes: MessageInitShape<typeof NodeProtoSchema>[] = [];
  readonly #initializers: MessageInitShape<typeof TensorProtoSchema>[] = [];
  readonly #sequences: number[] = [];
  #names = 0;

  input(name: string, type: number, shape: ForeignShape): string {
    this.#inputs.push(valueInfo(name, type, shape));
    return name;
  }

  /** An input that is a sequence of tensors. */
  sequenceInput(name: string): string {
    this.#sequences.push(this.#inputs.push({ name, type: {} }) - 1);
    return name;
  }

  output(name: string, value: string, shape: ForeignShape, type: number = DataType.FLOAT): this {
    this.#nodes.push({ opType: "Identity", input: [value], output: [name] });
    this.#outputs.push(valueInfo(name, type, shape));
    return this;
  }

  op(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    const name = `v${this.#names++}`;
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    this.#nodes.push({ opType, input: [...input], output: [name], attribute });
    return name;
  }

  cast(value: string, to: number): string {
    return this.op("Cast", [value], { to });
  }

  floats(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.#constant(DataType.FLOAT, new Float32Array(values), dims);
  }

  integers(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.#constant(DataType.INT64, BigInt64Array.from(values, BigInt), dims);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const model = create(ModelProtoSchema, {
      irVersion: 9n,
      opsetImport: [{ version: 20n }],
      graph: {
        name: "foreign",
        node: this.#nodes,
        input: this.#inputs,
        output: this.#outputs,
        initializer: this.#initializers,
      },
    });
    // TypeProto.sequence_type.elem_type.tensor_type.elem_type = FLOAT: our schema has no sequences.
    const data = Uint8Array.of(6, 0x0a, 4, 0x0a, 2, 8, 1);
    for (const index of this.#sequences) {
      model.graph!.input[index]!.type!.$unknown = [{ no: 4, wireType: 2, data }];
    }
    return toBinary(ModelProtoSchema, model);
  }

  #constant(
    dataType: number,
    { buffer }: { buffer: ArrayBuffer },
    dims: readonly number[],
  ): string {
    const name = `c${this.#names++}`;
    this.#initializers.push({
      name,
      dataType,
      dims: dims.map(BigInt),
      rawData: new Uint8Array(buffer),
    });
    return name;
  }
}

function valueInfo(name: string, elemType: number, shape: ForeignShape): Info {
  const dim = shape?.map((size) => {
    if (typeof size === "number") {
      return { value: { case: "dimValue", value: BigInt(size) } } as const;
    }
    return size === "" ? {} : { value: { case: "dimParam", value: size } } as const;
  });
  const tensor = { elemType, ...(dim && { shape: { dim } }) };
  return { name, type: { value: { case: "tensorType", value: tensor } } };
}

function attributeOf(
  name: string,
  value: Attribute,
): MessageInitShape<typeof AttributeProtoSchema> {
  if (typeof value === "number") return { name, type: AttributeType.INT, i: BigInt(value) };
  if (typeof value === "string") {
    return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  }
  if ("float" in value) return { name, type: AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeType.INTS, ints: value.map(BigInt) };
}
