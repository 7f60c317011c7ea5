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
  const bytes = encodeMessage({ hotkey: vectors.client_hotkey_ss58, tensors: [PIECES] });
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

Deno.test("encodeMessage() equals the generated schema", () => {
  const fields = fc.record({
    hotkey: fc.string(),
    message: fc.string(),
    returnCode: fc.integer({ min: -1, max: 99 }),
    count: fc.nat(3),
  });
  fc.assert(fc.property(fields, ({ count, ...fields }) => {
    const bytes = encodeMessage({ ...fields, tensors: Array(count).fill(PIECES) });
    const tensor = fromBinary(TensorSchema, join(PIECES));
    const message = create(TensorMessageSchema, {
      version: 120,
      tensors: Array(count).fill(tensor),
      ...fields,
    });
    assert.deepEqual(bytes, toBinary(TensorMessageSchema, message));
    assert.deepEqual(decodeMessage(bytes), message);
  }));
});

Deno.test("decodeMessage() views the bytes that it was given", () => {
  const bytes = encodeMessage({ hotkey: "", tensors: [PIECES] });
  assert.equal(decodeMessage(bytes).tensors[0]?.buffer.buffer, bytes.buffer);
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
  // Each number in a field of its own, and many empty packed fields.
  assert.throws(() => decodeMessage(Uint8Array.fromHex("2ac801" + "1801".repeat(100))), {
    code: "wire/message",
  });
  assert.throws(() => decodeMessage(Uint8Array.fromHex("2ac801" + "1a00".repeat(100))), {
    code: "wire/message",
  });
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
