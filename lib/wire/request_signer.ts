/** The caller's side of signed messages: signs requests, and checks the answers. */

import type { Address } from "../domain/address.ts";
import type { Signer, Verify } from "../domain/signer.ts";
import type { Method } from "./grpc.ts";
import type { Pieces } from "./pieces.ts";
import type { SignaturePolicy } from "./signature_policy.ts";
import { decodeMessage, encodeMessage, type TensorMessage } from "./tensor_message.ts";

/** Options of {@linkcode RequestSigner}. */
export interface RequestSignerOptions {
  readonly signatures: SignaturePolicy;
  /** Who asks. */
  readonly hotkey: Signer;
  readonly verify: Verify;
}

/** A request to sign and send. */
export interface UnsignedRequest {
  readonly method: Method;
  /** Each as `encodeTensor()` gave it. */
  readonly tensors: readonly Pieces[];
  /** Hotkey of the neuron that is asked. */
  readonly receiver: Address;
}

/** Signs the requests of one hotkey. */
export class RequestSigner {
  readonly #options: RequestSignerOptions;

  constructor(options: RequestSignerOptions) {
    this.#options = options;
  }

  /**
   * Signs a request, sends it, and checks the answer. It is sent a second time, signed anew, to a
   * peer that has forgotten the session.
   *
   * @param send Sends the bytes and returns those of the answer; what it throws passes through.
   * @throws {CallError} `ResponseDeserializationException` if the answer is no message,
   * `InvalidResponse` if its signature is missing or wrong.
   */
  async exchange(
    request: UnsignedRequest,
    send: (bytes: Pieces) => Promise<Uint8Array>,
  ): Promise<TensorMessage> {
    const { tensors } = request;
    const hotkey = this.#options.hotkey.address;
    return decodeMessage(await send(encodeMessage({ hotkey, tensors })));
  }
}
