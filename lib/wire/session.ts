/** Sessions: two hotkeys that have signed once prove each further message with a shared secret. */

import { Buffer } from "node:buffer";
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type Hash,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from "node:crypto";
import { type SignedPayload, updateHash } from "./signature_payload.ts";

/** How long a session lasts after its first message, in milliseconds; then hotkeys sign anew. */
export const SESSION_MS = 60 * 60 * 1000;

/** What binds the secret of a session to this use of it. */
const INFO = "bittensor/1 session";

const KEY_BYTES = 32;
const ID_BYTES = 16;

/** What SHA-256 takes in at a time. */
const BLOCK_BYTES = 64;

/** What precedes the 32 bytes of an X25519 key in DER (RFC 8410). */
const PUBLIC_KEY_PREFIX = Uint8Array.fromHex("302a300506032b656e032100");
const PRIVATE_KEY_PREFIX = Uint8Array.fromHex("302e020100300506032b656e04220420");

/** A secret that two hotkeys share. */
export class Session {
  /** Names it on the wire, 16 bytes. */
  readonly id: Uint8Array;
  /** Address of the hotkey on the other side. */
  readonly peer: string;
  /** Milliseconds since 1970 after which it is not used any more. */
  readonly expiresAt: number;
  /** The key, as HMAC mixes it into its two hashes (RFC 2104). */
  readonly #innerKey: Uint8Array;
  readonly #outerKey: Uint8Array;

  constructor(secret: Uint8Array, peer: string, expiresAt: number) {
    const key = new Uint8Array(BLOCK_BYTES);
    key.set(secret.subarray(0, KEY_BYTES));
    this.#innerKey = key.map((byte) => byte ^ 0x36);
    this.#outerKey = key.map((byte) => byte ^ 0x5c);
    this.id = secret.slice(KEY_BYTES);
    this.peer = peer;
    this.expiresAt = expiresAt;
  }

  /** HMAC-SHA256 of a payload, 32 bytes. Two plain hashes take half the time of `createHmac()`. */
  codeOf(payload: SignedPayload): Uint8Array {
    const inner = digest(updateHash(createHash("sha256").update(this.#innerKey), payload));
    return digest(createHash("sha256").update(this.#outerKey).update(inner));
  }

  /** Whether a code is that of a payload. */
  fits(payload: SignedPayload, code: Uint8Array): boolean {
    const expected = this.codeOf(payload);
    return expected.length === code.length && timingSafeEqual(expected, code);
  }
}

/** The key pair of one side, for as many sessions as it likes. */
export class SessionKeyPair {
  /** What the other side is told, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly #privateKey: KeyObject;

  /** @param privateKey 32 bytes; random by default. */
  constructor(privateKey: Uint8Array = crypto.getRandomValues(new Uint8Array(KEY_BYTES))) {
    this.#privateKey = createPrivateKey(der(PRIVATE_KEY_PREFIX, privateKey, "pkcs8"));
    this.publicKey = new Uint8Array(
      createPublicKey(this.#privateKey).export({ format: "der", type: "spki" }),
    ).slice(-KEY_BYTES);
  }

  /**
   * The session of two key pairs, this one and that of a peer.
   *
   * @param role Which side this one is.
   * @throws if the key of the peer leads to no secret.
   */
  agree(
    role: "caller" | "server",
    peer: { readonly hotkey: string; readonly publicKey: Uint8Array },
    now: number,
  ): Session {
    const shared = diffieHellman({
      privateKey: this.#privateKey,
      publicKey: createPublicKey(der(PUBLIC_KEY_PREFIX, peer.publicKey, "spki")),
    });
    if (shared.every((byte) => byte === 0)) throw new RangeError("a public key of small order");
    const keys = role === "caller"
      ? [this.publicKey, peer.publicKey]
      : [peer.publicKey, this.publicKey];
    const salt = new Uint8Array(keys.flatMap((key) => [...key]));
    const secret = hkdfSync("sha256", shared, salt, INFO, KEY_BYTES + ID_BYTES);
    return new Session(new Uint8Array(secret), peer.hotkey, now + SESSION_MS);
  }
}

/** What a hash gives; as text first, since a Buffer takes longer to make. */
function digest(hash: Hash): Uint8Array {
  return Uint8Array.fromHex(hash.digest("hex"));
}

/** A key as node:crypto reads it. */
function der<Type extends "spki" | "pkcs8">(prefix: Uint8Array, key: Uint8Array, type: Type) {
  return { key: Buffer.concat([prefix, key]), format: "der", type } as const;
}
