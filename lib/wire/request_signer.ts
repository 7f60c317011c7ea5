/** The caller's side of signed messages: signs requests, and checks the answers. */

import { messageOf } from "../base/errors.ts";
import { RecentMap } from "../base/recent_map.ts";
import { type Address, publicKeyOf } from "../domain/address.ts";
import { ReturnCode } from "../domain/return_code.ts";
import type { Signer, Verify } from "../domain/signer.ts";
import { CallError } from "./call_error.ts";
import type { Method } from "./rpc.ts";
import { NonceClock } from "./nonces.ts";
import type { Pieces } from "./pieces.ts";
import { type Session, SessionKeyPair } from "./session.ts";
import { decodeSignature, encodeSignature, type SignatureField } from "./signature_field.ts";
import { answerPayload, digestPayload, requestPayload } from "./signature_payload.ts";
import type { SignaturePolicy } from "./signature_policy.ts";
import { decodeMessage, encodeMessage, type TensorMessage } from "./tensor_message.ts";

/** Options of {@linkcode RequestSigner}. */
export interface RequestSignerOptions {
  readonly signatures: SignaturePolicy;
  /** Who asks. */
  readonly hotkey: Signer;
  readonly verify: Verify;
  /** Milliseconds since 1970. @default {Date.now} */
  readonly now?: (() => number) | undefined;
}

/** A request to sign and send. */
export interface UnsignedRequest {
  readonly method: Method;
  /** Each as `encodeTensor()` gave it. */
  readonly tensors: readonly Pieces[];
  /** Hotkey of the neuron that is asked. */
  readonly receiver: Address;
}

/** Sends the bytes of a request and returns those of the answer. */
export type Send = (bytes: Pieces) => Promise<Uint8Array>;

/** Sessions that one caller holds at most; a metagraph has a few thousand neurons. */
const MOST_SESSIONS = 10_000;

/** Signs the requests of one hotkey. */
export class RequestSigner {
  readonly #signatures: SignaturePolicy;
  readonly #hotkey: Signer;
  readonly #verify: Verify;
  readonly #now: () => number;
  readonly #nonces: NonceClock;
  readonly #keyPair = new SessionKeyPair();
  readonly #sessions = new RecentMap<Address, Session>(MOST_SESSIONS);

  constructor({ signatures, hotkey, verify, now = Date.now }: RequestSignerOptions) {
    this.#signatures = signatures;
    this.#hotkey = hotkey;
    this.#verify = verify;
    this.#now = now;
    this.#nonces = new NonceClock(now);
  }

  /**
   * Signs a request, sends it, and checks the answer. To a peer that has forgotten the session it is
   * sent a second time, signed anew.
   *
   * @param send What it throws passes through.
   * @throws {CallError} `ResponseDeserializationException` if the answer is no message,
   * `InvalidResponse` if its signature is missing or wrong.
   */
  async exchange(request: UnsignedRequest, send: Send): Promise<TensorMessage> {
    const { tensors, receiver } = request;
    if (this.#signatures === "off") {
      const { address: hotkey } = this.#hotkey;
      return readMessage(await send(encodeMessage({ hotkey, tensors })));
    }
    const session = this.#sessionWith(receiver);
    const answer = await this.#ask(request, session, send);
    const forgotten = session !== undefined && answer.signature.length === 0 &&
      answer.returnCode === ReturnCode.SenderUnknown;
    if (!forgotten) return answer;
    this.#forget(receiver, session);
    return await this.#ask(request, undefined, send);
  }

  #sessionWith(receiver: Address): Session | undefined {
    const session = this.#sessions.get(receiver);
    if (session === undefined || session.expiresAt > this.#now()) return session;
    this.#sessions.delete(receiver);
    return undefined;
  }

  /** Another call may have agreed on a new session in the meantime: that one stays. */
  #forget(receiver: Address, session: Session): void {
    if (this.#sessions.get(receiver) === session) this.#sessions.delete(receiver);
  }

  async #ask(
    request: UnsignedRequest,
    session: Session | undefined,
    send: Send,
  ): Promise<TensorMessage> {
    const nonce = this.#nonces.next();
    const bytes = encodeMessage({
      hotkey: this.#hotkey.address,
      nounce: nonce,
      signature: encodeSignature(this.#sign(request, nonce, session)),
      tensors: request.tensors,
    });
    const answer = readMessage(await send(bytes));
    try {
      this.#checkAnswer(answer, request, nonce, session);
    } catch (error) {
      if (session !== undefined) this.#forget(request.receiver, session);
      throw error;
    }
    return answer;
  }

  #sign(
    { method, tensors, receiver }: UnsignedRequest,
    nonce: bigint,
    session: Session | undefined,
  ): SignatureField {
    const sessionKey = session === undefined ? this.#keyPair.publicKey : undefined;
    const payload = requestPayload({
      method,
      nonce,
      sender: this.#hotkey.address,
      receiver,
      sessionKey,
      tensors,
    });
    if (session !== undefined) {
      return { form: "session", sessionId: session.id, code: session.codeOf(payload) };
    }
    const signature = this.#hotkey.sign(digestPayload(payload));
    return { form: "hotkey", receiver: publicKeyOf(receiver), sessionKey, signature };
  }

  #checkAnswer(
    answer: TensorMessage,
    { method, receiver: sender }: UnsignedRequest,
    nonce: bigint,
    session: Session | undefined,
  ): void {
    if (answer.signature.length === 0) return this.#checkUnsigned(answer, session);
    const field = readSignature(answer.signature);
    const sessionKey = field.form === "hotkey" ? field.sessionKey : undefined;
    const payload = answerPayload({
      method,
      nonce,
      sender,
      receiver: this.#hotkey.address,
      sessionKey,
      tensors: answer.encodedTensors.map((tensor) => [tensor]),
      returnCode: answer.returnCode,
      message: answer.message,
    });
    const valid = field.form === "session"
      ? session?.fits(payload, field.code)
      : this.#verify(sender, digestPayload(payload), field.signature);
    if (!valid) throw invalid("the signature of the answer is wrong");
    if (sessionKey !== undefined) this.#agree(sender, sessionKey);
  }

  #agree(receiver: Address, publicKey: Uint8Array): void {
    try {
      const peer = { hotkey: receiver, publicKey };
      this.#sessions.set(receiver, this.#keyPair.agree("caller", peer, this.#now()));
    } catch (cause) {
      throw invalid("the session key of the answer is unusable", cause);
    }
  }

  /** A failure may come unsigned, since nothing is taken from it: such as that of a full server. */
  #checkUnsigned({ returnCode }: TensorMessage, session: Session | undefined): void {
    if (returnCode !== ReturnCode.Success) return;
    if (session !== undefined) throw invalid("the answer is not signed, but earlier ones were");
    if (this.#signatures === "required") throw invalid("the answer is not signed");
  }
}

function readMessage(bytes: Uint8Array): TensorMessage {
  try {
    return decodeMessage(bytes);
  } catch (cause) {
    const code = ReturnCode.ResponseDeserializationException;
    throw new CallError(code, messageOf(cause), { cause });
  }
}

function readSignature(bytes: Uint8Array): SignatureField {
  try {
    return decodeSignature(bytes);
  } catch (cause) {
    throw invalid(messageOf(cause), cause);
  }
}

function invalid(message: string, cause?: unknown): CallError {
  return new CallError(ReturnCode.InvalidResponse, message, { cause });
}
