/** Axon: the server of a neuron. */

import { logger } from "../base/log.ts";
import { formatHostPort } from "../domain/endpoint.ts";
import { logSuccess } from "../domain/log_event.ts";
import type { Modality } from "../domain/modality.ts";
import { verify } from "../wallet/keypair.ts";
import { serve } from "../wire/grpc.ts";
import type { GrpcServer } from "../wire/rpc.ts";
import { Health } from "../wire/health.ts";
import type { Identity } from "../wire/identity.ts";
import { reflectionStreams } from "../wire/reflection.ts";
import { RequestVerifier } from "../wire/request_verifier.ts";
import { type AxonOptions, type AxonSettings, checkOptions } from "./axon_options.ts";
import type { CheckOptions } from "./callback_check.ts";
import {
  type BackwardCallback,
  callbackName,
  callbacksOf,
  checkFunction,
  type ForwardCallback,
  type NamedCallbacks,
  NO_CALLBACKS,
} from "./callbacks.ts";
import { checkModality } from "./modality.ts";
import { RequestHandler } from "./request_handler.ts";
import { ServedCallbacks } from "./served_callbacks.ts";
import { type AxonStatistics, Statistics } from "./statistics.ts";
import { type AxonSubscribeOptions, type ExternalAddress, subscribeAxon } from "./subscription.ts";

/** Milliseconds to send the answers to requests that were given up when the axon stopped. */
const FAREWELL_MS = 250;

/**
 * Makes the server of a neuron; `start()` lets it listen.
 *
 * @throws {BittensorError} `ip/invalid`; `axon/modality` if there are several forward callbacks and
 * no modality.
 * @throws {RangeError | TypeError} For an option that cannot work.
 *
 * @example Serve representations
 * ```ts
 * import * as bittensor from "bittensor";
 * import assert from "node:assert/strict";
 *
 * const hotkey = bittensor.keypairFromUri("//Alice");
 * const wallet = { hotkey: async () => hotkey, coldkeypub: async () => hotkey.address };
 * await using axon = await bittensor.axon({ wallet, port: 0, forwardText: () => null }).start();
 * assert(axon.port > 0);
 * ```
 */
export function axon(options: AxonOptions): Axon {
  return new Axon(options);
}

/** A running server. */
interface Running {
  readonly server: GrpcServer;
  readonly health: Health;
  readonly handler: RequestHandler;
}

/** The server of a neuron; see {@linkcode axon}. Disposing it stops it. */
export class Axon implements AsyncDisposable {
  readonly #wallet: Identity;
  readonly #settings: AxonSettings;
  readonly #statistics = new Statistics();
  readonly #callbacks: ServedCallbacks;
  #port: number;
  #external: ExternalAddress | undefined;
  #starting: Promise<Running> | undefined;
  #handler: RequestHandler | undefined;
  #stopped: Promise<void> = Promise.resolve();

  /** @internal Use {@linkcode axon}. */
  constructor(options: AxonOptions) {
    this.#settings = checkOptions(options);
    this.#callbacks = new ServedCallbacks(callbacksOf(options), options.modality);
    this.#port = this.#settings.port;
    this.#wallet = options.wallet;
  }

  /** Address that it listens on, as it was given. */
  get ip(): string {
    return this.#settings.ip;
  }

  /** Port that it listens on; with `port: 0`, 0 until the first start and from then on the same. */
  get port(): number {
    return this.#port;
  }

  /** What the chain is told that it understands. */
  get modality(): Modality {
    return this.#callbacks.modality;
  }

  /** Address under which others reach it, once it has subscribed. */
  get externalIp(): string | undefined {
    return this.#external?.ip;
  }

  /** Port under which others reach it, once it has subscribed. */
  get externalPort(): number | undefined {
    return this.#external?.port;
  }

  /**
   * What it has served since it was made, restarts included.
   *
   * @example Count the requests
   * ```ts
   * import * as bittensor from "bittensor";
   * import assert from "node:assert/strict";
   *
   * const hotkey = bittensor.keypairFromUri("//Alice");
   * const wallet = { hotkey: async () => hotkey, coldkeypub: async () => hotkey.address };
   * const axon = bittensor.axon({ wallet, blacklist: ({ verified }) => !verified });
   * assert.equal(axon.statistics().total.requests, 0);
   * ```
   */
  statistics(): AxonStatistics {
    const { running = 0, queued = 0 } = this.#handler ?? {};
    return { ...this.#statistics.read(), running, queued };
  }

  /**
   * Serves a modality with this callback from now on, once it has passed the check that
   * {@linkcode check} describes.
   *
   * @throws {BittensorError} `axon/callback` if it does not; `axon/modality` if the axon would then
   * have several forward callbacks and was given no modality. Nothing has changed then.
   */
  async attachForwardCallback(callback: ForwardCallback, modality: Modality): Promise<this> {
    checkFunction(callbackName("forward", checkModality(modality)), callback);
    const callbacks = { ...NO_CALLBACKS, forward: new Map([[modality, callback]]) };
    await this.#callbacks.attach(callbacks, await this.#checkOptions());
    return this;
  }

  /**
   * Takes the gradients of a modality with this callback from now on, once it has passed the check
   * that {@linkcode check} describes.
   *
   * @throws {BittensorError} `axon/callback` if it does not; nothing has changed then.
   */
  async attachBackwardCallback(callback: BackwardCallback, modality: Modality): Promise<this> {
    checkFunction(callbackName("backward", checkModality(modality)), callback);
    const callbacks = { ...NO_CALLBACKS, backward: new Map([[modality, callback]]) };
    await this.#callbacks.attach(callbacks, await this.#checkOptions());
    return this;
  }

  /**
   * Serves with the methods of an object, those of `forwardText`, `forwardImage`, `forwardTensor`,
   * `backwardText`, `backwardImage` and `backwardTensor` that it has; callbacks for the others stay.
   *
   * @throws {TypeError} If it has none of them, or one is no function.
   * @throws {BittensorError} As {@linkcode attachForwardCallback}; nothing has changed then.
   */
  async attach(servicer: NamedCallbacks): Promise<this> {
    const callbacks = callbacksOf(servicer);
    if (callbacks.forward.size + callbacks.backward.size === 0) {
      throw new TypeError(
        "Cannot attach the servicer: it has no method forwardText, forwardImage, forwardTensor, " +
          "backwardText, backwardImage or backwardTensor",
      );
    }
    await this.#callbacks.attach(callbacks, await this.#checkOptions());
    return this;
  }

  /**
   * Calls each callback once, with sample inputs and the axon's own hotkey as the caller. The result
   * must be `null`, or floats of the right shape.
   *
   * - text: inputs int64 `[2, 3]`, all 0; gradients float32 `[2, 3, 512]`;
   * - image: inputs float32 `[2, 1, 3, 512, 512]`, or of `imageShape`; gradients float32 `[2, 1, 512]`;
   * - tensor: inputs float32 `[2, 3, 512]`; gradients float32 `[2, 3, 512]`.
   *
   * Gradients are all 0, so that a model which learns from them stays as it is. A callback that refuses
   * the size of an image or a tensor with `RefusedInputs`, and says which it takes, as models of a
   * nucleus do, is called with that.
   *
   * The first start does the same with the callbacks that `axon()` was given.
   *
   * @throws {BittensorError} `axon/callback` if one fails, takes longer than `timeoutMs`, or returns
   * what could not be sent.
   */
  async check(): Promise<this> {
    await this.#callbacks.check(await this.#checkOptions());
    return this;
  }

  /**
   * Checks the callbacks that no {@linkcode check} has seen, and starts to listen. Starting an axon
   * that runs changes nothing; one that was stopped starts again.
   *
   * @throws {BittensorError} `axon/callback`, `axon/port-in-use` or `axon/listen`.
   */
  async start(): Promise<this> {
    if (this.#starting !== undefined) logger("axon").info("Axon is started already");
    const starting = this.#starting ??= this.#listen();
    try {
      await starting;
    } catch (error) {
      if (this.#starting === starting) this.#starting = undefined;
      throw error;
    }
    return this;
  }

  /**
   * Stops. Requests that it has get `graceMs` to end; then their signals fire, and they are answered
   * `NotServingNucleus`, as are those that still come. Stopping an axon that does not run is fine.
   */
  async stop(): Promise<this> {
    const starting = this.#starting;
    if (starting !== undefined) {
      this.#starting = undefined;
      // A start that failed leaves nothing to stop, and has told its own caller.
      this.#stopped = starting.then((running) => this.#close(running), () => {});
    }
    await this.#stopped;
    return this;
  }

  /**
   * Writes the address of this neuron on chain, so that others find it.
   *
   * @throws {BittensorError} `axon/external-ip` or `axon/external-port` if the address is not known;
   * what the chain's connection and `Subtensor.subscribe` throw.
   */
  async subscribe(options: AxonSubscribeOptions = {}): Promise<this> {
    const { modality } = this.#callbacks;
    this.#external = await subscribeAxon(
      { wallet: this.#wallet, host: this.#settings.host, port: this.#port, modality },
      options,
    );
    return this;
  }

  /** Text form of the tutorial: `Axon ([::]:8091)`. */
  toString(): string {
    return `Axon (${this.#place})`;
  }

  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  get #place(): string {
    return formatHostPort({ ip: this.#settings.host, port: this.#port });
  }

  async #checkOptions(): Promise<CheckOptions> {
    const { address } = await this.#wallet.hotkey();
    const { timeoutMs, imageShape } = this.#settings;
    return { caller: address, timeoutMs, imageShape };
  }

  async #listen(): Promise<Running> {
    await this.#stopped;
    const hotkey = await this.#wallet.hotkey();
    await this.#callbacks.checkNew(await this.#checkOptions());
    if (this.#settings.modality === undefined && this.#callbacks.current.forward.size === 0) {
      logger("axon").warn("No modality detected: defaulting to the text modality");
    }
    const settings = this.#settings;
    const handler = new RequestHandler({
      settings,
      verifier: new RequestVerifier({ signatures: settings.signatures, hotkey, verify }),
      callbacks: () => this.#callbacks.current,
      statistics: this.#statistics,
    });
    const health = new Health();
    const server = await serve({
      host: settings.host,
      port: this.#port,
      maximumConcurrentRpcs: settings.maximumConcurrentRpcs,
      maximumMessageBytes: settings.maximumMessageBytes,
      handlers: {
        Forward: (request, call) => handler.handle("Forward", request, call),
        Backward: (request, call) => handler.handle("Backward", request, call),
      },
      streams: { ...health.streams(), ...reflectionStreams() },
    });
    this.#port = server.port;
    this.#handler = handler;
    logSuccess("axon", "Axon Started:", this.#place, "blue");
    return { server, handler, health };
  }

  async #close({ server, handler, health }: Running): Promise<void> {
    const { graceMs } = this.#settings;
    handler.close();
    health.set("NOT_SERVING");
    const patience = setTimeout(() => handler.cancel(), graceMs);
    await server.close(graceMs + FAREWELL_MS);
    clearTimeout(patience);
    // Callbacks that still run, although nobody waits for them, learn it.
    handler.cancel();
    this.#handler = undefined;
    logSuccess("axon", "Axon Stopped:", this.#place, "blue");
  }
}
