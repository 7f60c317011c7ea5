/** Axon: the server of a neuron. */

import { logger } from "../base/log.ts";
import { parseIp } from "../domain/ip.ts";
import { Modality } from "../domain/modality.ts";
import { ReturnCode } from "../domain/return_code.ts";
import { BittensorError } from "../base/errors.ts";
import { type Subtensor, subtensor as connectSubtensor } from "../chain/subtensor.ts";
import type { ExtrinsicOptions } from "../chain/extrinsic.ts";
import { type GrpcServer, serve } from "../wire/grpc.ts";
import { MAX_MESSAGE_BYTES } from "../wire/limits.ts";
import type { Identity } from "../wire/identity.ts";
import { decodeMessage, encodeMessage } from "../wire/tensor_message.ts";
import { externalAddress } from "./external_address.ts";
import {
  answerForward,
  type ForwardCallback,
  type ForwardCallbacks,
  type Reply,
} from "./forward.ts";

/** Options of {@linkcode axon}. */
export interface AxonOptions {
  /** Whose axon it is. Its hotkey is read at the first start or subscription. */
  readonly wallet: Identity;
  /** Address to listen on: all of IPv6 and IPv4 by default. @default {"[::]"} */
  readonly ip?: string | undefined;
  /** Port to listen on; 0 picks a free one, which `axon.port` then tells. @default {8091} */
  readonly port?: number | undefined;
  /** Requests that run at one time; those above are refused. @default {400} */
  readonly maximumConcurrentRpcs?: number | undefined;
  /** Answers text requests; without it they are answered with `NotImplemented`. */
  readonly forwardText?: ForwardCallback | undefined;
}

/** Options of {@linkcode Axon.subscribe}. */
export interface AxonSubscribeOptions extends ExtrinsicOptions {
  /** Network to subscribe to, by name or URL, when no `subtensor` is given. @default {"local"} */
  readonly network?: string | undefined;
  /** Connection to use; it stays open. */
  readonly subtensor?: Subtensor | undefined;
  /** Address under which others reach the axon; needed for a chain on another machine. */
  readonly externalIp?: string | undefined;
  /** Port under which others reach the axon. @default {the axon's port} */
  readonly externalPort?: number | undefined;
}

/** Milliseconds that running requests get when the axon stops, as in the seed era. */
const GRACE_MS = 1_000;

/**
 * Makes the server of a neuron; `start()` lets it listen.
 *
 * @throws {BittensorError} `ip/invalid`; a `RangeError` for a port that is none.
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

/** The server of a neuron; see {@linkcode axon}. Disposing it stops it. */
export class Axon implements AsyncDisposable {
  /** Address that it listens on, as it was given. */
  readonly ip: string;
  /** What it understands. */
  readonly modality: Modality = Modality.TEXT;
  readonly #wallet: Identity;
  readonly #maximumConcurrentRpcs: number;
  readonly #callbacks: ForwardCallbacks;
  #port: number;
  #external: { readonly ip: string; readonly port: number } | undefined;
  #running: Promise<GrpcServer> | undefined;
  #stopped: Promise<void> = Promise.resolve();

  /** @internal Use {@linkcode axon}. */
  constructor(options: AxonOptions) {
    const { wallet, ip = "[::]", port = 8091, maximumConcurrentRpcs = 400, forwardText } = options;
    parseIp(withoutBrackets(ip));
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new RangeError(`Cannot listen on port ${port}: a port is a whole number up to 65535`);
    }
    if (!(maximumConcurrentRpcs >= 1)) {
      throw new RangeError(`Cannot run ${maximumConcurrentRpcs} requests at one time: at least 1`);
    }
    if (forwardText !== undefined && typeof forwardText !== "function") {
      throw new TypeError(`Cannot call forwardText: it is a ${typeof forwardText}, no function`);
    }
    this.ip = ip;
    this.#port = port;
    this.#wallet = wallet;
    this.#maximumConcurrentRpcs = maximumConcurrentRpcs;
    this.#callbacks = new Map(forwardText && [[Modality.TEXT, forwardText]]);
  }

  /** Port that it listens on; with `port: 0`, 0 until the first start and from then on the same. */
  get port(): number {
    return this.#port;
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
   * Starts to listen. Starting an axon that runs changes nothing; one that was stopped starts again.
   *
   * @throws {BittensorError} `axon/port-in-use` or `axon/listen`.
   */
  async start(): Promise<this> {
    if (this.#running !== undefined) logger("axon").info("Axon is started already");
    const running = this.#running ??= this.#listen();
    try {
      await running;
    } catch (error) {
      if (this.#running === running) this.#running = undefined;
      throw error;
    }
    return this;
  }

  /** Stops: running requests get a second to end. Stopping an axon that does not run is fine. */
  async stop(): Promise<this> {
    const running = this.#running;
    if (running !== undefined) {
      this.#running = undefined;
      // A start that failed leaves nothing to stop, and has told its own caller.
      this.#stopped = running.then((server) => server.close(GRACE_MS), () => {});
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
    const { externalPort = this.#port, externalIp, network, subtensor, ...follow } = options;
    if (externalPort === 0) {
      throw new BittensorError(
        "axon/external-port",
        "Cannot subscribe the axon: it has no port yet",
        {
          hint: "start the axon first, or pass externalPort",
        },
      );
    }
    await using opened = subtensor === undefined
      ? await connectSubtensor({ ...follow, network })
      : null;
    const chain = subtensor ?? opened!;
    const ip = externalAddress({
      externalIp,
      boundIp: withoutBrackets(this.ip),
      chainEndpoint: chain.endpoint,
    });
    await chain.subscribe({
      ...follow,
      hotkey: await this.#wallet.hotkey(),
      coldkey: await this.#wallet.coldkeypub(),
      ip,
      port: externalPort,
      modality: this.modality,
    });
    this.#external = { ip, port: externalPort };
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #listen(): Promise<GrpcServer> {
    await this.#stopped;
    const { publicKey } = await this.#wallet.hotkey();
    const hotkey = `0x${publicKey.toHex()}`;
    const answer = (reply: Reply) => encodeMessage({ ...reply, hotkey });
    const server = await serve({
      host: withoutBrackets(this.ip),
      port: this.#port,
      maximumConcurrentRpcs: this.#maximumConcurrentRpcs,
      maximumMessageBytes: MAX_MESSAGE_BYTES,
      handlers: {
        Forward: async (request, { signal }) =>
          answer(await answerForward(decodeMessage(request), this.#callbacks, signal)),
        Backward: () => Promise.resolve(answer(BACKWARD_REPLY)),
      },
    });
    this.#port = server.port;
    logger("axon").info("Axon started on {ip}:{port}", { ip: this.ip, port: server.port });
    return server;
  }
}

/** No axon trains on gradients yet: peers of the seed era send them after each forward. */
const BACKWARD_REPLY: Reply = {
  returnCode: ReturnCode.NotImplemented,
  message: "Backward callback is not yet subscribed on this axon.",
};

function withoutBrackets(ip: string): string {
  return ip.replace(/^\[(.*)\]$/, "$1");
}
