import type { Address } from "./address.ts";

/** Something that signs in the name of an address; the secret stays inside. */
export interface Signer {
  readonly address: Address;
  /** The 32 bytes behind `address`. */
  readonly publicKey: Uint8Array;
  /** The 64-byte sr25519 signature of a message, in the signing context `substrate`. */
  sign(message: Uint8Array): Uint8Array;
}

/** Whether a signature of a message was made by the key of an address; false for a malformed one. */
export type Verify = (address: Address, message: Uint8Array, signature: Uint8Array) => boolean;
