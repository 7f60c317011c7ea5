/** A neuron: an identity, a model that answers in its name, and a place on the network. */

import { type Axon, axon } from "../axon/axon.ts";
import type { BackwardCallback } from "../axon/callbacks.ts";
import type { WaitOptions } from "../base/deadline.ts";
import type { Subtensor } from "../chain/subtensor.ts";
import type { Model } from "../onnx/models/model.ts";
import { type Nucleus, nucleus, type NucleusOptions } from "../onnx/nucleus.ts";
import type { StepOptions } from "../onnx/training/step_options.ts";
import type { Identity } from "../wire/identity.ts";

/** Options of {@linkcode neuron}. */
export interface NeuronOptions extends WaitOptions, Pick<NucleusOptions, "device"> {
  /** Who the neuron is. */
  readonly wallet: Identity;
  /** What it answers with. */
  readonly model: Model;
  /** The chain that it subscribes to. */
  readonly subtensor: Subtensor;
  /** Address to listen on. @default {"[::]"} */
  readonly ip?: string | undefined;
  /** Port to listen on; 0 chooses a free one. @default {8091} */
  readonly port?: number | undefined;
  /**
   * How the model learns: each backward request then moves the weights by one such step. Whoever may
   * ask the neuron changes its model with that; set `maxGradientNorm`. @default {it does not learn}
   */
  readonly training?: StepOptions | undefined;
}

/** A neuron that serves; disposing stops it. It stays registered on chain. */
export interface Neuron extends AsyncDisposable {
  readonly nucleus: Nucleus;
  readonly axon: Axon;
}

/**
 * Loads a model, serves it with an axon, and subscribes the axon on chain.
 *
 * Returns when a block holds the subscription.
 *
 * @throws {BittensorError} Those of `nucleus()`, `axon()` and `Axon.subscribe()`; what was started
 * by then is stopped.
 */
export async function neuron(options: NeuronOptions): Promise<Neuron> {
  const { wallet, model, device, subtensor, ip, port, training, timeoutMs, signal } = options;
  await using resources = new AsyncDisposableStack();
  const served = resources.use(await nucleus(model, { device, signal }));
  const answering = resources.use(
    axon({
      wallet,
      ip,
      port,
      forwardText: (_caller, inputs, { signal }) => served.forward(inputs, { signal }),
      backwardText: training && learnFrom(served, training),
    }),
  );
  await answering.start();
  await answering.subscribe({
    subtensor,
    timeoutMs,
    signal,
    waitForInclusion: true,
    waitForFinalization: false,
  });
  const owned = resources.move();
  return {
    nucleus: served,
    axon: answering,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Learns from each backward request. */
function learnFrom(served: Nucleus, training: StepOptions): BackwardCallback {
  return async (_caller, inputs, gradients, { signal }) => {
    await served.backward(inputs, gradients, { signal });
    await served.step(training);
    // Text has no gradients to send back: a tensor here would crash a client of the seed era.
    return null;
  };
}
