/** Key pairs: they sign in the name of an address, and keep their secret to themselves. */

import { type Address, encodeAddress, publicKeyOf } from "../domain/address.ts";
import type { Signer } from "../domain/signer.ts";
import {
  pairOfSeed,
  pairOfUri,
  seedOfMnemonic,
  signMessage,
  type Sr25519Pair,
  verifyMessage,
} from "./sr25519.ts";

/** An unlocked key. Disposing it wipes the secret from memory; signing then throws. */
export interface Keypair extends Signer, Disposable {
  /** Whether the secret was wiped. */
  readonly disposed: boolean;
  /** The 64-byte signature of a message; text is signed as every tool of the network does it. */
  sign(message: Message): Uint8Array;
  /** Whether a signature of a message was made by this key: see {@linkcode verify}. */
  verify(message: Message, signature: Uint8Array): boolean;
}

/**
 * What is signed: bytes, or text. Text that starts with `0x` is hex and means the bytes that it
 * writes; any other text means its UTF-8 bytes.
 */
export type Message = Uint8Array | string;

/**
 * The key pair of a mnemonic.
 *
 * @throws {BittensorError} `wallet/invalid-mnemonic` if words, length or checksum are wrong.
 */
export function keypairFromMnemonic(mnemonic: string): Keypair {
  return createKeypair(pairOfSeed(seedOfMnemonic(mnemonic)));
}

/**
 * The key pair of a secret URI, such as the development accounts `//Alice` and `//Bob`.
 *
 * @param uri A mnemonic or `0x` seed, then junctions: `//hard`, `/soft`; without a mnemonic the
 * public development phrase is meant.
 * @throws {BittensorError} `wallet/invalid-uri` or `wallet/invalid-mnemonic`.
 *
 * @example A development account signs
 * ```ts
 * import { keypairFromUri, verify } from "bittensor";
 * import assert from "node:assert/strict";
 *
 * using alice = keypairFromUri("//Alice");
 * assert.equal(alice.address, "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
 *
 * const message = new TextEncoder().encode("hello");
 * assert(verify(alice.address, message, alice.sign(message)));
 * ```
 */
export function keypairFromUri(uri: string): Keypair {
  return createKeypair(pairOfUri(uri));
}

/** Wraps a key pair, whose bytes it takes over: disposing wipes them. */
export function createKeypair(pair: Sr25519Pair): Keypair {
  return new Sr25519Keypair(pair);
}

/**
 * Whether `signature` is the signature of `message` by the key of `address`.
 *
 * A signature over `<Bytes>message</Bytes>`, as wallet extensions of browsers make it, fits too.
 * A malformed signature is not an error: it does not fit.
 *
 * @throws {RangeError} If the message is text that starts with `0x` and is not hex.
 */
export function verify(address: Address, message: Message, signature: Uint8Array): boolean {
  return verifyMessage(publicKeyOf(address), bytesOf(message), signature);
}

/** @throws {RangeError} If text starts with `0x` and is not hex. */
function bytesOf(message: Message): Uint8Array {
  if (typeof message !== "string") return message;
  if (!message.startsWith("0x")) return new TextEncoder().encode(message);
  try {
    return Uint8Array.fromHex(message.slice(2));
  } catch (cause) {
    throw new RangeError("Cannot read the message: it starts with 0x, but is not hex", { cause });
  }
}

/** Private fields keep the secret out of every inspection, enumeration and clone. */
class Sr25519Keypair implements Keypair {
  readonly address: Address;
  readonly publicKey: Uint8Array;
  readonly #pair: Sr25519Pair;
  #disposed = false;

  constructor(pair: Sr25519Pair) {
    this.#pair = pair;
    this.publicKey = pair.publicKey;
    this.address = encodeAddress(pair.publicKey);
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  sign(message: Message): Uint8Array {
    if (this.#disposed) {
      throw new TypeError(`Cannot sign as ${this.address}: the key was disposed of`);
    }
    return signMessage(this.#pair, bytesOf(message));
  }

  verify(message: Message, signature: Uint8Array): boolean {
    return verify(this.address, message, signature);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#pair.secretKey.fill(0);
  }

  toString(): string {
    return `Keypair (${this.address})`;
  }

  toJSON(): { address: Address } {
    return { address: this.address };
  }

  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}
