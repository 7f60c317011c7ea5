/** What a signature covers: a few lines of text, then the bytes of the message and its tensors. */

import { Buffer } from "node:buffer";
import { createHash, type Hash } from "node:crypto";
import type { Method } from "./rpc.ts";
import { type Pieces, totalLength } from "./pieces.ts";

/** Name and version of the scheme, and the first line of every payload. */
const SCHEME = "bittensor/1";

/** Everything that means something in a request. */
export interface SignedRequest {
  readonly method: Method;
  /** Number of the request; its answer has the same. */
  readonly nonce: bigint;
  /** Address of the hotkey that sends this message. */
  readonly sender: string;
  /** Address of the hotkey that it is for. */
  readonly receiver: string;
  /** X25519 public key that the sender offers for a session; none in a message within a session. */
  readonly sessionKey?: Uint8Array | undefined;
  /** Each as it is on the wire. */
  readonly tensors: readonly Pieces[];
}

/** An answer adds how the request ended. */
export interface SignedAnswer extends SignedRequest {
  readonly returnCode: number;
  readonly message: string;
}

/** What is signed, in the order of its bytes. */
export interface SignedPayload {
  readonly text: string;
  readonly tensors: readonly Pieces[];
}

/** What the signature of a request covers. */
export function requestPayload(request: SignedRequest): SignedPayload {
  return { text: header("request", request), tensors: request.tensors };
}

/** What the signature of an answer covers. */
export function answerPayload(answer: SignedAnswer): SignedPayload {
  const { returnCode, message, tensors } = answer;
  const length = Buffer.byteLength(message);
  return { text: `${header("answer", answer)}${returnCode}\n${length}\n${message}`, tensors };
}

/** Lines that tell the length of all that follows: no payload is the beginning of another one. */
function header(kind: "request" | "answer", signed: SignedRequest): string {
  const { method, nonce, sender, receiver, sessionKey, tensors } = signed;
  const offered = sessionKey === undefined ? "-" : sessionKey.toHex();
  const lengths = tensors.map(totalLength).join(",");
  return `${SCHEME}\n${kind}\n${method}\n${nonce}\n${sender}\n${receiver}\n${offered}\n${lengths}\n`;
}

/** Adds a payload to what a hash has taken in. */
export function updateHash(hash: Hash, { text, tensors }: SignedPayload): Hash {
  hash.update(text);
  for (const tensor of tensors) {
    for (const piece of tensor) hash.update(piece);
  }
  return hash;
}

/** SHA-256 of a payload: what a hotkey signs. */
export function digestPayload(payload: SignedPayload): Uint8Array {
  return updateHash(createHash("sha256"), payload).digest();
}
