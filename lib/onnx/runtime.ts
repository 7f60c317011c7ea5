/** ONNX Runtime, reduced to what the compute core needs. The only file that imports it. */

import type { InferenceSession } from "onnxruntime-node";
import { BittensorError, messageOf } from "../base/errors.ts";
import { Tensor } from "../base/tensor.ts";

/** Where a model can run. */
export type Device = "cuda" | "webgpu" | "cpu";

/** Tensors by the names of a model's inputs or outputs. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** An input or output of a model. */
export interface TensorInfo {
  readonly name: string;
  readonly type: Tensor.Type;
  /** Sizes, outermost first; a name, which may be empty, stands for one that each run chooses. */
  readonly shape: readonly (number | string)[];
}

/** A loaded model. */
export interface Session {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Names of inputs that are no tensors, such as sequences of them: nothing here can feed those. */
  readonly otherInputs: readonly string[];
  /**
   * Computes outputs. A run that has started cannot be stopped.
   *
   * @throws {BittensorError} `onnx/run` If the runtime refuses the inputs or fails.
   */
  run(inputs: NamedTensors, options?: RunOptions): Promise<NamedTensors>;
  /** Frees the model. No run may be in progress. */
  release(): Promise<void>;
}

/** Options of a run. */
export interface RunOptions {
  /** The outputs to fetch: what is not wanted is not copied either. @default {all} */
  readonly outputs?: readonly string[] | undefined;
}

/** Options of {@linkcode createSession}. */
export interface SessionOptions {
  readonly device: Device;
  /** Threads that compute one operation, the calling one included. */
  readonly threads: number;
  /** How much the runtime may rearrange the graph, for speed. @default {"all"} */
  readonly optimization?: Optimization | undefined;
  /** Name of the model, for errors. @default {"a model"} */
  readonly name?: string | undefined;
  /**
   * Outputs that stay on the device, to be inputs of other runs: WebGPU has this, elsewhere they are
   * ordinary tensors. Their content must not be read; `dispose` frees them.
   */
  readonly resident?: readonly string[] | undefined;
  /**
   * Whether the working memory of a run is kept for the next, until the model is freed. Fresh memory
   * costs more than the work when a run does little with much of it. @default {false}
   */
  readonly keepMemory?: boolean | undefined;
}

/** The runtime's levels of graph optimization, each including those before it. */
export type Optimization = "disabled" | "basic" | "extended" | "all";

/** Names of the devices that the installed runtime was built for, whether or not they work. */
export async function builtInDevices(): Promise<readonly string[]> {
  const { listSupportedBackends } = await loadRuntime();
  return listSupportedBackends().map(({ name }) => name);
}

/**
 * Loads an ONNX model. The runtime loads and computes on the calling thread, whose other work waits
 * meanwhile.
 *
 * @param model A file's path, or its bytes; the runtime copies what it needs of these.
 * @throws {BittensorError} `onnx/load` If the device or the model does not work.
 */
export async function createSession(
  model: Uint8Array | string,
  options: SessionOptions,
): Promise<Session> {
  const { InferenceSession } = await loadRuntime();
  const settings = sessionOptions(options);
  try {
    const session = typeof model === "string"
      ? await InferenceSession.create(model, settings)
      : await InferenceSession.create(model, settings);
    return {
      inputs: tensorsOf(session.inputMetadata),
      outputs: tensorsOf(session.outputMetadata),
      otherInputs: session.inputMetadata.flatMap(({ name, isTensor }) => isTensor ? [] : [name]),
      run: (inputs, options) => run(session, inputs, options),
      release: () => session.release(),
    };
  } catch (cause) {
    const { name = "a model", device } = options;
    throw translated("onnx/load", `Cannot load ${name} on ${device}`, cause);
  }
}

/** What is not a tensor, such as a sequence of tensors, is of no use here. */
function tensorsOf(metadata: readonly InferenceSession.ValueMetadata[]): readonly TensorInfo[] {
  return metadata.filter((value) => value.isTensor);
}

async function run(
  session: InferenceSession,
  inputs: NamedTensors,
  { outputs = session.outputNames }: RunOptions = {},
): Promise<NamedTensors> {
  try {
    return await session.run(withReadableHalves(inputs), outputs);
  } catch (cause) {
    throw translated("onnx/run", "Cannot run the model", cause);
  }
}

/**
 * The native side takes 16-bit floats as a `Uint16Array` alone, which a tensor cannot be made of
 * where there is a `Float16Array`: the tensor is told to show its memory as the former.
 */
function withReadableHalves(inputs: NamedTensors): NamedTensors {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, tensor]) => {
      if (tensor.location !== "cpu" || !(tensor.data instanceof Float16Array)) {
        return [name, tensor];
      }
      const { buffer, byteOffset, length } = tensor.data;
      const shown = new Tensor(tensor.type, tensor.data, tensor.dims);
      return [
        name,
        Object.defineProperty(shown, "data", {
          value: new Uint16Array(buffer, byteOffset, length),
        }),
      ];
    }),
  );
}

/** Imported when first needed: the native library is large, and most programs never run a model. */
async function loadRuntime(): Promise<typeof import("onnxruntime-node")> {
  disableTelemetry();
  const runtime = await import("onnxruntime-node");
  // It would write to stderr what it also throws, past the logging of the program.
  runtime.env.logLevel = "fatal";
  return runtime;
}

/**
 * Since 1.30 the runtime reports its use to its vendor and leaves files in the temporary folder,
 * unless this variable is set when the library is loaded. Who sets it to another value decides so.
 */
function disableTelemetry(): void {
  try {
    if (Deno.env.get(NO_TELEMETRY) === undefined) Deno.env.set(NO_TELEMETRY, "1");
  } catch (cause) {
    throw new BittensorError(
      "onnx/permission",
      `Cannot load ONNX Runtime: it would report its use, as ${NO_TELEMETRY} cannot be set`,
      { cause, hint: `run the program with --allow-env=${NO_TELEMETRY}, or with --allow-env` },
    );
  }
}

/** Environment variable of ONNX Runtime. */
const NO_TELEMETRY = "ORT_DISABLE_TELEMETRY";

function sessionOptions(options: SessionOptions): InferenceSession.SessionOptions {
  const { device, threads, optimization = "all", resident = [], keepMemory = false } = options;
  const staying = device === "webgpu" ? resident : [];
  return {
    executionProviders: [device],
    intraOpNumThreads: threads,
    graphOptimizationLevel: optimization,
    // The arena keeps the working memory of the largest run for ever; most models gain no speed by it.
    enableCpuMemArena: keepMemory,
    // Spinning threads of several models in one process take the cores from each other: measured
    // with seven models on two cores, a small run is three times as fast without.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
    ...(staying.length > 0 && {
      preferredOutputLocation: Object.fromEntries(staying.map((name) => [name, "gpu-buffer"])),
    }),
  };
}

function translated(code: "onnx/load" | "onnx/run", what: string, cause: unknown): BittensorError {
  // Native messages may start with the place in the C++ source and the condition that failed there.
  const reason = messageOf(cause).replace(/^\S+:\d+ .* was false\. /s, "").trim();
  return new BittensorError(code, `${what}: ${reason}`, { cause });
}
