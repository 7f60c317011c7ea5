/** Options of a dendrite and of its calls. */

import type { WaitOptions } from "../base/deadline.ts";
import type { Tensor } from "../base/tensor.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import type { Modality } from "../domain/modality.ts";
import type { Identity } from "../wire/identity.ts";
import type { SignaturePolicy } from "../wire/signature_policy.ts";
import type { BackoffOptions } from "./backoff.ts";
import type { Endpoints } from "./endpoints.ts";
import type { FloatInputs } from "./float_inputs.ts";
import type { EndpointAnswer } from "./result.ts";
import type { TextInputs } from "./text_inputs.ts";

/** Options of {@linkcode dendrite}. */
export interface DendriteOptions {
  /** Who asks. Its hotkey is read at the first call. */
  readonly wallet: Identity;
  /** How long a neuron may take to answer, in milliseconds. @default {5000} */
  readonly timeoutMs?: number | undefined;
  /** Whether requests are signed, and what becomes of unsigned answers. @default {"verified"} */
  readonly signatures?: SignaturePolicy | undefined;
  /** Requests in flight at one time; the others wait for their turn. @default {1024} */
  readonly maximumInFlight?: number | undefined;
  /** Requests in flight at one time to one endpoint. @default {64} */
  readonly maximumInFlightPerEndpoint?: number | undefined;
  /** Connections that stay open; above it, idle ones are closed, the oldest first. @default {500} */
  readonly maximumReceptors?: number | undefined;
  /** How long an endpoint that did not answer is left alone, with the return code `Backoff`. */
  readonly backoffMs?: BackoffOptions | undefined;
}

/** How a call waits, and whom it tells; `timeoutMs` overrides that of the dendrite. */
export interface ProgressOptions extends WaitOptions {
  /** Is called with each answer as it comes, to show progress. */
  readonly onAnswer?: ((answer: EndpointAnswer) => void) | undefined;
}

/** Options of {@linkcode Dendrite.forwardText}. */
export interface ForwardTextOptions extends ProgressOptions {
  /** One or more neurons to ask: endpoints, or the tensors that encode them. */
  readonly endpoints: Endpoints;
  /**
   * Text or token ids: a text, a list of texts and a tensor `[sequence]` or `[batch, sequence]` go
   * to every endpoint; of a list of tensors, or a tensor `[endpoints, batch, sequence]`, the i-th
   * goes to the i-th endpoint.
   */
  readonly inputs: TextInputs;
}

/** Options of {@linkcode Dendrite.forwardImage}. */
export interface ForwardImageOptions extends ProgressOptions {
  /** One or more neurons to ask. */
  readonly endpoints: Endpoint | readonly Endpoint[];
  /**
   * float32 `[batch, sequence, channels, rows, columns]` for one endpoint; for a list of endpoints
   * a list with one for each.
   */
  readonly inputs: FloatInputs;
}

/** Options of {@linkcode Dendrite.forwardTensor}. */
export interface ForwardTensorOptions extends ProgressOptions {
  /** One or more neurons to ask. */
  readonly endpoints: Endpoint | readonly Endpoint[];
  /** float32 `[batch, sequence, 512]` for one endpoint; for a list of endpoints one for each. */
  readonly inputs: FloatInputs;
}

/** What is asked, in a modality that is told. */
export interface QuestionOptions {
  /** Neurons to ask; endpoint tensors only with text. */
  readonly endpoints: Endpoints;
  /** As the forward method of the modality takes them. */
  readonly inputs: TextInputs;
  /** What the inputs are. @default {Modality.TEXT} */
  readonly modality?: Modality | undefined;
}

/** Options of {@linkcode Dendrite.apply}. */
export interface ApplyOptions extends ProgressOptions, QuestionOptions {}

/** Options of {@linkcode Dendrite.backward}. */
export interface BackwardOptions extends ProgressOptions, QuestionOptions {
  /**
   * Gradients of the representations, float32 `[batch, sequence, 512]`: one for every endpoint, or a
   * list whose i-th goes to the i-th endpoint.
   */
  readonly gradients: Tensor | readonly Tensor[];
}

/** Options of {@linkcode Dendrite.stream}. */
export interface StreamOptions extends WaitOptions, QuestionOptions {}
