/** Chooses where models run: tried before it is trusted, and reported. */

import { BittensorError, messageOf } from "../base/errors.ts";
import { Tensor } from "../base/tensor.ts";
import { bert } from "./models/bert.ts";
import { modelInputs, modelOutput } from "./models/model.ts";
import { builtInDevices, createSession, type Device } from "./runtime.ts";

/** A device, or `auto`: the first that works of CUDA, WebGPU and CPU. */
export type DeviceChoice = "auto" | Device;

/** Which device was chosen, and why not another. */
export interface DeviceReport {
  readonly device: Device;
  /** The devices that were preferred but do not work, best first. */
  readonly passedOver: readonly { readonly device: Device; readonly reason: string }[];
}

/** What a device needs, for people. */
const NEEDS = {
  cuda:
    "CUDA needs Linux x64, an NVIDIA driver, CUDA 12 with cuDNN 9, and the CUDA libraries of onnxruntime-node, which its install script downloads",
  webgpu:
    "WebGPU needs a graphics driver; on Linux also a Vulkan loader (libvulkan1) and a Vulkan driver (such as mesa-vulkan-drivers)",
} as const;

/**
 * Finds a device that works.
 *
 * Anything but the CPU runs a small encoder first, and counts as working if it agrees with the CPU.
 * `auto` leaves WebGPU alone if the platform has no GPU or only imitates one in software, which
 * would be slower than the CPU device.
 *
 * @throws {BittensorError} `device/unavailable` If the device asked for does not work.
 */
export async function chooseDevice(choice: DeviceChoice = "auto"): Promise<DeviceReport> {
  if (choice === "auto") return await chooseBest();
  if (choice !== "cpu") await requireDevice(choice);
  return { device: choice, passedOver: [] };
}

async function chooseBest(): Promise<DeviceReport> {
  const cuda = await reasonAgainst("cuda");
  if (cuda === undefined) return { device: "cuda", passedOver: [] };
  const webgpu = await reasonAgainstGpu() ?? await reasonAgainst("webgpu");
  const passedOver = [{ device: "cuda", reason: cuda }] as const;
  if (webgpu === undefined) return { device: "webgpu", passedOver };
  return { device: "cpu", passedOver: [...passedOver, { device: "webgpu", reason: webgpu }] };
}

async function requireDevice(device: keyof typeof NEEDS): Promise<void> {
  if (!Object.hasOwn(NEEDS, device)) {
    throw new TypeError(`device must be auto, cuda, webgpu or cpu, not ${device}`);
  }
  const reason = await reasonAgainst(device);
  if (reason === undefined) return;
  throw new BittensorError("device/unavailable", `Cannot use ${device}: ${reason}`, {
    hint: `${NEEDS[device]}; or choose the device cpu or auto`,
  });
}

/** Why `auto` should not even try WebGPU. The platform remembers its answer for the process. */
async function reasonAgainstGpu(): Promise<string | undefined> {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return "no GPU was found";
  const { isFallbackAdapter, description } = adapter.info;
  return isFallbackAdapter ? `the only GPU is one in software, ${description}` : undefined;
}

async function reasonAgainst(device: Device): Promise<string | undefined> {
  if (!(await builtInDevices()).includes(device)) {
    return "ONNX Runtime does not offer it on this platform";
  }
  try {
    const difference = await differenceFromCpu(device);
    return difference <= TOLERANCE
      ? undefined
      : `its results differ from the CPU's by ${difference}`;
  } catch (error) {
    return messageOf(error);
  }
}

/** GPUs may multiply matrices with 10 bits of mantissa; the results compared here are around 1. */
const TOLERANCE = 0.02;

/** Largest difference in the output of a small encoder. */
async function differenceFromCpu(device: Device): Promise<number> {
  const actual = await encodeSample(device);
  const expected = await encodeSample("cpu");
  return Math.max(...expected.map((value, index) => Math.abs(value - actual[index]!)));
}

async function encodeSample(device: Device): Promise<Float32Array> {
  const model = bert({
    hiddenSize: 32,
    layers: 1,
    numAttentionHeads: 2,
    intermediateSize: 64,
    vocabSize: 16,
    maxPositionEmbeddings: 8,
  });
  const ids = new Tensor("int64", BigInt64Array.from([1n, 2n, 3n, 4n, 15n, 0n]), [2, 3]);
  const session = await createSession(model.toBytes(24), { device, threads: 1 });
  try {
    return modelOutput(await session.run(modelInputs(ids))).data;
  } finally {
    await session.release();
  }
}
