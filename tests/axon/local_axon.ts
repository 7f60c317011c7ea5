/** An axon on loopback, and a stock gRPC client that sends it bytes. */

import { Buffer } from "node:buffer";
import * as grpc from "@grpc/grpc-js";
import { Tensor, zeros } from "../../lib/base/tensor.ts";
import { type Axon, axon } from "../../lib/axon/axon.ts";
import type { AxonOptions } from "../../lib/axon/axon_options.ts";
import type { ForwardCallback } from "../../lib/axon/callbacks.ts";
import { NETWORK_DIM } from "../../lib/domain/constants.ts";
import { Modality } from "../../lib/domain/modality.ts";
import { returnCodeName } from "../../lib/domain/return_code.ts";
import { join, type Pieces } from "../../lib/wire/pieces.ts";
import { encodeTensor } from "../../lib/wire/tensor_codec.ts";
import { decodeMessage, encodeMessage, type TensorMessage } from "../../lib/wire/tensor_message.ts";
import { IDENTITY } from "../wire/identity.ts";

/** Zeros of the right shape for any text. */
export const forwardText: ForwardCallback = (_caller, { dims: [batch = 0, sequence = 0] }) =>
  zeros([batch, sequence, NETWORK_DIM]);

/** An axon that answers text with zeros, on a free port of loopback. */
export function localAxon(options: Partial<AxonOptions> = {}): Axon {
  return axon({ wallet: IDENTITY, port: 0, ip: "127.0.0.1", forwardText, ...options });
}

/** Token ids `[1, n]`, encoded. */
export function encodedIds(...ids: bigint[]): Pieces {
  const tensor = new Tensor("int64", BigInt64Array.from(ids), [1, ids.length]);
  return encodeTensor(tensor, { modality: Modality.TEXT });
}

/** An unsigned Forward request of the ids 1 and 2. */
export function textRequest(hotkey = "5Caller"): Uint8Array {
  return join(encodeMessage({ hotkey, tensors: [encodedIds(1n, 2n)] }));
}

/** Whether a callback sees the sample of the first start, not a request of a test. */
export function isSample({ dims }: Tensor): boolean {
  return dims.length === 2 && dims[0] === 2 && dims[1] === 3;
}

/** Options of {@linkcode Client.send}. */
export interface SendOptions {
  /** @default {"Forward"} */
  readonly method?: string;
  /** Without one, no deadline is sent. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A gRPC client that knows nothing of ours. */
export class Client implements Disposable {
  readonly #client: grpc.Client;

  constructor(port: number, host = "127.0.0.1") {
    this.#client = new grpc.Client(`${host}:${port}`, grpc.credentials.createInsecure(), {
      "grpc.use_local_subchannel_pool": 1,
      "grpc.max_receive_message_length": -1,
    });
  }

  /** The bytes of an answer; rejects with the name of the gRPC status as the message. */
  send(request: Uint8Array, options: SendOptions = {}): Promise<Uint8Array> {
    const { method = "Forward", timeoutMs, signal } = options;
    return new Promise((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        `/Bittensor/${method}`,
        (bytes: Uint8Array) => Buffer.from(bytes),
        (bytes: Buffer) => bytes,
        request,
        new grpc.Metadata(),
        timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs },
        (error, answer) => {
          if (answer !== undefined) resolve(answer);
          else reject(new Error(grpc.status[error?.code ?? grpc.status.UNKNOWN]));
        },
      );
      signal?.addEventListener("abort", () => call.cancel(), { once: true });
    });
  }

  /** The message of an answer. */
  async ask(request: Uint8Array = textRequest(), options?: SendOptions): Promise<TensorMessage> {
    return decodeMessage(await this.send(request, options));
  }

  /** The name of the return code of an answer. */
  async code(request?: Uint8Array, options?: SendOptions): Promise<string> {
    return returnCodeName((await this.ask(request, options)).returnCode);
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}
