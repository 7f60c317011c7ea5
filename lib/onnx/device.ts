/** Chooses where models run: tried before it is trusted, and reported. */

import { BittensorError, messageOf } from "../base/errors.ts";
import { Tensor } from "../base/tensor.ts";
import { modelBytes } from "./graph/model_bytes.ts";
import { halfPrecision, type Precision } from "./half_precision.ts";
import { bert } from "./models/bert.ts";
import { ATTENTION_MASK, HIDDEN_STATE, INPUT_IDS } from "./models/model.ts";
import { builtInDevices, createSession, type Device } from "./runtime.ts";

/** A device, or `auto`: the first that works of CUDA, WebGPU and CPU. */
export type DeviceChoice = "auto" | Device;

/** Which device was chosen, and why not another. */
export interface DeviceReport {
  readonly device: Device;
  /** The devices that were preferred but do not work, best first. */
  readonly passedOver: readonly { readonly device: Device; readonly reason: string }[];
}

/** Options of {@linkcode chooseDevice}. */
export interface DeviceOptions {
  /** What the device must compute with; 16 bits are for GPUs. @default {"float32"} */
  readonly precision?: Precision | undefined;
}

/** What a device needs, for people. */
const NEEDS = {
  cuda:
    "CUDA needs Linux x64, an NVIDIA driver, CUDA 12 with cuDNN 9, and the CUDA libraries of onnxruntime-node, which `deno task install-cuda` fetches (docs/gpu.md)",
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
 * @throws {BittensorError} `device/unavailable` If the device asked for does not work, or not with
 *   the precision asked for.
 */
export async function chooseDevice(
  choice: DeviceChoice = "auto",
  { precision = "float32" }: DeviceOptions = {},
): Promise<DeviceReport> {
  if (choice === "auto") return await chooseBest(precision);
  if (choice === "cpu") requireCpuPrecision(precision);
  else await requireDevice(choice, precision);
  return { device: choice, passedOver: [] };
}

async function chooseBest(precision: Precision): Promise<DeviceReport> {
  const cuda = await reasonAgainst("cuda", precision);
  if (cuda === undefined) return { device: "cuda", passedOver: [] };
  const webgpu = await reasonAgainstGpu() ?? await reasonAgainst("webgpu", precision);
  const passedOver = [{ device: "cuda", reason: cuda }] as const;
  if (webgpu === undefined) return { device: "webgpu", passedOver };
  requireCpuPrecision(precision, `no GPU works: cuda: ${cuda}; webgpu: ${webgpu}`);
  return { device: "cpu", passedOver: [...passedOver, { device: "webgpu", reason: webgpu }] };
}

function requireCpuPrecision(
  precision: Precision,
  reason = "its arithmetic has 32 bits, and would only lose precision",
): void {
  if (precision === "float32") return;
  throw new BittensorError("device/unavailable", `Cannot use ${precision} on cpu: ${reason}`, {
    hint: "choose the precision float32, or a GPU that has 16-bit floats",
  });
}

async function requireDevice(device: keyof typeof NEEDS, precision: Precision): Promise<void> {
  if (!Object.hasOwn(NEEDS, device)) {
    throw new TypeError(`device must be auto, cuda, webgpu or cpu, not ${device}`);
  }
  const reason = await reasonAgainst(device, precision);
  if (reason === undefined) return;
  const what = precision === "float32" ? device : `${precision} on ${device}`;
  throw new BittensorError("device/unavailable", `Cannot use ${what}: ${reason}`, {
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

async function reasonAgainst(device: Device, precision: Precision): Promise<string | undefined> {
  if (!(await builtInDevices()).includes(device)) {
    return "ONNX Runtime does not offer it on this platform";
  }
  try {
    const actual = await encodeSample(device, precision);
    const difference = largestDifference(actual, await encodeSample("cpu", "float32"));
    return difference <= TOLERANCE
      ? undefined
      : `its results differ from the CPU's by ${difference}`;
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * GPUs may multiply matrices with 10 bits of mantissa, as many as 16-bit floats have; the results
 * compared here are around 1.
 */
const TOLERANCE = 0.02;

/** NaN, which is within no tolerance, if an element is. */
function largestDifference(left: Float32Array, right: Float32Array): number {
  return Math.max(...left.map((value, index) => Math.abs(value - right[index]!)));
}

/** What a small encoder gives for a few tokens. */
async function encodeSample(device: Device, precision: Precision): Promise<Float32Array> {
  const model = bert({
    hiddenSize: 32,
    layers: 1,
    numAttentionHeads: 2,
    intermediateSize: 64,
    vocabSize: 16,
    maxPositionEmbeddings: 8,
  });
  const graph = model.graph(24);
  const bytes = modelBytes(precision === "float16" ? halfPrecision(graph) : graph);
  const ids = new Tensor("int64", BigInt64Array.of(1n, 2n, 3n, 4n, 15n, 0n), [2, 3]);
  const mask = new Tensor("int64", BigInt64Array.of(1n, 1n, 1n, 1n, 1n, 0n), [2, 3]);
  const session = await createSession(bytes, { device, threads: 1 });
  try {
    const outputs = await session.run({ [INPUT_IDS]: ids, [ATTENTION_MASK]: mask });
    const data = outputs[HIDDEN_STATE]?.data;
    if (data instanceof Float32Array) return data;
    throw new TypeError("the encoder has no output");
  } finally {
    await session.release();
  }
}
