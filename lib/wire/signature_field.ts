/** The bytes in the field `signature` of a message. */

import { BittensorError } from "../base/errors.ts";
import { join } from "./pieces.ts";

/** A signature of the sender's hotkey. */
export interface HotkeySignature {
  readonly form: "hotkey";
  /** Public key of the hotkey that the message is for, 32 bytes. */
  readonly receiver: Uint8Array;
  /** X25519 public key that the sender offers for a session, 32 bytes. */
  readonly sessionKey: Uint8Array | undefined;
  /** sr25519 signature of the payload, 64 bytes. */
  readonly signature: Uint8Array;
}

/** A proof that the sender takes part in a session. */
export interface SessionSignature {
  readonly form: "session";
  /** Names the session, 16 bytes. */
  readonly sessionId: Uint8Array;
  /** HMAC-SHA256 of the payload with the key of the session, 32 bytes. */
  readonly code: Uint8Array;
}

/** What the field `signature` holds. */
export type SignatureField = HotkeySignature | SessionSignature;

/** The first byte. */
const HOTKEY_FORM = 1;
const SESSION_FORM = 2;

/** Bytes of each part, after the one that tells the form. */
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const SESSION_ID_BYTES = 16;
const CODE_BYTES = 32;

/** In place of a session key that is not offered. */
const NO_KEY = new Uint8Array(KEY_BYTES);

/** Writes the field `signature`. */
export function encodeSignature(field: SignatureField): Uint8Array {
  if (field.form === "session") {
    return join([Uint8Array.of(SESSION_FORM), field.sessionId, field.code]);
  }
  const { receiver, sessionKey = NO_KEY, signature } = field;
  return join([Uint8Array.of(HOTKEY_FORM), receiver, sessionKey, signature]);
}

/** Whether the field `signature` says that it belongs to a session. */
export function isSessionForm(bytes: Uint8Array): boolean {
  return bytes[0] === SESSION_FORM;
}

/**
 * Reads the field `signature`. Its parts are views of `bytes`.
 *
 * @throws {BittensorError} `wire/signature` for another form or length.
 */
export function decodeSignature(bytes: Uint8Array): SignatureField {
  const parts = (...lengths: readonly number[]) => split(bytes, lengths);
  switch (bytes[0]) {
    case HOTKEY_FORM: {
      const [receiver, offered, signature] = parts(KEY_BYTES, KEY_BYTES, SIGNATURE_BYTES);
      const sessionKey = offered!.some((byte) => byte !== 0) ? offered : undefined;
      return { form: "hotkey", receiver: receiver!, sessionKey, signature: signature! };
    }
    case SESSION_FORM: {
      const [sessionId, code] = parts(SESSION_ID_BYTES, CODE_BYTES);
      return { form: "session", sessionId: sessionId!, code: code! };
    }
    default:
      throw malformed(`its form ${bytes[0]} is not known`);
  }
}

function split(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const expected = lengths.reduce((sum, length) => sum + length, 1);
  if (bytes.length !== expected) throw malformed(`it has ${bytes.length} bytes, not ${expected}`);
  let offset = 1;
  return lengths.map((length) => bytes.subarray(offset, offset += length));
}

function malformed(reason: string): BittensorError {
  return new BittensorError("wire/signature", `Cannot read the signature: ${reason}`);
}
