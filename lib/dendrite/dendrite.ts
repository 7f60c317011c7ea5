/** Dendrite: asks other neurons for representations. */

import type { WaitOptions } from "../base/deadline.ts";
import type { FloatTensor } from "../base/tensor.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import type { ReturnCode } from "../domain/return_code.ts";
import type { Identity } from "../wire/identity.ts";
import { readEndpoints, readTextInputs, type TextInputs } from "./inputs.ts";
import type { Answer } from "./receptor.ts";
import { ReceptorPool } from "./receptor_pool.ts";

/** Options of {@linkcode dendrite}. */
export interface DendriteOptions {
  /** Who asks. Its hotkey is read at the first call. */
  readonly wallet: Identity;
  /** How long a neuron may take to answer, in milliseconds. @default {5000} */
  readonly timeoutMs?: number | undefined;
}

/** Options of {@linkcode Dendrite.forwardText}; `timeoutMs` overrides that of the dendrite. */
export interface ForwardTextOptions extends WaitOptions {
  /** One or more neurons to ask. */
  readonly endpoints: Endpoint | readonly Endpoint[];
  /**
   * Text or token ids: a text, a list of texts and a tensor `[sequence]` or `[batch, sequence]` go
   * to every endpoint; of a list of tensors, or a tensor `[endpoints, batch, sequence]`, the i-th
   * goes to the i-th endpoint.
   */
  readonly inputs: TextInputs;
  /** Is called with each answer as it comes, to show progress. */
  readonly onAnswer?: ((answer: EndpointAnswer) => void) | undefined;
}

/** An answer, and which endpoint gave it. */
export interface EndpointAnswer extends Answer {
  readonly endpoint: Endpoint;
  /** Position of the endpoint in the call. */
  readonly index: number;
}

/** What came of a call, by name; one item for each endpoint, in the order of the endpoints. */
export interface ForwardColumns {
  /** float32 `[batch, sequence, 512]`, without NaN; zeros where the code is not `Success`. */
  readonly representations: FloatTensor[];
  readonly codes: ReturnCode[];
  /** Durations, in milliseconds. */
  readonly times: number[];
  /** A sentence for each code, by the peer or by us. */
  readonly messages: string[];
}

/** {@linkcode ForwardColumns}, also as `[representations, codes, times]`. */
export type ForwardResult =
  & readonly [representations: FloatTensor[], codes: ReturnCode[], times: number[]]
  & ForwardColumns;

const DEFAULT_TIMEOUT_MS = 5_000;

/**
 * Makes a client of other neurons. It connects when it is first used.
 *
 * @example Ask a neuron
 * ```ts
 * import * as bittensor from "bittensor";
 * import assert from "node:assert/strict";
 *
 * const hotkey = bittensor.keypairFromUri("//Alice");
 * const wallet = { hotkey: async () => hotkey, coldkeypub: async () => hotkey.address };
 * await using dendrite = bittensor.dendrite({ wallet });
 * const [representations, codes] = await dendrite.forwardText({
 *   endpoints: {
 *     uid: 0,
 *     hotkey: hotkey.address,
 *     ip: "127.0.0.1",
 *     ipType: 4,
 *     port: 1, // nothing listens there
 *     modality: 0,
 *     coldkey: hotkey.address,
 *   },
 *   inputs: "The quick brown fox jumped over the lazy dog",
 * });
 * assert.deepEqual(codes, [bittensor.ReturnCode.Unavailable]);
 * assert.deepEqual(representations[0]?.dims, [1, 9, 512]);
 * ```
 */
export function dendrite(options: DendriteOptions): Dendrite {
  return new Dendrite(options);
}

/** A client of other neurons; see {@linkcode dendrite}. Disposing it closes its connections. */
export class Dendrite implements AsyncDisposable {
  readonly #wallet: Identity;
  readonly #timeoutMs: number;
  readonly #pool = new ReceptorPool();
  #disposed = false;

  /** @internal Use {@linkcode dendrite}. */
  constructor({ wallet, timeoutMs = DEFAULT_TIMEOUT_MS }: DendriteOptions) {
    this.#wallet = wallet;
    this.#timeoutMs = checkTimeout(timeoutMs);
  }

  /**
   * Asks neurons for their representations of text, all at the same time.
   *
   * Takes as long as the slowest neuron, at most the timeout. A neuron that fails is a return code
   * and zeros in its place, never an exception.
   *
   * @throws {BittensorError} `dendrite/endpoints`, `dendrite/inputs` or `ip/invalid`, before
   * anything is sent; the reason of `signal` when that fires.
   */
  async forwardText(options: ForwardTextOptions): Promise<ForwardResult> {
    const { signal, onAnswer } = options;
    if (this.#disposed) throw new TypeError("Cannot ask with a dendrite that was disposed");
    const timeoutMs = checkTimeout(options.timeoutMs ?? this.#timeoutMs);
    const endpoints = readEndpoints(options.endpoints);
    const inputs = readTextInputs(options.inputs, endpoints.length);
    signal?.throwIfAborted();
    const { address: caller } = await this.#wallet.hotkey();
    const ask = async (endpoint: Endpoint, index: number) => {
      const receptor = this.#pool.receptor(endpoint);
      const answer = await receptor.forward(inputs[index]!, { caller, timeoutMs, signal });
      onAnswer?.({ ...answer, endpoint, index });
      return answer;
    };
    return toResult(await Promise.all(endpoints.map(ask)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#pool[Symbol.asyncDispose]();
  }
}

function toResult(answers: readonly Answer[]): ForwardResult {
  const representations = answers.map(({ representation }) => representation);
  const codes = answers.map(({ code }) => code);
  const times = answers.map(({ timeMs }) => timeMs);
  const messages = answers.map(({ message }) => message);
  const named: ForwardColumns = { representations, codes, times, messages };
  return Object.assign([representations, codes, times] as const, named);
}

function checkTimeout(timeoutMs: number): number {
  if (timeoutMs > 0 && Number.isFinite(timeoutMs)) return timeoutMs;
  throw new RangeError(`Cannot wait ${timeoutMs} ms: a timeout is a positive number`);
}
