// Single inputs that claim to be huge, or make the most of what the limits allow.

import assert from "node:assert/strict";
import { create, toBinary } from "@bufbuild/protobuf";
import { DataType, TensorSchema } from "../../proto/gen/bittensor_pb.ts";
import { MAX_MESSAGE_BYTES } from "../../lib/wire/limits.ts";
import { join } from "../../lib/wire/pieces.ts";
import { decodeTensor } from "../../lib/wire/tensor_codec.ts";
import { decodeMessage } from "../../lib/wire/tensor_message.ts";

/** Bytes outside of the heap that `work` takes and still holds: it throws, or returns its result. */
function growthOf(work: () => unknown): { growth: number; result: unknown } {
  const before = Deno.memoryUsage().external;
  let result: unknown;
  try {
    result = work();
  } catch (error) {
    result = error;
  }
  return { growth: Deno.memoryUsage().external - before, result };
}

/** A serialized array of this NumPy type, shape and data, each as MessagePack in hex. */
function array(type: string, shape: string, data: string): Uint8Array {
  const name = new TextEncoder().encode(type).toHex();
  return Uint8Array.fromHex(
    `84c4026e64c3c40474797065a3${name}c4057368617065${shape}c40464617461${data}`,
  );
}

const CLAIMS = {
  "a shape of eight times 2³² − 1": array("<f4", "98" + "ceffffffff".repeat(8), "c400"),
  "a shape of 2³² − 1 and 0": array("<f4", "92ceffffffff00", "c400"),
  "data of 4 GiB": array("<f4", "9101", "c6ffffffff"),
  "a map of 2³² − 1 entries": Uint8Array.fromHex("dfffffffff"),
  "an array of 2³² − 1 entries": Uint8Array.fromHex("ddffffffff"),
  "text of 4 GiB": Uint8Array.fromHex("85c4026e64c3c40474797065dbffffffff"),
};

for (const [claim, buffer] of Object.entries(CLAIMS)) {
  Deno.test(`decodeTensor() reads or refuses ${claim} without room for it`, () => {
    for (
      const shape of [[], [-1n], [2n ** 32n, 2n ** 32n], [-1n, 0n], [-1n, -1n], [-(2n ** 63n)]]
    ) {
      const message = create(TensorSchema, { buffer, shape, dtype: DataType.INT64 });
      const { growth, result } = growthOf(() => decodeTensor(message));
      assert(growth < 64 * 1024, `${growth} bytes`);
      if (result instanceof Error) assert.match(Reflect.get(result, "code"), /^wire\/tensor$/);
    }
  });
}

Deno.test("decodeTensor() takes 8 bytes for one at most, and once", () => {
  const count = 1024 * 1024;
  const head = array("|u1", "91ce00100000", "c600100000");
  const message = create(TensorSchema, {
    buffer: join([head, new Uint8Array(count).fill(200)]),
    shape: [BigInt(count)],
    dtype: DataType.INT64,
  });
  const { growth, result } = growthOf(() => decodeTensor(message).data);
  assert(result instanceof BigInt64Array);
  assert.equal(result.at(-1), 200n);
  assert(growth < 8.5 * count, `${growth} bytes`);
});

/** As much as a server takes: `unit`, again and again. */
function filled(unit: string): Uint8Array {
  const message = new Uint8Array(MAX_MESSAGE_BYTES);
  message.set(Uint8Array.fromHex(unit));
  for (let length = unit.length / 2; length < message.length; length *= 2) {
    message.copyWithin(length, 0, length);
  }
  return message;
}

for (
  const [name, unit] of [
    ["fields that nobody knows", "4a00"],
    ["tensors", "2a00"],
    ["versions", "0878"],
    ["empty names", "1200"],
    ["groups", "4b4c"],
    ["groups within groups", "4b"],
    ["the start of a number", "ff"],
  ] as const
) {
  Deno.test(`decodeMessage() refuses 64 MiB of ${name} at their start`, () => {
    const bytes = filled(unit);
    const { growth, result } = growthOf(() => decodeMessage(bytes));
    assert(result instanceof Error);
    assert.equal(Reflect.get(result, "code"), "wire/message");
    assert(growth < 64 * 1024, `${growth} bytes`);
  });
}

Deno.test("decodeMessage() refuses 64 MiB of dimensions before they become numbers", () => {
  const dims = new Uint8Array(MAX_MESSAGE_BYTES - 16).fill(1);
  const tensor = toBinary(TensorSchema, create(TensorSchema, { buffer: dims }));
  tensor[0] = 0x1a; // the number of the field "shape"
  const message = join([Uint8Array.fromHex("2a"), varint(tensor.length), tensor]);
  const { growth, result } = growthOf(() => decodeMessage(message));
  assert(result instanceof Error);
  assert.match(String(result.cause), /a list of more than 64 numbers/);
  assert(growth < 64 * 1024, `${growth} bytes`);
});

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push(value % 128 | 0x80);
  return Uint8Array.of(...bytes, value);
}
