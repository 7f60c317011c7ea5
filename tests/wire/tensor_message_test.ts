import assert from "node:assert/strict";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { BittensorError } from "../../lib/base/errors.ts";
import { Tensor } from "../../lib/base/tensor.ts";
import { Modality } from "../../lib/domain/modality.ts";
import { join } from "../../lib/wire/pieces.ts";
import { decodeTensor, encodeTensor } from "../../lib/wire/tensor_codec.ts";
import { decodeMessage, encodeMessage } from "../../lib/wire/tensor_message.ts";
import { TensorMessageSchema, TensorSchema } from "../../proto/gen/bittensor_pb.ts";
import vectors from "../vectors/receptor_codes.json" with { type: "json" };

const IDS = new Tensor("int64", BigInt64Array.of(464n, 2068n, 7586n), [1, 3]);
const PIECES = encodeTensor(IDS, { modality: Modality.TEXT });

Deno.test("encodeMessage() writes the bytes of a seed-era client", () => {
  const bytes = join(encodeMessage({ hotkey: vectors.client_hotkey_ss58, tensors: [PIECES] }));
  assert.equal(bytes.toHex(), vectors.client_request_forward_hex);
});

Deno.test("decodeMessage() reads the bytes of a seed-era client", () => {
  const { version, hotkey, tensors } = decodeMessage(
    Uint8Array.fromHex(vectors.client_request_backward_hex),
  );
  assert.equal(version, 120);
  assert.equal(hotkey, vectors.client_hotkey_ss58);
  assert.deepEqual(tensors.map((tensor) => decodeTensor(tensor).dims), [[1, 3], [1, 3, 2]]);
});

Deno.test("encodeMessage() equals the generated schema, and decodeMessage() reads it", () => {
  const fields = fc.record({
    hotkey: fc.string({ unit: "grapheme" }),
    message: fc.string({ unit: "grapheme" }),
    returnCode: fc.integer({ min: -1, max: 99 }),
    nounce: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    signature: fc.uint8Array({ maxLength: 200 }),
    count: fc.nat(3),
  });
  fc.assert(fc.property(fields, ({ count, ...fields }) => {
    const encoded = encodeMessage({ ...fields, tensors: Array(count).fill(PIECES) });
    const bytes = join(encoded);
    const tensor = fromBinary(TensorSchema, join(PIECES));
    const message = create(TensorMessageSchema, {
      version: 120,
      tensors: Array(count).fill(tensor),
      ...fields,
    });
    assert.deepEqual(bytes, toBinary(TensorMessageSchema, message));
    const { tensors, encodedTensors, ...read } = decodeMessage(bytes);
    const decoded = tensors.map((tensor) => create(TensorSchema, tensor));
    assert.deepEqual(create(TensorMessageSchema, { ...read, tensors: decoded }), message);
    assert.deepEqual(encodedTensors, Array(count).fill(join(PIECES)));
  }));
});

Deno.test("encodeMessage() does not copy the data of a tensor", () => {
  const pieces = encodeMessage({ hotkey: "", tensors: [PIECES] });
  assert(ArrayBuffer.isView(IDS.data));
  const { buffer } = IDS.data;
  assert(pieces.some((piece) => piece.buffer === buffer));
});

Deno.test("decodeMessage() views the bytes that it was given", () => {
  const bytes = join(encodeMessage({ hotkey: "", tensors: [PIECES] }));
  const { tensors, encodedTensors } = decodeMessage(bytes);
  assert.equal(tensors[0]?.buffer.buffer, bytes.buffer);
  assert.equal(encodedTensors[0]?.buffer, bytes.buffer);
});

Deno.test("decodeMessage() refuses too many tensors before they become objects", () => {
  const tensors = (count: number) => Uint8Array.fromHex("2a00".repeat(count));
  assert.equal(decodeMessage(tensors(16)).tensors.length, 16);
  assert.throws(() => decodeMessage(tensors(17)), { code: "wire/message" });
});

Deno.test("decodeMessage() refuses too many dimensions before they become objects", () => {
  const packed = (dims: number) => {
    const shape = join([Uint8Array.of(0x1a, dims), new Uint8Array(dims).fill(1)]);
    return join([Uint8Array.of(0x2a, shape.length), shape]);
  };
  assert.equal(decodeMessage(packed(8)).tensors[0]?.shape.length, 8);
  assert.throws(() => decodeMessage(packed(81)), { code: "wire/message" });
  // Each number in a field of its own, and more empty packed fields than a message may have.
  assert.throws(() => decodeMessage(Uint8Array.fromHex("2ac801" + "1801".repeat(100))), {
    code: "wire/message",
  });
  assert.throws(() => decodeMessage(Uint8Array.fromHex("2ada04" + "1a00".repeat(301))), {
    code: "wire/message",
  });
});

Deno.test("decodeMessage() refuses what the generated schema would read as other fields", () => {
  const refused = { code: "wire/message" };
  // Each hides a tensor of five dimensions, "1a05" and so on, from whoever goes by the wire types.
  // As the value of the field "version", written as bytes.
  assert.throws(() => decodeMessage(Uint8Array.fromHex("0a09" + "2a071a050101010101")), refused);
  // After a tensor that is written as a number.
  assert.throws(() => decodeMessage(Uint8Array.fromHex("2807" + "1a050101010101")), refused);
  // In the last number of a shape, which goes on past the end of its field.
  const hidden = "1a0180" + "121a" + "19" + "01".repeat(25);
  assert.throws(() => decodeMessage(Uint8Array.fromHex("2a1f" + hidden)), refused);
  // In a tensor whose shape goes on past the end of the tensor.
  assert.throws(() => decodeMessage(Uint8Array.fromHex("2a03" + "1a0501" + "01010101")), refused);
});

Deno.test("decodeMessage() refuses groups and many fields, and skips a few that it does not know", () => {
  const unknown = (count: number) => Uint8Array.fromHex("4a00".repeat(count));
  assert.deepEqual(decodeMessage(unknown(256)).tensors, []);
  assert.throws(() => decodeMessage(unknown(257)), { code: "wire/message" });
  assert.throws(() => decodeMessage(Uint8Array.fromHex("4b4c")), { code: "wire/message" });
});

Deno.test("decodeMessage() throws nothing but a BittensorError, whatever the bytes", () => {
  const valid = Uint8Array.fromHex(vectors.client_request_forward_hex);
  const changes = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 5 });
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    changes.map((changes) => {
      const bytes = valid.slice();
      for (const [offset, byte] of changes) bytes[offset] = byte;
      return bytes;
    }),
  );
  fc.assert(
    fc.property(bytes, (bytes) => {
      try {
        for (const tensor of decodeMessage(bytes).tensors) decodeTensor(tensor);
      } catch (error) {
        assert(error instanceof BittensorError, String(error));
      }
    }),
    { numRuns: 3_000 },
  );
});
