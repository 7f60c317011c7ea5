/** ONNX Runtime, reduced to what the compute core needs. The only file that imports it. */

import type { InferenceSession } from "onnxruntime-node";
import { BittensorError, messageOf } from "../base/errors.ts";
import type { Tensor } from "../base/tensor.ts";

/** Where a model can run. */
export type Device = "cuda" | "webgpu" | "cpu";

/** Tensors by the names of a model's inputs or outputs. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** A loaded model. */
export interface Session {
  /**
   * Computes all outputs. The runtime computes on the calling thread: other work of this thread
   * waits meanwhile, and a run that has started cannot be stopped.
   *
   * @throws {BittensorError} `onnx/run` If the runtime refuses the inputs or fails.
   */
  run(inputs: NamedTensors): Promise<NamedTensors>;
  /** Frees the model. No run may be in progress. */
  release(): Promise<void>;
}

/** Options of {@linkcode createSession}. */
export interface SessionOptions {
  readonly device: Device;
  /** Threads that compute one operation, the calling one included. */
  readonly threads: number;
}

/** Names of the devices that the installed runtime was built for, whether or not they work. */
export async function builtInDevices(): Promise<readonly string[]> {
  const { listSupportedBackends } = await loadRuntime();
  return listSupportedBackends().map(({ name }) => name);
}

/**
 * Loads a serialized ONNX model. The runtime copies what it needs, so the bytes can go afterwards.
 *
 * @throws {BittensorError} `onnx/load` If the device or the model does not work.
 */
export async function createSession(bytes: Uint8Array, options: SessionOptions): Promise<Session> {
  const { InferenceSession } = await loadRuntime();
  try {
    const session = await InferenceSession.create(bytes, sessionOptions(options));
    return { run: (inputs) => run(session, inputs), release: () => session.release() };
  } catch (cause) {
    throw translated("onnx/load", `Cannot load a model on ${options.device}`, cause);
  }
}

async function run(session: InferenceSession, inputs: NamedTensors): Promise<NamedTensors> {
  try {
    return await session.run(inputs);
  } catch (cause) {
    throw translated("onnx/run", "Cannot run the model", cause);
  }
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

function sessionOptions({ device, threads }: SessionOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: [device],
    intraOpNumThreads: threads,
    // The arena would keep the working memory of the largest run for ever; it gains no speed here.
    enableCpuMemArena: false,
    // Spinning threads of several models in one process take the cores from each other: measured
    // with seven models on two cores, a small run is three times as fast without.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  };
}

function translated(code: "onnx/load" | "onnx/run", what: string, cause: unknown): BittensorError {
  // Native messages may start with the place in the C++ source and the condition that failed there.
  const reason = messageOf(cause).replace(/^\S+:\d+ .* was false\. /s, "").trim();
  return new BittensorError(code, `${what}: ${reason}`, { cause });
}
