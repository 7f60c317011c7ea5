import assert from "node:assert/strict";
import { fromBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { GraphBuilder } from "../../lib/onnx/graph/graph_builder.ts";
import { modelBytes } from "../../lib/onnx/graph/model_bytes.ts";
import { ModelProtoSchema, TensorProto_DataType } from "../../proto/gen/onnx_pb.ts";

Deno.test("modelBytes() frames weights of any size so that the schema reads them", () => {
  const sizes = fc.array(fc.oneof(fc.nat(70), fc.constantFrom(0, 31, 32, 4095, 4096, 530_000)), {
    maxLength: 5,
  });
  fc.assert(
    fc.property(sizes, fc.string({ unit: "grapheme" }), (counts, name) => {
      const graph = new GraphBuilder();
      counts.forEach((count, index) =>
        graph.weight(`${index} ${name}`, [count], (bytes) => bytes.fill(index + 1))
      );
      const model = fromBinary(ModelProtoSchema, modelBytes(graph.build(name)));
      assert.equal(model.graph?.name, name);
      assert.deepEqual(
        model.graph?.initializer.map(({ name }) => name),
        counts.map((_, i) => `${i} ${name}`),
      );
      model.graph?.initializer.forEach(({ dims, dataType, rawData }, index) => {
        assert.deepEqual(dims, [BigInt(counts[index]!)]);
        assert.equal(dataType, TensorProto_DataType.FLOAT);
        assert.equal(rawData.length, counts[index]! * 4);
        assert(rawData.every((byte) => byte === index + 1));
      });
    }),
    { numRuns: 40 },
  );
});

Deno.test("modelBytes() writes symbolic and fixed dimensions", () => {
  const graph = new GraphBuilder();
  graph.output("y", graph.input("x", "int64", ["batch", 3]));
  const model = fromBinary(ModelProtoSchema, modelBytes(graph.build("g")));
  for (const value of [model.graph?.input[0], model.graph?.output[0]]) {
    assert(value?.type?.value.case === "tensorType");
    const { elemType, shape } = value.type.value.value;
    assert.equal(elemType, TensorProto_DataType.INT64);
    assert.deepEqual(shape?.dim.map(({ value }) => value.value), ["batch", 3n]);
  }
});
