/** Dendrite: asks other neurons for representations. */

import type { Endpoint } from "../domain/endpoint.ts";
import { Modality } from "../domain/modality.ts";
import { verify } from "../wallet/keypair.ts";
import type { Identity } from "../wire/identity.ts";
import { RequestSigner } from "../wire/request_signer.ts";
import { checkSignaturePolicy, type SignaturePolicy } from "../wire/signature_policy.ts";
import { type AppliedCall, applyCall, type SendQueries } from "./apply.ts";
import { arrivals } from "./arrivals.ts";
import { backoffLimits } from "./backoff.ts";
import { readGradients } from "./float_inputs.ts";
import { readQuestions } from "./inputs.ts";
import type {
  ApplyOptions,
  BackwardOptions,
  DendriteOptions,
  ForwardImageOptions,
  ForwardTensorOptions,
  ForwardTextOptions,
  ProgressOptions,
  StreamOptions,
} from "./options.ts";
import { createQueries, type Query } from "./query.ts";
import { ReceptorPool } from "./receptor_pool.ts";
import {
  type BackwardResult,
  backwardResult,
  type EndpointAnswer,
  type ForwardResult,
  forwardResult,
} from "./result.ts";
import { Semaphore } from "./semaphore.ts";
import type { DendriteStatistics } from "./statistics.ts";

/**
 * Makes a client of other neurons. It connects when it is first used.
 *
 * @throws {RangeError} For a timeout, a limit, a pause or a signature policy that is none.
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
  readonly #signatures: SignaturePolicy;
  readonly #slots: Semaphore;
  readonly #pool: ReceptorPool;
  readonly #isKnown: (endpoint: Endpoint) => boolean;
  #signer: RequestSigner | undefined;
  #opening: Promise<RequestSigner> | undefined;
  #disposed = false;

  /** @internal Use {@linkcode dendrite}. */
  constructor(options: DendriteOptions) {
    const { maximumInFlight = 1_024, maximumInFlightPerEndpoint = 64, maximumReceptors = 500 } =
      options;
    this.#wallet = options.wallet;
    this.#timeoutMs = checkTimeout(options.timeoutMs ?? 5_000);
    this.#signatures = checkSignaturePolicy(options.signatures ?? "verified");
    this.#slots = new Semaphore(checkLimit("maximumInFlight", maximumInFlight));
    const pool = this.#pool = new ReceptorPool({
      maximumInFlight: checkLimit("maximumInFlightPerEndpoint", maximumInFlightPerEndpoint),
      maximumReceptors: checkLimit("maximumReceptors", maximumReceptors),
      backoff: backoffLimits(options.backoffMs ?? {}),
    });
    this.#isKnown = (endpoint) => pool.has(endpoint);
  }

  /**
   * Asks neurons for their representations of text, all at the same time.
   *
   * Takes as long as the slowest neuron, at most the timeout. A neuron that fails is a return code
   * and zeros in its place, never an exception.
   *
   * @throws {BittensorError} `dendrite/endpoints` or `dendrite/inputs`, before anything is sent; the
   * reason of `signal` when that fires.
   */
  async forwardText(options: ForwardTextOptions): Promise<ForwardResult> {
    return await this.#forward(Modality.TEXT, options);
  }

  /** Asks neurons for their representations of images; see {@linkcode Dendrite.forwardText}. */
  async forwardImage(options: ForwardImageOptions): Promise<ForwardResult> {
    return await this.#forward(Modality.IMAGE, options);
  }

  /** Asks neurons for their representations of tensors; see {@linkcode Dendrite.forwardText}. */
  async forwardTensor(options: ForwardTensorOptions): Promise<ForwardResult> {
    return await this.#forward(Modality.TENSOR, options);
  }

  /**
   * Sends neurons the gradients of their representations, so that they learn, and returns the
   * gradients of the inputs.
   *
   * Text has no gradients: the usual code is then `EmptyResponse`. For the rest, see
   * {@linkcode Dendrite.forwardText}.
   *
   * @throws {BittensorError} `dendrite/endpoints`, `dendrite/inputs` or `dendrite/gradients`, before
   * anything is sent; the reason of `signal` when that fires.
   */
  async backward(options: BackwardOptions): Promise<BackwardResult> {
    const { modality = Modality.TEXT } = options;
    const { endpoints, inputs } = readQuestions(modality, options, this.#isKnown);
    const queries = createQueries(modality, inputs, readGradients(options.gradients, inputs));
    return backwardResult(await Promise.all(await this.#send(endpoints, queries, options)));
  }

  /**
   * Asks neurons for their representations, and returns with them the way back: a function that takes
   * the gradients of the representations and returns those of the inputs.
   *
   * For the rest, see {@linkcode Dendrite.forwardText} and {@linkcode Dendrite.backward}.
   *
   * @throws {BittensorError} `dendrite/endpoints` or `dendrite/inputs`, before anything is sent; the
   * reason of `signal` when that fires.
   *
   * @example Differentiate through a neuron that doubles
   * ```ts
   * import * as bittensor from "bittensor";
   * import assert from "node:assert/strict";
   *
   * const hotkey = bittensor.keypairFromUri("//Alice");
   * const wallet = { hotkey: async () => hotkey, coldkeypub: async () => hotkey.address };
   * const double = ({ data, dims }: bittensor.Tensor) =>
   *   new bittensor.Tensor("float32", (data as Float32Array).map((x) => 2 * x), dims);
   * await using axon = await bittensor.axon({
   *   wallet,
   *   ip: "127.0.0.1",
   *   port: 0,
   *   forwardTensor: (_caller, inputs) => double(inputs),
   *   backwardTensor: (_caller, _inputs, gradients) => double(gradients),
   * }).start();
   *
   * await using dendrite = bittensor.dendrite({ wallet });
   * const { output, backward } = await dendrite.apply({
   *   modality: bittensor.Modality.TENSOR,
   *   endpoints: {
   *     uid: 0,
   *     hotkey: hotkey.address,
   *     ip: "127.0.0.1",
   *     ipType: 4,
   *     port: axon.port,
   *     modality: bittensor.Modality.TENSOR,
   *     coldkey: hotkey.address,
   *   },
   *   inputs: new bittensor.Tensor("float32", new Float32Array(512).fill(3), [1, 1, 512]),
   * });
   * const { gradients } = await backward(output); // of the loss output² / 2
   * assert.equal(gradients[0]?.data[0], 12); // of (2 · 3)² / 2 with respect to 3
   * ```
   */
  async apply(options: ApplyOptions): Promise<AppliedCall> {
    const { modality = Modality.TEXT, timeoutMs, signal, onAnswer } = options;
    const { endpoints, inputs } = readQuestions(modality, options, this.#isKnown);
    const send: SendQueries = async (queries, progress) =>
      await Promise.all(await this.#send(endpoints, queries, progress));
    return await applyCall(send, { modality, inputs, timeoutMs, signal, onAnswer });
  }

  /**
   * Asks neurons for their representations, and yields each answer as it comes. To leave the loop
   * early cancels the requests that are still in flight.
   *
   * @throws {BittensorError} `dendrite/endpoints` or `dendrite/inputs`, when the loop begins; the
   * reason of `signal` when that fires.
   *
   * @example The first answer wins
   * ```ts
   * import * as bittensor from "bittensor";
   * import assert from "node:assert/strict";
   *
   * await using network = await bittensor.localnet({ neurons: 2 });
   * const graph = await bittensor.metagraph({ network: network.endpoint }).sync();
   * const hotkey = bittensor.keypairFromUri("//Alice");
   * const wallet = { hotkey: async () => hotkey, coldkeypub: async () => hotkey.address };
   * await using dendrite = bittensor.dendrite({ wallet });
   *
   * let first: bittensor.EndpointAnswer | undefined;
   * for await (const answer of dendrite.stream({ endpoints: graph.endpoints, inputs: "Hello" })) {
   *   first = answer;
   *   break;
   * }
   * assert.equal(first?.code, bittensor.ReturnCode.Success);
   * ```
   */
  async *stream(options: StreamOptions): AsyncGenerator<EndpointAnswer, void> {
    const { modality = Modality.TEXT, signal } = options;
    const { endpoints, inputs } = readQuestions(modality, options, this.#isKnown);
    const queries = createQueries(modality, inputs);
    const controller = new AbortController();
    const onAbort = () => controller.abort(signal?.reason);
    signal?.throwIfAborted();
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      const wait = { timeoutMs: options.timeoutMs, signal: controller.signal };
      yield* arrivals(await this.#send(endpoints, queries, wait));
    } finally {
      signal?.removeEventListener("abort", onAbort);
      controller.abort();
    }
  }

  /** What was counted so far, in total and for each endpoint whose connection is kept. */
  statistics(): DendriteStatistics {
    const endpoints = this.#pool.statistics();
    return { inFlight: endpoints.reduce((sum, { inFlight }) => sum + inFlight, 0), endpoints };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#pool[Symbol.asyncDispose]();
  }

  async #forward(modality: Modality, options: ForwardTextOptions): Promise<ForwardResult> {
    const { endpoints, inputs } = readQuestions(modality, options, this.#isKnown);
    const queries = createQueries(modality, inputs);
    return forwardResult(await Promise.all(await this.#send(endpoints, queries, options)));
  }

  /** Asks all endpoints, and gives a promise for each. */
  async #send(
    endpoints: readonly Endpoint[],
    queries: readonly Query[],
    { timeoutMs: ownTimeoutMs, signal, onAnswer }: ProgressOptions,
  ): Promise<Promise<EndpointAnswer>[]> {
    const timeoutMs = ownTimeoutMs === undefined ? this.#timeoutMs : checkTimeout(ownTimeoutMs);
    signal?.throwIfAborted();
    const signer = this.#signer ?? await this.#openSigner();
    signal?.throwIfAborted();
    if (this.#disposed) throw new TypeError("Cannot ask with a dendrite that was disposed");
    const options = { signer, slots: this.#slots, timeoutMs, signal };
    return queries.map(async (query, index) => {
      const endpoint = endpoints[index]!;
      const answer = { ...await this.#pool.ask(endpoint, query, options), endpoint, index };
      onAnswer?.(answer);
      return answer;
    });
  }

  /** Calls that begin before the wallet has given its hotkey wait for the same one. */
  async #openSigner(): Promise<RequestSigner> {
    const open = async () => {
      const hotkey = await this.#wallet.hotkey();
      return new RequestSigner({ signatures: this.#signatures, hotkey, verify });
    };
    const opening = this.#opening ??= open();
    try {
      return this.#signer = await opening;
    } finally {
      this.#opening = undefined;
    }
  }
}

function checkTimeout(timeoutMs: number): number {
  if (timeoutMs > 0 && Number.isFinite(timeoutMs)) return timeoutMs;
  throw new RangeError(`Cannot wait ${timeoutMs} ms: a timeout is a positive number`);
}

function checkLimit(name: string, limit: number): number {
  if (Number.isInteger(limit) && limit >= 1) return limit;
  throw new RangeError(`Cannot set ${name} to ${limit}: a limit is a whole number from 1`);
}
