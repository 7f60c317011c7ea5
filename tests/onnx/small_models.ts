/** What the tests of models have in common. */

import assert from "node:assert/strict";
import { fromBinary } from "@bufbuild/protobuf";
import { Tensor } from "../../lib/base/tensor.ts";
import type { DeviceReport } from "../../lib/onnx/device.ts";
import type { Model } from "../../lib/onnx/models/model.ts";
import type { Device } from "../../lib/onnx/runtime.ts";
import { ModelProtoSchema } from "../../proto/gen/onnx_pb.ts";

const DEVICES: readonly Device[] = ["cpu", "webgpu", "cuda"];

/**
 * Where the tests of models run: `BITTENSOR_TEST_DEVICE`, or the CPU. It is not tried before: what is
 * wrong with it, the tests should show.
 */
export const TEST_DEVICE: DeviceReport = {
  device: DEVICES.find((device) => device === Deno.env.get("BITTENSOR_TEST_DEVICE")) ?? "cpu",
  passedOver: [],
};

/** Token ids or a mask, int64. */
export function int64(rows: readonly (readonly number[])[]): Tensor {
  return new Tensor("int64", BigInt64Array.from(rows.flat(), BigInt), [
    rows.length,
    rows[0]!.length,
  ]);
}

export function largestDifference(actual: Float32Array, expected: readonly number[]): number {
  assert.equal(actual.length, expected.length);
  return Math.max(...expected.map((value, index) => Math.abs(value - actual[index]!)));
}

export async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** The model with other biases and scales than the 0 and 1 that it starts with. */
export function withUnevenBiases(
  model: Model,
): { readonly model: Model; readonly bytes: Uint8Array<ArrayBuffer> } {
  const bytes = model.toBytes();
  const { graph } = fromBinary(ModelProtoSchema, bytes);
  for (const { name, dims, rawData } of graph?.initializer ?? []) {
    if (dims.length !== 1 || !/(weight|bias)$/.test(name)) continue;
    const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
    for (let offset = 0; offset < rawData.byteLength; offset += 4) {
      view.setFloat32(offset, view.getFloat32(offset, true) + Math.sin(offset) / 4, true);
    }
  }
  return { model: { ...model, toBytes: () => bytes.slice() }, bytes };
}

/** Runs a test in a folder of its own, which goes with it. */
export async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
