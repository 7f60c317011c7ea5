import assert from "node:assert/strict";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { BittensorError } from "../../lib/base/errors.ts";
import { elementCount, Tensor } from "../../lib/base/tensor.ts";
import { WIRE_VERSION } from "../../lib/domain/constants.ts";
import { Modality } from "../../lib/domain/modality.ts";
import { join } from "../../lib/wire/pieces.ts";
import { decodeTensor, encodeTensor } from "../../lib/wire/tensor_codec.ts";
import { TensorSchema } from "../../proto/gen/bittensor_pb.ts";
import vectors from "../vectors/tensors.json" with { type: "json" };

const { TEXT, TENSOR } = Modality;

/** Numbers of the vectors in row-major order; what JSON cannot write is text there. */
function flat(values: unknown): (number | string)[] {
  if (typeof values === "string" && values.startsWith("[")) return flat(JSON.parse(values));
  if (typeof values === "boolean") return [Number(values)];
  if (typeof values === "number" || typeof values === "string") return [values];
  return Array.isArray(values) ? values.flatMap(flat) : [];
}

function tensorOf(dtype: string, values: unknown, dims: readonly number[]): Tensor {
  const items = flat(values);
  const floats = () => items.map((item) => Number(item));
  switch (dtype) {
    case "float32":
      return new Tensor("float32", Float32Array.from(floats()), dims);
    case "float64":
      return new Tensor("float64", Float64Array.from(floats()), dims);
    case "float16":
      return new Tensor("float16", new Uint16Array(Float16Array.from(floats()).buffer), dims);
    case "int32":
      return new Tensor("int32", Int32Array.from(floats()), dims);
    case "int64":
      return new Tensor("int64", BigInt64Array.from(items, BigInt), dims);
    case "uint8":
      return new Tensor("uint8", Uint8Array.from(floats()), dims);
    case "bool":
      return new Tensor("bool", Uint8Array.from(floats()), dims);
    default:
      throw new Error(`no such dtype in the vectors: ${dtype}`);
  }
}

function bytesOf({ data }: Tensor): Uint8Array {
  assert(ArrayBuffer.isView(data));
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function assertTensor(actual: Tensor, expected: Tensor): void {
  assert.equal(actual.type, expected.type);
  assert.deepEqual(actual.dims, expected.dims);
  assert.deepEqual(bytesOf(actual), bytesOf(expected));
}

Deno.test("the vectors are complete", () => {
  assert.equal(vectors.cases.length, 15);
  assert.equal(vectors.decode_cases.length, 22);
});

for (const vector of vectors.cases) {
  const { name, torch_dtype: dtype, shape, values } = vector;
  const modality = vector.modality === "TEXT"
    ? TEXT
    : vector.modality === "IMAGE"
    ? Modality.IMAGE
    : TENSOR;

  Deno.test(`encodeTensor() equals the seed era for ${name}`, () => {
    const tensor = tensorOf(dtype, values, shape);
    const pieces = encodeTensor(tensor, { modality, requiresGrad: vector.requires_grad });
    const expected = vector.tensor_proto_hex;
    assert.equal(join(pieces).toHex(), expected);
    const message = fromBinary(TensorSchema, Uint8Array.fromHex(expected));
    assert.equal(message.buffer.toHex(), vector.buffer_hex);
  });

  Deno.test(`decodeTensor() equals the seed era for ${name}`, () => {
    const message = fromBinary(TensorSchema, Uint8Array.fromHex(vector.tensor_proto_hex));
    if (vector.roundtrip_error !== undefined) {
      assert.throws(() => decodeTensor(message), { code: "wire/tensor" });
    } else {
      assertTensor(decodeTensor(message), tensorOf(dtype, values, shape));
      assert.equal(message.requiresGrad, vector.requires_grad);
    }
  });
}

/** A MessagePack list in place of an array was read by accident; nobody writes it. */
const REFUSED_BY_US = ["plain_msgpack_list"];

for (const { name, proto_hex, result } of vectors.decode_cases) {
  const refused = "error" in result || REFUSED_BY_US.includes(name);
  Deno.test(`decodeTensor() ${refused ? "refuses" : "reads"} ${name}`, () => {
    const message = fromBinary(TensorSchema, Uint8Array.fromHex(proto_hex));
    if (refused) {
      assert.throws(() => decodeTensor(message), { code: "wire/tensor" });
    } else {
      const { dtype, values, shape } = result;
      assert(dtype !== undefined && shape !== undefined);
      assertTensor(decodeTensor(message), tensorOf(dtype, values, shape));
    }
  });
}

Deno.test("decodeTensor() views aligned data and copies other", () => {
  for (let offset = 0; offset < 4; offset++) {
    const pieces = encodeTensor(new Tensor("float32", Float32Array.of(1.5, -2), [2]), {
      modality: TENSOR,
    });
    const padded = join([new Uint8Array(offset), ...pieces]);
    const message = fromBinary(TensorSchema, padded.subarray(offset));
    const { data } = decodeTensor(message);
    assert(data instanceof Float32Array);
    assert.deepEqual([...data], [1.5, -2]);
    const start = message.buffer.byteOffset + message.buffer.length - data.byteLength;
    assert.equal(data.buffer === padded.buffer, start % 4 === 0);
  }
});

Deno.test("decodeTensor() does not change when Node buffers hold the message", async () => {
  const { Buffer } = await import("node:buffer");
  const tensor = new Tensor("float32", Float32Array.of(1.5, -2), [2]);
  const bytes = join(encodeTensor(tensor, { modality: TENSOR }));
  for (let offset = 0; offset < 4; offset++) {
    const buffer = Buffer.concat([new Uint8Array(offset), bytes]).subarray(offset);
    assertTensor(decodeTensor(fromBinary(TensorSchema, buffer)), tensor);
  }
});

Deno.test("encodeTensor() refuses what has no encoding", () => {
  const options = { modality: TENSOR };
  const refused = { code: "wire/tensor" };
  assert.throws(() => encodeTensor(new Tensor("string", ["a"], [1]), options), refused);
  const uint32 = new Tensor("uint32", Uint32Array.of(1), [1]);
  assert.throws(() => encodeTensor(uint32, options), refused);
  const rank9 = new Tensor("int32", Int32Array.of(1), Array(9).fill(1));
  assert.throws(() => encodeTensor(rank9, options), refused);
  const large = new Tensor("uint8", new Uint8Array(64 * 1024 * 1024 + 1), [64 * 1024 * 1024 + 1]);
  assert.throws(() => encodeTensor(large, options), refused);
});

Deno.test("decodeTensor() refuses NaN where integers are declared", () => {
  const tensor = new Tensor("float32", Float32Array.of(NaN), [1]);
  const message = fromBinary(TensorSchema, join(encodeTensor(tensor, { modality: TENSOR })));
  message.dtype = 4;
  assert.throws(() => decodeTensor(message), { code: "wire/cast" });
});

Deno.test("decodeTensor() refuses more elements or dimensions than the limits allow", () => {
  const message = create(TensorSchema, { dtype: 4 });
  const array = (shape: string, data: string) =>
    Uint8Array.fromHex(
      "84c4026e64c3c40474797065a37c7531c4057368617065" + shape + "c40464617461" + data,
    );
  // 2^32 - 1 claimed elements; 16 Mi + 1 real ones; nine dimensions.
  message.buffer = array("91ceffffffff", "c400");
  assert.throws(() => decodeTensor(message), { code: "wire/tensor", message: /16777216 elements/ });
  const head = array("91ce01000001", "c601000001");
  message.buffer = join([head, new Uint8Array(16 * 1024 * 1024 + 1)]);
  assert.throws(() => decodeTensor(message), { code: "wire/tensor", message: /16777216 elements/ });
  message.buffer = array("99" + "01".repeat(9), "c40100");
  assert.throws(() => decodeTensor(message), { code: "wire/tensor", message: /rank is 9/ });
  message.buffer = array("9101", "c40100");
  message.shape = Array(9).fill(1n);
  assert.throws(() => decodeTensor(message), { code: "wire/tensor", message: /rank is 9/ });
});

const dims = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 5 });

Deno.test("decodeTensor() gives back what encodeTensor() took", () => {
  fc.assert(
    fc.property(dims, fc.constantFrom("float32", "float64", "int32", "int64"), (dims, type) => {
      const count = dims.reduce((product, dim) => product * dim, 1);
      const tensor = tensorOf(type, Array.from({ length: count }, (_, index) => index - 2), dims);
      const bytes = join(encodeTensor(tensor, { modality: TENSOR }));
      assertTensor(decodeTensor(fromBinary(TensorSchema, bytes)), tensor);
    }),
  );
});

Deno.test("encodeTensor() equals the generated schema", () => {
  fc.assert(
    fc.property(dims, fc.constantFrom(0, 1, 2), fc.boolean(), (dims, modality, requiresGrad) => {
      const count = dims.reduce((product, dim) => product * dim, 1);
      const tensor = new Tensor("float32", new Float32Array(count), dims);
      const bytes = join(encodeTensor(tensor, { modality, requiresGrad }));
      const message = fromBinary(TensorSchema, bytes);
      assert.equal(message.version, WIRE_VERSION);
      assert.deepEqual(message.shape.map(Number), dims);
      assert.equal(message.modality, modality);
      assert.equal(message.requiresGrad, requiresGrad);
      assert.deepEqual(bytes, toBinary(TensorSchema, message));
    }),
  );
});

/** Bytes of a valid array with some of them changed, or any bytes. */
function damaged(valid: Uint8Array): fc.Arbitrary<Uint8Array> {
  const changes = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 4 });
  const changed = fc.tuple(changes, fc.nat(valid.length)).map(([changes, length]) => {
    const bytes = valid.slice();
    for (const [offset, byte] of changes) bytes[offset] = byte;
    return length % 3 === 0 ? bytes.subarray(0, length) : bytes;
  });
  return fc.oneof(changed, fc.uint8Array({ maxLength: 80 }));
}

Deno.test("decodeTensor() throws nothing but a BittensorError, whatever the buffer", () => {
  const valid = Uint8Array.fromHex(vectors.cases[0]!.buffer_hex);
  const shape = fc.array(fc.bigInt(-3n, 9n), { maxLength: 4 });
  fc.assert(
    fc.property(
      damaged(valid),
      shape,
      fc.nat(6),
      fc.boolean(),
      (buffer, shape, dtype, requiresGrad) => {
        const message = create(TensorSchema, { buffer, shape, dtype, requiresGrad });
        try {
          decodeTensor(message);
        } catch (error) {
          assert(error instanceof BittensorError, String(error));
        }
      },
    ),
    { numRuns: 3_000 },
  );
});

Deno.test("decodeTensor() moves what it may consume, and only within the tensor's own bytes", () => {
  const shapes = fc.array(fc.nat(5), { maxLength: 3 });
  const types = fc.constantFrom<"float32" | "float64">("float32", "float64");
  fc.assert(fc.property(shapes, types, fc.nat(16), (dims, type, offset) => {
    const values = Array.from({ length: elementCount(dims) }, (_, index) => index + 0.5);
    const data = type === "float32" ? Float32Array.from(values) : Float64Array.from(values);
    const encoded = join(encodeTensor(new Tensor(type, data, dims), { modality: Modality.TENSOR }));
    const bytes = new Uint8Array(offset + encoded.length + 8).fill(0xee);
    bytes.set(encoded, offset);
    const message = fromBinary(TensorSchema, bytes.subarray(offset, offset + encoded.length));
    const tensor = decodeTensor(message, { consume: true });
    assert.deepEqual([tensor.type, tensor.dims, [...tensor.data]], [type, dims, values]);
    assert(ArrayBuffer.isView(tensor.data) && tensor.data.buffer === bytes.buffer);
    const outside = [...bytes.subarray(0, offset), ...bytes.subarray(offset + encoded.length)];
    assert(outside.every((byte) => byte === 0xee));
  }));
});
