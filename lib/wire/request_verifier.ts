/** The server's side of signed messages: checks requests, and signs the answers. */

import { messageOf } from "../base/errors.ts";
import { RecentMap } from "../base/recent_map.ts";
import { type Address, address, publicKeyOf } from "../domain/address.ts";
import type { Signer, Verify } from "../domain/signer.ts";
import type { Method } from "./rpc.ts";
import { ageOf, MAX_AGE_MS, MAX_AHEAD_MS, NonceMemory } from "./nonces.ts";
import type { Pieces } from "./pieces.ts";
import { type Session, SessionKeyPair } from "./session.ts";
import {
  decodeSignature,
  encodeSignature,
  type HotkeySignature,
  isSessionForm,
  type SessionSignature,
  type SignatureField,
} from "./signature_field.ts";
import {
  answerPayload,
  digestPayload,
  requestPayload,
  type SignedPayload,
} from "./signature_payload.ts";
import type { SignaturePolicy } from "./signature_policy.ts";
import { encodeMessage, type OutgoingMessage, type TensorMessage } from "./tensor_message.ts";

/** Options of {@linkcode RequestVerifier}. */
export interface RequestVerifierOptions {
  readonly signatures: SignaturePolicy;
  /** Who answers. */
  readonly hotkey: Signer;
  readonly verify: Verify;
  /** Milliseconds since 1970. @default {Date.now} */
  readonly now?: (() => number) | undefined;
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
  | "unknown-session"
  | "too-many-nonces";

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
  /** How to sign the answer; absent if it is not. */
  readonly signing?: AnswerSigning | undefined;
}

/** What the signature of an answer depends on. */
export interface AnswerSigning {
  readonly method: Method;
  readonly nonce: bigint;
  /** The session of the request; without one the hotkey signs. */
  readonly session: Session | undefined;
  /** Whether the caller offered a session. */
  readonly offered: boolean;
}

/** An answer, but for what names and proves its sender. */
export type UnsignedAnswer = Pick<OutgoingMessage, "tensors" | "returnCode" | "message">;

/** A caller whose clock is a little behind may still use a session that has ended here. */
const GRACE_MS = 60_000;

/** Sessions that one server holds at most. */
const MOST_SESSIONS = 10_000;

/** Verifies the requests to one hotkey, and signs the answers. */
export class RequestVerifier {
  readonly #signatures: SignaturePolicy;
  readonly #hotkey: Signer;
  readonly #name: string;
  readonly #verify: Verify;
  readonly #now: () => number;
  readonly #nonces = new NonceMemory();
  readonly #keyPair = new SessionKeyPair();
  readonly #sessions = new RecentMap<string, Session>(MOST_SESSIONS);

  constructor({ signatures, hotkey, verify, now = Date.now }: RequestVerifierOptions) {
    this.#signatures = signatures;
    this.#hotkey = hotkey;
    this.#name = `0x${hotkey.publicKey.toHex()}`;
    this.#verify = verify;
    this.#now = now;
  }

  /** Whether a request belongs to a session: checking it is cheap, where a hotkey's takes 1 ms. */
  hasSession({ signature }: TensorMessage): boolean {
    return this.#signatures !== "off" && isSessionForm(signature);
  }

  /**
   * Finds out who made a request.
   *
   * @throws {RefusedRequest} If its signature is not accepted.
   */
  accept(method: Method, request: TensorMessage): Caller {
    const { hotkey, signature } = request;
    if (this.#signatures === "off") return { hotkey, verified: false };
    if (signature.length === 0) {
      if (this.#signatures === "verified") return { hotkey, verified: false };
      throw new RefusedRequest("unsigned", "This axon takes signed requests only");
    }
    const field = readSignature(signature);
    const session = field.form === "session"
      ? this.#acceptSession(method, request, field)
      : this.#acceptHotkey(method, request, field);
    this.#remember(request);
    const offered = field.form === "hotkey" && field.sessionKey !== undefined;
    return { hotkey, verified: true, signing: { method, nonce: request.nounce, session, offered } };
  }

  /** Encodes an answer, signed if the request was. */
  encodeAnswer({ hotkey, signing }: Caller, answer: UnsignedAnswer): Pieces {
    if (signing === undefined) return encodeMessage({ ...answer, hotkey: this.#name });
    const { tensors = [], returnCode = 0, message = "" } = answer;
    const { method, nonce, session, offered } = signing;
    const sessionKey = offered ? this.#keyPair.publicKey : undefined;
    const payload = answerPayload({
      method,
      nonce,
      sender: this.#hotkey.address,
      receiver: hotkey,
      sessionKey,
      tensors,
      returnCode,
      message,
    });
    const field: SignatureField = session === undefined
      ? {
        form: "hotkey",
        receiver: publicKeyOf(hotkey as Address),
        sessionKey,
        signature: this.#hotkey.sign(digestPayload(payload)),
      }
      : { form: "session", sessionId: session.id, code: session.codeOf(payload) };
    return encodeMessage({
      hotkey: this.#name,
      nounce: nonce,
      signature: encodeSignature(field),
      tensors,
      returnCode,
      message,
    });
  }

  #acceptSession(method: Method, request: TensorMessage, field: SessionSignature): Session {
    const session = this.#sessions.get(field.sessionId.toHex());
    if (session === undefined || session.peer !== request.hotkey) {
      throw new RefusedRequest("unknown-session", "This session is not known: sign anew");
    }
    const now = this.#now();
    if (session.expiresAt + GRACE_MS < now) {
      throw new RefusedRequest("unknown-session", "This session has ended: sign anew");
    }
    checkAge(request.nounce, now);
    if (session.fits(this.#payloadOf(method, request, undefined), field.code)) return session;
    throw new RefusedRequest("wrong-signature", "The signature of the request is wrong");
  }

  #acceptHotkey(method: Method, request: TensorMessage, field: HotkeySignature): undefined {
    if (!equal(field.receiver, this.#hotkey.publicKey)) {
      throw new RefusedRequest("wrong-receiver", "The request is signed for another axon");
    }
    const now = this.#now();
    checkAge(request.nounce, now);
    const sender = readAddress(request.hotkey);
    const payload = this.#payloadOf(method, request, field.sessionKey);
    if (!this.#verify(sender, digestPayload(payload), field.signature)) {
      throw new RefusedRequest("wrong-signature", "The signature of the request is wrong");
    }
    if (field.sessionKey !== undefined) this.#agree(sender, field.sessionKey, now);
  }

  #payloadOf(
    method: Method,
    request: TensorMessage,
    sessionKey: Uint8Array | undefined,
  ): SignedPayload {
    return requestPayload({
      method,
      nonce: request.nounce,
      sender: request.hotkey,
      receiver: this.#hotkey.address,
      sessionKey,
      tensors: request.encodedTensors.map((tensor) => [tensor]),
    });
  }

  #agree(hotkey: Address, publicKey: Uint8Array, now: number): void {
    let session: Session;
    try {
      session = this.#keyPair.agree("server", { hotkey, publicKey }, now);
    } catch {
      throw new RefusedRequest("malformed-signature", "The session key of the request is unusable");
    }
    this.#sessions.set(session.id.toHex(), session);
  }

  /** Only once the signature holds: nobody else can use up a nonce. */
  #remember({ hotkey, nounce }: TensorMessage): void {
    const outcome = this.#nonces.remember(hotkey, nounce, this.#now());
    if (outcome === "reused") {
      throw new RefusedRequest("reused-nonce", "The nonce of the request was used before");
    }
    if (outcome === "full") {
      throw new RefusedRequest("too-many-nonces", "This axon cannot check more requests just now");
    }
  }
}

function checkAge(nonce: bigint, now: number): void {
  const age = ageOf(nonce, now);
  if (age > MAX_AGE_MS) {
    throw new RefusedRequest(
      "stale-nonce",
      `The request is ${seconds(age)} old, of at most ${seconds(MAX_AGE_MS)}: compare the clocks`,
    );
  }
  if (age < -MAX_AHEAD_MS) {
    throw new RefusedRequest(
      "future-nonce",
      `The request is ${seconds(-age)} ahead, of at most ${
        seconds(MAX_AHEAD_MS)
      }: compare the clocks`,
    );
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

function readSignature(bytes: Uint8Array): SignatureField {
  try {
    return decodeSignature(bytes);
  } catch (error) {
    throw new RefusedRequest("malformed-signature", messageOf(error));
  }
}

function readAddress(text: string): Address {
  try {
    return address(text);
  } catch (error) {
    throw new RefusedRequest("malformed-signature", messageOf(error));
  }
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
