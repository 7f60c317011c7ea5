/** The server's side of signed messages: checks requests, and signs the answers. */

import type { Signer, Verify } from "../domain/signer.ts";
import type { Method } from "./grpc.ts";
import type { Pieces } from "./pieces.ts";
import type { SignaturePolicy } from "./signature_policy.ts";
import { encodeMessage, type OutgoingMessage, type TensorMessage } from "./tensor_message.ts";

/** Options of {@linkcode RequestVerifier}. */
export interface RequestVerifierOptions {
  readonly signatures: SignaturePolicy;
  /** Who answers. */
  readonly hotkey: Signer;
  readonly verify: Verify;
}

/** Why a request was refused. */
export type RefusalReason =
  | "unsigned"
  | "malformed-signature"
  | "wrong-signature"
  | "wrong-receiver"
  | "stale-nonce"
  | "future-nonce"
  | "reused-nonce"
  | "unknown-session";

/** A request whose signature is not accepted; its message is safe to show to the caller. */
export class RefusedRequest extends Error {
  override readonly name = "RefusedRequest";
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Who made a request. */
export interface Caller {
  /** Hotkey that the request names, `""` if none: proven if `verified`, else what the caller says. */
  readonly hotkey: string;
  readonly verified: boolean;
}

/** An answer, but for what names and proves its sender. */
export type UnsignedAnswer = Pick<OutgoingMessage, "tensors" | "returnCode" | "message">;

/** Verifies the requests to one hotkey, and signs the answers. */
export class RequestVerifier {
  readonly #options: RequestVerifierOptions;

  constructor(options: RequestVerifierOptions) {
    this.#options = options;
  }

  /** How many requests were refused so far, by reason. */
  readonly refused: Readonly<Partial<Record<RefusalReason, number>>> = {};

  /**
   * Whether a request is sealed by a session, which is cheap to check; checking a signature takes a
   * millisecond of this thread.
   */
  hasSession(_request: TensorMessage): boolean {
    return false;
  }

  /**
   * Finds out who made a request.
   *
   * @throws {RefusedRequest} If its signature is not accepted.
   */
  accept(_method: Method, { hotkey }: TensorMessage): Caller {
    return { hotkey, verified: false };
  }

  /** Encodes an answer, signed if the request was. */
  encodeAnswer(_caller: Caller, answer: UnsignedAnswer): Pieces {
    const { publicKey } = this.#options.hotkey;
    return encodeMessage({ ...answer, hotkey: `0x${publicKey.toHex()}` });
  }
}
