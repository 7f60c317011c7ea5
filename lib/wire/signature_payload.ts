/** What a signature covers: a few lines of text, which stand for the whole message. */

import { createHash } from "node:crypto";
import type { Method } from "./grpc.ts";
import type { Pieces } from "./pieces.ts";

/** Name and version of the scheme, and the first line of every payload. */
const SCHEME = "bittensor/1";

/** What requests and answers have in common. */
interface Signed {
  readonly method: Method;
  /** Number of the request; its answer has the same. */
  readonly nonce: bigint;
  /** Address of the hotkey that sends this message. */
  readonly sender: string;
  /** Address of the hotkey that it is for. */
  readonly receiver: string;
  /** X25519 public key that the sender offers for a session; none in a message within a session. */
  readonly sessionKey?: Uint8Array | undefined;
  /** See {@linkcode digestTensors}. */
  readonly tensorDigest: string;
}

/** An answer adds how the request ended. */
interface SignedAnswer extends Signed {
  readonly returnCode: number;
  readonly message: string;
}

/** The text that the signature of a request covers. */
export function requestPayload(request: Signed): string {
  return payload("request", request);
}

/** The text that the signature of an answer covers; the message comes last, whatever it holds. */
export function answerPayload(answer: SignedAnswer): string {
  return `${payload("answer", answer)}\n${answer.returnCode}\n${answer.message}`;
}

function payload(
  kind: "request" | "answer",
  { method, nonce, sender, receiver, sessionKey, tensorDigest }: Signed,
): string {
  const offered = sessionKey === undefined ? "-" : sessionKey.toHex();
  return `${SCHEME}\n${kind}\n${method}\n${nonce}\n${sender}\n${receiver}\n${offered}\n${tensorDigest}`;
}

/** Lowercase hex SHA-256 of each tensor's encoding as it is on the wire, with commas between. */
export function digestTensors(tensors: readonly Pieces[]): string {
  return tensors.map(digest).join(",");
}

function digest(tensor: Pieces): string {
  const hash = createHash("sha256");
  for (const piece of tensor) hash.update(piece);
  return hash.digest("hex");
}
